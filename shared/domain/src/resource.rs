//! What a provider offers for choosing: calendars today, pages, forms and ad accounts with the lead providers.

use crate::ids::ResourceId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that a provider lists for a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// The provider's stable id.
    pub id: ResourceId,
    /// The name a person knows it by.
    pub name: String,
    /// A longer description, where the provider has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// The IANA time zone of a calendar.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time_zone: Option<String>,
    /// The provider's own word for the state of a form: `ACTIVE`, `ARCHIVED`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<String>,
    /// The provider's colour for it, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub color: Option<String>,
    /// The account's main one.
    pub primary: bool,
    /// Aura may read it but not write to it.
    pub read_only: bool,
}
