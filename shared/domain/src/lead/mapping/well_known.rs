//! Keys of questions that say by themselves which field they ask for (facebook-lead-ads.md §4, tiktok-lead-ads.md §7).

use super::ContactField;

/// A key as keys are compared: lower case, words joined by `_`, without the mark that ends a question.
pub(super) fn normalized(key: &str) -> String {
    let key =
        key.trim().trim_end_matches(|character: char| matches!(character, '?' | ':') || character.is_whitespace());
    let joined = key.chars().map(|character| if is_joint(character) { '_' } else { character });
    joined.flat_map(char::to_lowercase).collect()
}

fn is_joint(character: char) -> bool {
    character.is_whitespace() || character == '-'
}

/// The field that a question with this key asks for.
pub(super) fn field(key: &str) -> Option<ContactField> {
    Some(match normalized(key).as_str() {
        "name" | "full_name" | "fullname" | "your_name" => ContactField::Name,
        "first_name" | "firstname" | "given_name" => ContactField::FirstName,
        "last_name" | "lastname" | "family_name" | "surname" => ContactField::LastName,
        "phone" | "phone_number" | "telephone" | "telephone_number" | "mobile" | "mobile_number" | "mobile_phone"
        | "work_phone" | "work_phone_number" => ContactField::Phone,
        "email" | "e_mail" | "email_address" | "work_email" | "business_email" => ContactField::Email,
        "company" | "company_name" | "organization" | "organisation" => ContactField::Company,
        _ => return None,
    })
}
