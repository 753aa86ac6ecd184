//! Facebook's shapes, as far as they are read. Nothing is required but what there is nothing to do without.

use serde::de::{DeserializeOwned, Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// Longest id, in bytes. Facebook's own are at most 20 digits.
const LONGEST_ID: usize = 64;

/// An id, as a text or as a number, which depends on age and source (facebook-lead-ads.md §3). `[A-Za-z0-9_-]{1,64}`;
/// a number is never taken for a floating one, in which an id beyond 2^53 would become another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id(String);

impl Id {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ids;
        impl Visitor<'_> for Ids {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id")
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
                if is_plain && (1..=LONGEST_ID).contains(&text.len()) {
                    Ok(Id(text.to_owned()))
                } else {
                    Err(E::invalid_value(Unexpected::Other("another text"), &self))
                }
            }
        }
        deserializer.deserialize_any(Ids)
    }
}

/// A text; whatever else stands where one belongs is kept word for word.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())))
    }
}

/// A field that does not take the rest with it when it cannot be read.
pub(super) fn lax<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// An entry of a list, which does not take the list with it when it cannot be read.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Entry(Box<RawValue>);

impl Entry {
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// Its id, also when the rest cannot be read.
    pub(super) fn id(&self) -> Option<Id> {
        self.read::<Named>().and_then(|entry| entry.id)
    }
}

#[derive(Deserialize)]
struct Named {
    #[serde(default, deserialize_with = "lax")]
    id: Option<Id>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct List {
    pub(super) data: Vec<Entry>,
    pub(super) paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    cursors: Option<Cursors>,
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Cursors {
    after: Option<String>,
}

impl List {
    /// The cursor of the next page. The address `next` says that there is one, but is never followed: it names host and
    /// token. A full page without it may have been cut, so it is gone on from the cursor all the same.
    pub(super) fn after(&self, limit: usize) -> Option<String> {
        let paging = self.paging.as_ref()?;
        let given = |text: &String| !text.is_empty();
        let cursor = || paging.cursors.as_ref()?.after.clone().filter(given);
        let of_address = |next: &String| {
            let query = url::Url::parse(next).ok()?;
            let after = query.query_pairs().find(|(name, _)| name == "after")?;
            Some(after.1.into_owned()).filter(given)
        };
        match paging.next.as_ref().filter(|next| given(next)) {
            Some(next) => cursor().or_else(|| of_address(next)),
            None if self.data.len() >= limit => cursor(),
            None => None,
        }
    }
}

/// `oauth/access_token`.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub(super) access_token: String,
    pub(super) token_type: Option<String>,
    /// Seconds; a token without does not expire.
    pub(super) expires_in: Option<i64>,
}

/// `debug_token`.
#[derive(Deserialize)]
pub(super) struct DebugAnswer {
    pub(super) data: Debugged,
}

#[derive(Deserialize)]
pub(super) struct Debugged {
    #[serde(default)]
    pub(super) is_valid: bool,
    pub(super) app_id: Option<Id>,
    pub(super) user_id: Option<Id>,
    pub(super) issued_at: Option<i64>,
    /// Seconds since 1970; 0 for a token that does not expire.
    pub(super) expires_at: Option<i64>,
    /// Seconds since 1970; 0 where it does not apply.
    pub(super) data_access_expires_at: Option<i64>,
    #[serde(default, deserialize_with = "lax")]
    pub(super) scopes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lax")]
    pub(super) error: Option<DebugError>,
}

#[derive(Deserialize)]
pub(super) struct DebugError {
    #[serde(default, deserialize_with = "lax")]
    pub(super) code: Option<Id>,
    #[serde(default, deserialize_with = "lax")]
    pub(super) subcode: Option<Id>,
}

/// An entry of `me/permissions`.
#[derive(Deserialize)]
pub(super) struct Permission {
    pub(super) permission: String,
    pub(super) status: String,
}

/// The person, by `me`.
#[derive(Deserialize)]
pub(super) struct Me {
    pub(super) id: Id,
    pub(super) name: Option<String>,
}

/// An entry of `me/accounts`.
#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) id: Id,
    pub(super) name: Option<String>,
    pub(super) category: Option<String>,
    /// None without a sufficient role on the page.
    pub(super) access_token: Option<String>,
}

/// A page, asked whether leads may be read.
#[derive(Deserialize)]
pub(super) struct PageAccess {
    pub(super) has_lead_access: Option<LeadAccess>,
}

#[derive(Deserialize)]
pub(super) struct LeadAccess {
    pub(super) can_access_lead: Option<bool>,
    pub(super) failure_reason: Option<String>,
    pub(super) failure_resolution: Option<String>,
}

/// A form.
#[derive(Deserialize)]
pub(super) struct LeadForm {
    pub(super) id: Id,
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    pub(super) page_id: Option<Id>,
    pub(super) questions: Option<Vec<Entry>>,
    #[serde(default, deserialize_with = "lax")]
    pub(super) leads_count: Option<Id>,
    #[serde(default, deserialize_with = "lax")]
    pub(super) expired_leads_count: Option<Id>,
}

#[derive(Deserialize)]
pub(super) struct FormQuestion {
    /// Older forms have none; answers go by the id then.
    pub(super) key: Option<String>,
    pub(super) id: Option<Id>,
    pub(super) label: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

/// A lead. What says where it came from is taken as it is: it spoils no lead.
#[derive(Deserialize)]
pub(super) struct Lead {
    pub(super) id: Id,
    pub(super) created_time: Text,
    pub(super) form_id: Option<Id>,
    pub(super) ad_id: Option<Text>,
    pub(super) ad_name: Option<Text>,
    pub(super) adset_id: Option<Text>,
    pub(super) adset_name: Option<Text>,
    pub(super) campaign_id: Option<Text>,
    pub(super) campaign_name: Option<Text>,
    pub(super) platform: Option<Text>,
    pub(super) is_organic: Option<Text>,
    pub(super) field_data: Option<Vec<FieldData>>,
    pub(super) custom_disclaimer_responses: Option<Vec<Disclaimer>>,
}

#[derive(Deserialize)]
pub(super) struct FieldData {
    pub(super) name: String,
    pub(super) values: Option<Vec<Text>>,
}

#[derive(Deserialize)]
pub(super) struct Disclaimer {
    pub(super) checkbox_key: String,
    /// `"1"` or `""`.
    pub(super) is_checked: Option<Text>,
}

/// What was made: `{"id":"…"}`.
#[derive(Deserialize)]
pub(super) struct Made {
    #[serde(default, deserialize_with = "lax")]
    pub(super) id: Option<Id>,
}

/// An entry of `subscribed_apps`.
#[derive(Deserialize)]
pub(super) struct SubscribedApp {
    #[serde(default)]
    pub(super) subscribed_fields: Vec<String>,
}
