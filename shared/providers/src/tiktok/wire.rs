//! TikTok's shapes, as far as they are read. Nothing is required that could be absent, and an id may be a text (as in
//! answers) or a number beyond 2^53 (as in deliveries).

use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::DATE;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text, or a number that fits 64 bits; anything else is as if it were absent, as are the empty text and zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Loose(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => number.as_u64().map(|number| number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        Ok(Self(text.filter(|text| !text.is_empty() && text != "0")))
    }
}

impl Loose {
    /// As a number that is not negative.
    pub(super) fn number(&self) -> Option<u64> {
        self.0.as_deref()?.parse().ok()
    }

    /// `true`, `1`, `yes`.
    pub(super) fn is_yes(&self) -> bool {
        self.0.as_deref().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes"))
    }
}

/// A list that may also be `null`.
fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// An answer's `Date`: the only clock there is.
pub(super) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok().map(|date| date.to_utc())
}

/// What `POST /oauth2/access_token/` and a refresh bring. No `Debug`: it holds tokens.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) open_id: Option<String>,
    #[serde(default)]
    pub(super) expires_in: Loose,
    #[serde(default)]
    pub(super) refresh_token_expires_in: Loose,
    #[serde(default, deserialize_with = "or_empty")]
    pub(super) advertiser_ids: Vec<Loose>,
    #[serde(default)]
    pub(super) scope: Option<Value>,
}

/// A list with its pages.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct List<T> {
    #[serde(default = "Vec::new", alias = "subscriptions", deserialize_with = "or_empty")]
    pub(super) list: Vec<T>,
    pub(super) page_info: Option<PageInfo>,
}

#[derive(Deserialize)]
pub(super) struct PageInfo {
    #[serde(default)]
    pub(super) total_page: Loose,
}

/// Of `GET /oauth2/advertiser/get/` and `GET /advertiser/info/`.
#[derive(Deserialize)]
pub(super) struct Advertiser {
    #[serde(default)]
    pub(super) advertiser_id: Loose,
    #[serde(default, alias = "advertiser_name")]
    pub(super) name: Loose,
    #[serde(default)]
    pub(super) timezone: Loose,
}

/// Of `GET /page/library/get/`.
#[derive(Deserialize)]
pub(super) struct Library {
    #[serde(default)]
    pub(super) library_id: Loose,
    #[serde(default)]
    pub(super) advertiser_id: Loose,
}

/// Of `GET /page/get/`.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    pub(super) page_id: Loose,
    #[serde(default)]
    pub(super) title: Loose,
    #[serde(default)]
    pub(super) status: Loose,
}

/// Of `GET /lead/field/get/` and `GET /page/field/get/`.
#[derive(Deserialize)]
pub(super) struct Fields {
    #[serde(default, deserialize_with = "or_empty")]
    pub(super) fields: Vec<Value>,
}

/// Of `POST /page/lead/task/`.
#[derive(Deserialize)]
pub(super) struct Task {
    #[serde(default)]
    pub(super) task_id: Loose,
    #[serde(default)]
    pub(super) status: Loose,
}

/// Of the test leads' endpoints.
#[derive(Deserialize)]
pub(super) struct TestLead {
    #[serde(default)]
    lead_id: Loose,
    meta_data: Option<TestLeadMeta>,
}

#[derive(Deserialize)]
struct TestLeadMeta {
    #[serde(default)]
    lead_id: Loose,
}

impl TestLead {
    pub(super) fn id(self) -> Option<String> {
        self.lead_id.0.or_else(|| self.meta_data?.lead_id.0)
    }
}

/// Of `GET /subscription/get/`. No `Debug`: it may hold a token.
#[derive(Deserialize)]
pub(super) struct Subscription {
    #[serde(default)]
    pub(super) subscription_id: Loose,
    #[serde(default)]
    pub(super) callback_url: Loose,
    pub(super) subscription_detail: Option<SubscriptionDetail>,
}

#[derive(Deserialize)]
pub(super) struct SubscriptionDetail {
    #[serde(default)]
    pub(super) access_token: Loose,
    #[serde(default)]
    pub(super) advertiser_id: Loose,
    #[serde(default)]
    pub(super) library_id: Loose,
}
