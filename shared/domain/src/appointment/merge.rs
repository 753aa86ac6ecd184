//! The conflict rule of the product: decided per field. Where both sides changed one, the provider wins time and
//! attendees, Aura wins title, description and place; what loses is told.

use super::{Appointment, Field};
use crate::record::EventTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A side of the synchronisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Aura.
    Aura,
    /// The provider.
    Provider,
}

/// What both sides last agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// As Aura said it.
    pub said: Appointment,
    /// As the provider has it since, which may be written differently.
    pub is: Appointment,
}

impl Base {
    /// A base that both sides write in the same way.
    pub fn same(content: Appointment) -> Self {
        Self { said: content.clone(), is: content }
    }

    /// The base of an occurrence that only its series has spoken of so far; this one is the series'.
    #[must_use]
    pub fn occurrence(&self, original_start: &EventTime) -> Self {
        Self { said: self.said.occurrence(original_start), is: self.is.occurrence(original_start) }
    }
}

/// An edit that lost against the other side's edit of the same field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overridden {
    /// The field.
    pub field: Field,
    /// Whose edit stands.
    pub winner: Side,
    /// The value that lost, in the form of the API.
    pub lost: Value,
}

/// What becomes of two edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The appointment from now on.
    pub content: Appointment,
    /// What lost.
    pub overridden: Vec<Overridden>,
}

impl Merged {
    /// Leaves a field as the provider has it: the list of people is replaced as a whole, so one that Aura knows only a
    /// part of cannot be changed.
    pub fn leave_to_provider(&mut self, field: Field, theirs: &Appointment) {
        if self.content.agrees(theirs, field) {
            return;
        }
        let lost = value(&self.content, field);
        self.content.take(field, theirs);
        self.overridden.retain(|told| told.field != field);
        self.overridden.push(Overridden { field, winner: Side::Provider, lost });
    }
}

/// Makes one of Aura's edit and the provider's edit of the same base. Without a base everything that differs counts as
/// changed on both sides.
pub fn merge(base: Option<&Base>, ours: &Appointment, theirs: &Appointment) -> Merged {
    let mut merged = Merged { content: theirs.clone(), overridden: Vec::new() };
    for field in theirs.differs(ours) {
        let ours_changed = base.is_none_or(|base| !ours.agrees(&base.said, field) && !ours.agrees(&base.is, field));
        let theirs_changed = base.is_none_or(|base| !theirs.agrees(&base.is, field));
        let winner = match (ours_changed, theirs_changed) {
            (true, true) => winner(field),
            (true, false) => Side::Aura,
            (false, _) => Side::Provider,
        };
        if winner == Side::Aura {
            merged.content.take(field, ours);
        }
        if ours_changed && theirs_changed {
            let loser = if winner == Side::Aura { theirs } else { ours };
            merged.overridden.push(Overridden { field, winner, lost: value(loser, field) });
        }
    }
    merged
}

fn winner(field: Field) -> Side {
    match field {
        Field::Time | Field::Attendees => Side::Provider,
        Field::Title | Field::Description | Field::Location => Side::Aura,
    }
}

fn value(of: &Appointment, field: Field) -> Value {
    match field {
        Field::Time => json!({ "start": of.start, "end": of.end, "recurrence": of.recurrence }),
        Field::Attendees => json!(of.attendees),
        Field::Title => json!(of.title),
        Field::Description => json!(of.description),
        Field::Location => json!(of.location),
    }
}
