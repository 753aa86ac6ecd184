//! What a form asks (tiktok-lead-ads.md §3 and §7).

use super::calls::{Call, Calls};
use super::owner;
use super::session::Session;
use super::wire::Fields;
use crate::error::ProviderError;
use domain::failure::FailureClass;
use domain::lead::{ContactField, Form, Owner, Question};
use serde_json::Value;

/// The form's questions, by the newer endpoint or, where it is refused, the older one; of the library, where the ad
/// account is refused.
pub(super) async fn questions(calls: &Calls, session: &Session, form: &Form) -> Result<Vec<Question>, ProviderError> {
    let fields = match ask(calls, session, form.owner(), form.id()).await {
        Err(refused) => {
            let library = owner::instead(calls, session, form.owner(), refused).await?;
            ask(calls, session, &library, form.id()).await?
        }
        Ok(fields) => fields,
    };
    Ok(fields.fields.iter().filter_map(question).collect())
}

async fn ask(calls: &Calls, session: &Session, owner: &Owner, form: &str) -> Result<Fields, ProviderError> {
    let source = ("lead_source", "INSTANT_FORM".to_owned());
    let query = vec![source, owner::parameter(owner)?, ("page_id", form.to_owned())];
    match calls.ask(&Call::get("lead/field/get", query).with(&session.token)).await {
        Err(error) if may_be_about_the_endpoint(error.class) => {
            let query = vec![owner::parameter(owner)?, ("page_id", form.to_owned())];
            calls.ask(&Call::get("page/field/get", query).with(&session.token)).await
        }
        outcome => outcome,
    }
}

/// Whether another endpoint may answer what this one refused.
fn may_be_about_the_endpoint(class: FailureClass) -> bool {
    use FailureClass::*;
    !matches!(class, DeadCredentials | RateLimited | Transient)
}

/// A question, which is a text, or an object that names it.
fn question(field: &Value) -> Option<Question> {
    let text = |names: &[&str]| -> Option<String> {
        let found = names.iter().find_map(|name| field.get(name)?.as_str());
        found.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let key = match field.as_str() {
        Some(name) => Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
        None => text(&["field", "key", "name"]),
    }?;
    let label = text(&["label", "title"]).unwrap_or_else(|| label(&key));
    Some(Question { standard: standard(&key), label, key })
}

/// `phone_number` as a person reads it; a question of the customer's own is a sentence already.
fn label(key: &str) -> String {
    if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'/')) {
        return key.to_owned();
    }
    let mut words = key.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The field of the contact that a standard question stands for.
fn standard(key: &str) -> Option<ContactField> {
    Some(match squash(key).as_str() {
        "email" => ContactField::Email,
        "phonenumber" => ContactField::Phone,
        "name" => ContactField::Name,
        "firstname" => ContactField::FirstName,
        "lastname" => ContactField::LastName,
        "companyname" => ContactField::Company,
        _ => return None,
    })
}

/// A name without what its spellings differ in: `Phone Number` and `phone_number` are the same.
pub(super) fn squash(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn standard_questions_are_known_in_any_spelling() {
        use ContactField::*;
        for (key, standard) in [
            ("email", Some(Email)),
            ("Phone Number", Some(Phone)),
            ("phone_number", Some(Phone)),
            ("name", Some(Name)),
            ("first_name", Some(FirstName)),
            ("Last name", Some(LastName)),
            ("company_name", Some(Company)),
            ("gender", None),
            ("province/state", None),
            ("zip/postal_code", None),
            ("job_title", None),
            ("scheduled_time", None),
            ("What is your e-mail?", None),
        ] {
            assert_eq!(question(&json!(key)).unwrap().standard, standard, "{key}");
        }
    }

    #[test]
    fn a_question_has_a_label_that_can_be_read() {
        let label = |field: Value| question(&field).unwrap().label;
        assert_eq!(label(json!("phone_number")), "Phone number");
        assert_eq!(label(json!("Which car, and why?")), "Which car, and why?");
        assert_eq!(label(json!("größe")), "größe");
        assert_eq!(label(json!({ "field": "q1", "label": "Which car?" })), "Which car?");
        assert_eq!(question(&json!({ "name": "q1" })).unwrap().key, "q1");
        for nothing in [json!(""), json!(" "), json!(5), json!({ "other": "x" }), json!(null)] {
            assert_eq!(question(&nothing), None, "{nothing}");
        }
    }
}
