//! The table: what `shared::store` relies on at DynamoDB, through its own doors, and through the SDK only where no door
//! shows it.

mod batches;
mod creation;
mod due;
mod fences;
mod limits;
mod lists;
mod scene;
mod transactions;

crate::suite::suite! {
    creation::an_integration_is_read_as_it_was_created,
    creation::an_account_has_one_integration_of_a_provider,
    creation::a_refused_creation_leaves_nothing,
    creation::the_limit_of_an_account_holds,
    creation::of_two_creations_at_once_the_limit_lets_one_through,
    creation::creations_at_once_are_all_counted,
    creation::a_repeated_request_is_told_from_a_taken_place,
    creation::an_answer_is_remembered_for_a_day_whenever_it_is_removed,
    creation::the_table_forgets_by_the_attribute_of_the_template,
    fences::a_change_needs_the_latest_copy,
    fences::a_lease_is_taken_by_one_of_two,
    fences::a_lease_can_be_taken_once_it_has_ended,
    fences::an_old_fence_commits_nothing,
    fences::whoever_lost_the_lease_stores_no_record,
    fences::a_journal_is_compared_as_a_whole,
    fences::older_news_change_nothing,
    fences::large_numbers_are_compared_exactly,
    fences::a_counter_begins_at_nought_and_needs_its_item,
    fences::an_hour_has_so_many_deactivations,
    fences::nobody_connects_while_a_revocation_may_be_under_way,
    fences::a_lead_that_was_erased_is_known_for_good,
    transactions::a_lost_answer_is_no_lost_lease,
    transactions::a_lost_answer_is_no_second_count,
    transactions::a_token_is_for_one_transaction,
    transactions::the_reasons_stand_where_their_actions_stand,
    transactions::a_check_refuses_without_writing,
    transactions::an_item_is_written_once_in_a_transaction,
    transactions::a_hundred_actions_are_taken_and_one_more_is_not,
    transactions::an_item_moves_whole,
    transactions::a_missing_table_is_our_own_mistake,
    lists::texts_are_sorted_by_their_bytes,
    lists::a_list_is_read_page_by_page,
    lists::the_newest_comes_first_where_it_is_asked_for,
    lists::a_page_goes_on_where_an_item_was_deleted,
    lists::changes_come_by_their_time_and_each_record_once,
    lists::an_agenda_has_what_overlaps,
    lists::a_prefix_keeps_kinds_of_items_apart,
    due::what_is_due_comes_oldest_first,
    due::an_entry_moves_on_for_one_planner,
    due::what_is_not_due_leaves_the_index,
    due::an_index_is_counted_by_provider,
    due::the_same_instant_comes_in_pages_without_a_gap,
    batches::known_records_are_read_together,
    batches::a_hundred_large_records_are_read_in_several_answers,
    batches::a_partition_is_erased_with_more_than_one_batch,
    batches::a_batch_has_a_hundred_reads_at_most,
    batches::a_batch_has_twenty_five_writes_at_most,
    limits::a_page_ends_at_a_megabyte,
    limits::an_item_holds_four_hundred_kibibytes_and_no_more,
    limits::an_update_makes_no_item_larger_than_that,
    limits::a_sort_key_holds_a_kibibyte_and_no_more,
    limits::an_empty_text_is_kept_but_is_no_key,
}
