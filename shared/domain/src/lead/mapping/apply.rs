//! Answers become a contact.

use super::bounds::{self, Room};
use super::{FormMapping, LONGEST_KEY, Target, well_known};
use crate::lead::phone::{Country, Phone};
use crate::lead::{Answer, ContactField, RawLead};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Longest e-mail address, in bytes: 64 before the sign, 255 after it (RFC 5321 §4.5.3.1).
const LONGEST_EMAIL: usize = 320;

/// What separates the options that were chosen together.
const BETWEEN_VALUES: &str = ", ";

/// The name of an answer whose question has no key.
const NAMELESS: &str = "answer";

/// The contact that a lead's answers make.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    /// The whole name, or the first and the last one.
    pub name: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// Something that looks like an e-mail address.
    pub email: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Everything else that was answered, by name; also what did not fit its field.
    pub properties: BTreeMap<String, String>,
    /// It was more than Aura keeps, and something was cut.
    pub truncated: bool,
    /// Answers that became properties because their field could not take them.
    pub misfits: Vec<Misfit>,
}

/// An answer that its field could not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The question's key.
    pub key: String,
    /// Why.
    pub why: MisfitReason,
}

/// Why a field could not take an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MisfitReason {
    /// It is no phone number, or none in the default country.
    NotAPhoneNumber,
    /// It is no e-mail address.
    NotAnEmail,
    /// Another question's answer has the field.
    FieldTaken,
}

/// Answers are people's data: nothing of them gets into a log by way of `{:?}`.
impl fmt::Debug for Mapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mapped({} properties)", self.properties.len())
    }
}

/// Maps a lead's answers. Nothing that was answered is lost but by the bounds: what a field cannot take, because it is
/// not valid there or the field is taken, becomes a property.
///
/// What the account chose goes before defaults, so its questions are first at a field; else the form's order counts.
pub fn map(lead: &RawLead, mapping: &FormMapping) -> Mapped {
    let (chosen, others): (Vec<Aimed<'_>>, Vec<Aimed<'_>>) =
        lead.answers.iter().filter_map(|answer| aim(answer, mapping)).partition(|answer| answer.chosen);
    let mut contact = Contact::default();
    for answer in chosen.into_iter().chain(others) {
        contact.take(answer, mapping.default_country);
    }
    contact.finish()
}

/// An answer and where it goes.
struct Aimed<'a> {
    key: &'a str,
    value: String,
    target: Option<Target>,
    chosen: bool,
}

/// `None` for a question that was not answered.
fn aim<'a>(answer: &'a Answer, mapping: &FormMapping) -> Option<Aimed<'a>> {
    let values: Vec<String> =
        answer.values.iter().map(|value| bounds::clean(value)).filter(|value| !value.is_empty()).collect();
    let chosen = chosen_target(&answer.key, mapping);
    let target = chosen.cloned().or_else(|| well_known::field(&answer.key).map(Target::Field));
    let value = values.join(BETWEEN_VALUES);
    (!value.is_empty()).then_some(Aimed { key: &answer.key, value, target, chosen: chosen.is_some() })
}

/// What the account chose for a key. A provider writes one question's key in more than one way (`Work email` in a
/// file, `work_email` in a delivery), so a key that is not found as it stands is looked for by what it says.
pub(super) fn chosen_target<'a>(key: &str, mapping: &'a FormMapping) -> Option<&'a Target> {
    mapping.fields.get(key).or_else(|| {
        let key = well_known::normalized(key);
        let same = |other: &str| !key.is_empty() && well_known::normalized(other) == key;
        mapping.fields.iter().find(|(other, _)| same(other)).map(|(_, target)| target)
    })
}

/// The contact while answers come in: fields first, so that they have the first room.
#[derive(Default)]
struct Contact {
    name: Option<Held>,
    first_name: Option<Held>,
    last_name: Option<Held>,
    phone: Option<String>,
    email: Option<String>,
    company: Option<String>,
    rest: Vec<Held>,
    misfits: Vec<Misfit>,
}

