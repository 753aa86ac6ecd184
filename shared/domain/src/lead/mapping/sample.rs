//! A lead that nobody sent, to show what a mapping makes of one.

use super::Target;
use super::{FormMapping, apply, well_known};
use crate::lead::phone::Country;
use crate::lead::{Answer, ContactField, Question};

/// Where nothing is known of the country: a number of Ofcom's range for drama, which nobody has.
const PHONE: &str = "+44 20 7946 0958";

/// An answer to each question, such as a person would write it. Phone numbers are of the mapping's default country.
pub fn sample(questions: &[Question], mapping: &FormMapping) -> Vec<Answer> {
    questions
        .iter()
        .map(|question| Answer { key: question.key.clone(), values: vec![answer(question, mapping)] })
        .collect()
}

fn answer(question: &Question, mapping: &FormMapping) -> String {
    let chosen = apply::chosen_target(&question.key, mapping);
    let asked = question.standard.or_else(|| well_known::field(&question.key));
    // A question that asks for a name is answered with one, wherever the account puts it.
    let field = asked.or(match chosen {
        Some(Target::Field(field)) => Some(*field),
        _ => None,
    });
    match field {
        Some(ContactField::Name) => "Grace Hopper".into(),
        Some(ContactField::FirstName) => "Grace".into(),
        Some(ContactField::LastName) => "Hopper".into(),
        Some(ContactField::Phone) => phone(mapping.default_country),
        Some(ContactField::Email) => "grace.hopper@example.com".into(),
        Some(ContactField::Company) => "Example Bakery".into(),
        None => "Sample answer".into(),
    }
}

fn phone(country: Option<Country>) -> String {
    country.and_then(|country| country.example()).unwrap_or_else(|| PHONE.into())
}
