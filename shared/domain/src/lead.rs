//! Leads as a provider hands them over: who owns the form, what was asked, what was answered. How an answer becomes a
//! field of the contact is the account's own mapping (`docs/ARCHITECTURE.md`, "Leads").

use crate::ids::{ExternalId, InvalidId, ResourceId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

pub mod mapping;
pub mod phone;

/// Longest id of an owner or a form, in bytes. Providers' own are at most 20 digits.
const LONGEST: usize = 64;

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// What owns forms at a provider: a page, an advertiser, a library. As text `page:138124712925158`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Owner {
    text: String,
    kind: usize,
}

impl Owner {
    /// The owner of this kind (`page`) with the provider's own id. Both are `[A-Za-z0-9_-]{1,64}`.
    pub fn new(kind: &str, id: &str) -> Result<Self, InvalidId> {
        if is_plain(kind) && is_plain(id) {
            Ok(Self { text: format!("{kind}:{id}"), kind: kind.len() })
        } else {
            Err(InvalidId("owner"))
        }
    }

    /// Reads `page:138124712925158`.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let (kind, id) = text.split_once(':').ok_or(InvalidId("owner"))?;
        Self::new(kind, id)
    }

    /// `page`, `advertiser`, `library`.
    pub fn kind(&self) -> &str {
        &self.text[..self.kind]
    }

    /// The provider's own id.
    pub fn id(&self) -> &str {
        &self.text[self.kind + 1..]
    }

    /// `page:138124712925158`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The owner as something that can be chosen or watched.
    pub fn resource(&self) -> Result<ResourceId, InvalidId> {
        ResourceId::parse(self.text.clone())
    }
}

impl TryFrom<String> for Owner {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> Self {
        owner.text
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owner({})", self.text)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A form, by the owner through which this account reaches it. As a resource `page:138124712925158/172036835026334`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Form {
    owner: Owner,
    id: String,
}

impl Form {
    /// The form with the provider's own id, `[A-Za-z0-9_-]{1,64}`.
    pub fn new(owner: Owner, id: &str) -> Result<Self, InvalidId> {
        if is_plain(id) { Ok(Self { owner, id: id.to_owned() }) } else { Err(InvalidId("form")) }
    }

    /// Reads a resource that stands for a form.
    pub fn of(resource: &ResourceId) -> Result<Self, InvalidId> {
        let (owner, id) = resource.as_str().split_once('/').ok_or(InvalidId("form"))?;
        Self::new(Owner::parse(owner)?, id)
    }

    /// Who it belongs to.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The provider's own id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The form as something that can be chosen.
    pub fn resource(&self) -> Result<ResourceId, InvalidId> {
        ResourceId::parse(format!("{}/{}", self.owner, self.id))
    }
}

/// A field of Aura's contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactField {
    /// The whole name.
    Name,
    /// The first name: with the last one it makes the name where there is no whole one.
    FirstName,
    /// The last name.
    LastName,
    /// The phone number, kept as E.164.
    Phone,
    /// The e-mail address.
    Email,
    /// The company.
    Company,
}

/// A question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// What answers refer to it by.
    pub key: String,
    /// What the person is asked.
    pub label: String,
    /// The field of the contact that the provider's standard question stands for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub standard: Option<ContactField>,
}

/// What a person answered to one question.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The question's key.
    pub key: String,
    /// Several where several options could be chosen.
    pub values: Vec<String>,
}

/// Where a lead came from, as far as the provider says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeadSource {
    /// The provider's id of the ad; absent for organic and test leads.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ad: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ad_name: Option<String>,
    /// The provider's id of the ad set or ad group.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ad_group: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ad_group_name: Option<String>,
    /// The provider's id of the campaign.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub campaign: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub campaign_name: Option<String>,
    /// Where the form was shown: `fb`, `ig`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub platform: Option<String>,
    /// Nobody paid for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organic: bool,
}

/// How a lead came to Aura.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The provider delivered it.
    Webhook,
    /// A run found it: its delivery had not arrived.
    #[default]
    Reconciliation,
    /// It was there before the form was connected.
    Backfill,
}

impl Via {
    /// `webhook`, `reconciliation`, `backfill`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Reconciliation => "reconciliation",
            Self::Backfill => "backfill",
        }
    }
}

/// A lead before the account's mapping.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawLead {
    /// The provider's id of the lead.
    pub id: ExternalId,
    /// The provider's id of the form that was sent.
    pub form: String,
    /// When the person sent it.
    pub created: DateTime<Utc>,
    /// What was answered, in the form's order.
    pub answers: Vec<Answer>,
    /// Where it came from.
    #[serde(default)]
    pub source: LeadSource,
    /// The provider marks it a test.
    #[serde(default)]
    pub test: bool,
}

/// Answers are people's data: nothing of them gets into a log by way of `{:?}`.
impl fmt::Debug for RawLead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawLead({} of form {}, {} answers)", self.id, self.form, self.answers.len())
    }
}

/// How many leads the provider counts for a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeadCount {
    /// All that it ever received.
    pub total: u64,
    /// Those of them that it no longer shows.
    pub expired: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_and_a_form_read_what_they_write() {
        let owner = Owner::new("page", "138124712925158").unwrap();
        assert_eq!((owner.kind(), owner.id(), owner.as_str()), ("page", "138124712925158", "page:138124712925158"));
        let form = Form::new(owner.clone(), "172").unwrap();
        assert_eq!(form.resource().unwrap().as_str(), "page:138124712925158/172");
        assert_eq!(Form::of(&form.resource().unwrap()).unwrap(), form);
        assert_eq!(serde_json::from_str::<Owner>("\"page:138124712925158\"").unwrap(), owner);
    }

    #[test]
    fn what_could_be_another_key_or_path_is_no_owner_and_no_form() {
        for text in ["", "page", "page:", ":1", "page:1/2", "page:1#2", "page:1:2", "pa ge:1", "page:../1"] {
            assert!(Owner::parse(text).is_err(), "{text}");
        }
        for text in ["page:1", "page:1/", "page:1/2/3", "page:1/2?fields=x", "/2", "page/2"] {
            assert!(Form::of(&ResourceId::parse(text).unwrap()).is_err(), "{text}");
        }
        assert!(Owner::new("page", &"1".repeat(65)).is_err());
    }

    #[test]
    fn answers_are_never_printed() {
        let answers = vec![Answer { key: "email".into(), values: vec!["canary@example.com".into()] }];
        let id = ExternalId::parse("1").unwrap();
        let source = LeadSource::default();
        let lead = RawLead { id, form: "2".into(), created: DateTime::UNIX_EPOCH, answers, source, test: false };
        assert_eq!(format!("{lead:?}"), "RawLead(1 of form 2, 1 answers)");
    }
}
