//! The secrets: what `shared::vault` relies on at Secrets Manager.

mod deletion;
mod grants;
mod scene;
mod versions;

crate::suite::suite! {
    grants::a_grant_is_read_by_its_version_as_it_was_stored,
    grants::a_creation_is_repeated_without_harm,
    grants::a_name_is_given_to_one_grant,
    grants::a_creation_whose_answer_was_lost_succeeds_once,
    grants::a_refresh_whose_answer_was_lost_is_stored_once,
    grants::a_repeated_refresh_changes_nothing,
    grants::a_fence_holds_one_value,
    grants::of_two_refreshes_at_once_both_are_kept,
    grants::a_grant_of_sixty_kibibytes_is_kept,
    grants::an_application_is_read_once_it_is_registered,
    versions::the_newest_and_the_one_before_are_found_by_their_labels,
    versions::a_version_that_lost_its_label_is_still_read,
    versions::a_version_is_described_by_its_labels,
    versions::a_pending_version_leaves_the_current_one,
    versions::a_version_and_a_label_must_agree,
    versions::what_does_not_exist_is_not_found,
    versions::a_secret_without_a_value_is_not_found,
    versions::a_value_holds_64_kibibytes_and_no_more,
    versions::a_version_s_name_has_32_characters_at_least,
    deletion::a_deleted_secret_is_not_found_and_can_be_deleted_again,
    deletion::a_deleted_secret_takes_no_version,
    deletion::the_name_of_a_deleted_secret_cannot_be_used,
    deletion::a_deleted_secret_comes_back_whole,
    deletion::a_secret_goes_after_seven_days_at_the_earliest,
    deletion::what_never_was_is_deleted_already,
}
