//! The queues: what `shared::queue` and the event sources rely on at SQS.

mod receiving;
mod redrive;
mod scene;
mod sending;

crate::suite::suite! {
    sending::a_message_arrives_as_it_was_sent,
    sending::a_message_belongs_to_its_account,
    sending::a_trace_is_handed_on,
    sending::a_message_has_no_trace_of_its_own,
    sending::many_messages_arrive_each_once,
    sending::a_batch_fails_entry_by_entry,
    sending::the_form_of_a_batch_is_checked_as_a_whole,
    sending::a_batch_holds_a_mebibyte_in_all,
    sending::a_message_holds_a_mebibyte_and_no_more,
    sending::a_message_too_large_is_named_and_the_others_arrive,
    sending::a_delayed_message_comes_later,
    sending::a_delay_is_fifteen_minutes_at_most,
    sending::a_missing_queue_takes_nothing,
    receiving::a_message_says_when_it_was_sent_and_how_often_received,
    receiving::a_received_message_is_hidden_until_it_is_given_back,
    receiving::a_hidden_message_comes_back_by_itself,
    receiving::a_deleted_message_is_gone,
    receiving::an_old_receipt_is_no_error,
    receiving::messages_are_deleted_and_given_back_in_batches,
    receiving::ten_messages_come_at_once_at_most,
    receiving::whoever_waits_is_woken_by_a_message,
    receiving::an_empty_queue_answers_at_once_unless_it_is_asked_to_wait,
    receiving::a_message_that_is_not_in_flight_cannot_be_hidden,
    redrive::a_message_received_too_often_goes_to_the_dead_letters,
    redrive::a_dead_letter_says_where_it_comes_from,
    redrive::a_queue_has_the_attributes_of_the_template,
    redrive::messages_are_counted_by_where_they_are,
}
