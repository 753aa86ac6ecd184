//! What requests carry. Unknown fields are refused, so that a typo is not silently ignored.

use crate::secret::SecretText;
use domain::appointment::{Appointment, OccurrenceOf};
use domain::ids::{ProviderSlug, ResourceId};
use domain::lead::mapping::FormMapping;
use domain::record::EventTime;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Body of `POST /integrations`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateBody {
    /// The provider's slug.
    pub provider: ProviderSlug,
}

/// Body of `POST /oauth/complete`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompleteBody {
    /// The flow's key, from the return page's fragment.
    pub flow: String,
    /// The finish ticket, from the return page's fragment.
    #[serde(deserialize_with = "secret")]
    #[schemars(with = "String")]
    pub ticket: SecretString,
}

/// Body of `PATCH /integrations/{provider}/settings`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsBody {
    /// The resources to read.
    #[serde(default)]
    pub resources: Option<Vec<ResourceId>>,
    /// The resource that Aura writes to; `null` for none.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<ResourceId>")]
    pub write_resource: Option<Option<ResourceId>>,
    /// What becomes of the answers of these forms; a chosen form without one gets the usual fields.
    #[serde(default)]
    pub forms: Option<BTreeMap<ResourceId, FormMapping>>,
    /// Whether forms that are chosen by this change bring the leads that the provider still has; they do if it is absent.
    #[serde(default)]
    pub backfill: Option<bool>,
    /// Minutes between two scheduled syncs: 5, 15, 30 or 60.
    #[serde(default)]
    pub interval_minutes: Option<u32>,
}

/// Body of `PUT /integrations/{provider}/events/{id}`: the appointment as it is to be, whole.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppointmentBody {
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Description, plain text.
    #[serde(default)]
    pub description: Option<String>,
    /// Place.
    #[serde(default)]
    pub location: Option<String>,
    /// Start.
    pub start: EventTime,
    /// End, exclusive.
    pub end: EventTime,
    /// `RRULE`, `RDATE`, `EXRULE` and `EXDATE` lines of a series.
    #[serde(default)]
    pub recurrence: Vec<String>,
    /// E-mail addresses of who is invited.
    #[serde(default)]
    pub attendees: Vec<String>,
    /// Set for one occurrence of a series.
    #[serde(default)]
    pub occurrence_of: Option<OccurrenceOf>,
    /// The `etag` of the event that the change was made from, as the records showed it. With it, what the person saw is
    /// what the change is measured against; without it, what Aura wrote last.
    #[serde(default)]
    pub etag: Option<String>,
}

impl From<AppointmentBody> for Appointment {
    fn from(body: AppointmentBody) -> Self {
        Self {
            title: body.title,
            description: body.description,
            location: body.location,
            start: body.start,
            end: body.end,
            recurrence: body.recurrence,
            attendees: body.attendees,
        }
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    SecretText::deserialize(deserializer).map(|text| text.0)
}

/// Tells `null` from absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