/// What filling a field came to.
type Filled = Result<(), (MisfitReason, Held)>;

/// A value, and the name that it has as a property.
struct Held {
    property: String,
    value: String,
}

impl Contact {
    fn take(&mut self, answer: Aimed<'_>, country: Option<Country>) {
        let Aimed { key, value, target, .. } = answer;
        match target {
            None => self.rest.push(Held { property: property_of(key), value }),
            Some(Target::Property(property)) => self.rest.push(Held { property, value }),
            Some(Target::Field(field)) => {
                if let Err((why, left)) = self.fill(field, key, value, country) {
                    self.misfits.push(Misfit { key: key.to_owned(), why });
                    self.rest.push(left);
                }
            }
        }
    }

    /// Puts an answer into its field; else gives back why not, and the property that it becomes.
    fn fill(&mut self, field: ContactField, key: &str, value: String, country: Option<Country>) -> Filled {
        let whole = |value| Held { property: property_of(key), value };
        let taken = |left| (MisfitReason::FieldTaken, left);
        match field {
            ContactField::Name => put(&mut self.name, whole(value)).map_err(taken),
            ContactField::FirstName => put(&mut self.first_name, whole(value)).map_err(taken),
            ContactField::LastName => put(&mut self.last_name, whole(value)).map_err(taken),
            ContactField::Company => put(&mut self.company, value).map_err(|left| taken(whole(left))),
            ContactField::Email if !is_email(&value) => Err((MisfitReason::NotAnEmail, named("email", value))),
            ContactField::Email => put(&mut self.email, value).map_err(|left| taken(whole(left))),
            ContactField::Phone => {
                let phone = Phone::read(&value, country);
                let phone = phone.ok_or_else(|| (MisfitReason::NotAPhoneNumber, named("phone", value.clone())))?;
                put(&mut self.phone, phone.number).map_err(|_| taken(whole(value)))?;
                self.rest.extend(phone.extension.map(|extension| named("phone_extension", extension)));
                Ok(())
            }
        }
    }

    /// Puts the name together and everything into the room that there is.
    fn finish(self) -> Mapped {
        let Self { name, first_name, last_name, phone, email, company, rest, misfits } = self;
        let parts: Vec<Held> = first_name.into_iter().chain(last_name).collect();
        let (name, parts) = match name {
            Some(whole) => (Some(whole.value), parts),
            None => (joined(&parts), Vec::new()),
        };
        let mut room = Room::default();
        let mut fit = |value: Option<String>| value.map(|value| room.take(&value));
        let (name, phone, email, company) = (fit(name), fit(phone), fit(email), fit(company));
        let mut properties = BTreeMap::new();
        for Held { property, value } in parts.into_iter().chain(rest) {
            room.keep(&mut properties, &property, &value, LONGEST_KEY);
        }
        Mapped { name, phone, email, company, properties, truncated: room.truncated, misfits }
    }
}

/// Puts a value where none is; else gives it back.
fn put<T>(place: &mut Option<T>, value: T) -> Result<(), T> {
    if place.is_some() {
        return Err(value);
    }
    *place = Some(value);
    Ok(())
}

fn named(property: &str, value: String) -> Held {
    Held { property: property.to_owned(), value }
}

fn joined(parts: &[Held]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn property_of(key: &str) -> String {
    let key = bounds::clean(key);
    if key.is_empty() { NAMELESS.to_owned() } else { key }
}

/// Whether a text looks like an e-mail address: something, one `@`, something; no spaces and nothing that only lists
/// and display names have.
fn is_email(text: &str) -> bool {
    let foreign = |character: char| character.is_whitespace() || matches!(character, '<' | '>' | ',' | ';' | '"');
    text.len() <= LONGEST_EMAIL
        && !text.contains(foreign)
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
}
