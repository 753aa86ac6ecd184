//! TikTok, as the conformance suite meets it.

use super::super::session::{Grant, Session};
use super::{REFRESH, TOKEN, form, granted, refused, resource};
use crate::conformance::specimen::*;
use crate::conformance::{Call, Told};
use crate::contract::*;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::failure::FailureClass::{self, *};
use domain::ids::{ExternalId, ResourceId};
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};

const HEADER: &str = "lead_id,created_time,page_id,Email";
/// The newest lead of the first stage, in seconds since 1970.
const NEWEST: i64 = 1_795_600_000;

pub(crate) struct TikTok;

impl Specimen for TikTok {
    fn slug(&self) -> &'static str {
        "tiktok-lead-ads"
    }

    fn access(&self) -> Access {
        let advertisers = vec!["11".to_owned(), "22".to_owned()];
        Session { token: TOKEN.into(), account: "11".to_owned(), advertisers }.access(None)
    }

    /// One that does not end, as almost all, and one that ends soon and is replaced.
    fn credentials(&self) -> Vec<Credential> {
        let grant = |refresh: Option<&str>, ends: Option<DateTime<Utc>>| {
            let advertisers = vec!["11".to_owned()];
            let refresh = refresh.map(Into::into);
            Grant { token: TOKEN.into(), refresh, ends, account: "11".to_owned(), advertisers }.credential()
        };
        let soon = "2026-11-28T11:00:00Z".parse().unwrap();
        vec![grant(None, None), grant(Some(REFRESH), Some(soon))]
    }

    fn parent(&self) -> Option<ResourceId> {
        Some(resource("advertiser:11"))
    }

    fn resource(&self) -> ResourceId {
        form("advertiser:11").resource().unwrap()
    }

    fn record(&self) -> ExternalId {
        ExternalId::parse("7126711421177430274").unwrap()
    }

    fn answer(&self, request: &Request<Bytes>, stage: Stage) -> Response<Bytes> {
        let path = super::path(request);
        granted(match path.as_str() {
            "oauth2/access_token/" => tokens("canary-issued-token"),
            "tt_user/oauth2/refresh_token/" => tokens("canary-replaced-token"),
            "oauth2/advertiser/get/" => json!({ "list": [{ "advertiser_id": "11", "advertiser_name": "Ada" }] }),
            "advertiser/info/" => json!({ "list": [{ "advertiser_id": "11", "name": "Ada" }] }),
            "page/lead/task/" => json!({ "task_id": "t1", "status": status(request) }),
            "page/lead/task/download/" => return file(request, stage),
            "page/lead/mock/get/" | "page/lead/mock/create/" => json!({ "lead_id": "66" }),
            "subscription/subscribe/" => json!({ "subscription_id": "s2" }),
            "lead/field/get/" => json!({ "fields": ["email"] }),
            _ => match entry(&path) {
                Some(entry) => json!({ "list": [entry], "page_info": { "total_page": 2 } }),
                None => json!({}),
            },
        })
    }

    fn refusal(&self, class: FailureClass, _: &Request<Bytes>) -> Option<Response<Bytes>> {
        Some(refused(match class {
            DeadCredentials => 40105,
            MissingPermission => 40001,
            RateLimited => 40100,
            Transient => 50_000,
            ResourceNotFound => 40300,
            OurConfiguration => 40118,
            OurBug => 40002,
            _ => return None,
        }))
    }

    /// An account that was lost is no longer named, and is still who was connected. A token that can be replaced is not
    /// dead for being refused. A region that may not be used is passed over, if another one may.
    fn instead(&self, call: Call, class: FailureClass, only: Option<&Request<Bytes>>) -> Option<Told> {
        match (call, class) {
            (Call::Identify, MissingPermission | ResourceNotFound) => Some(Told::Done),
            (Call::Refresh(1), DeadCredentials) if only.is_some_and(is_listing) => Some(Told::Done),
            (Call::Page(1..), MissingPermission | ResourceNotFound) => Some(Told::Done),
            _ => None,
        }
    }

    /// What is no file makes another task, and an empty file has no leads.
    fn takes_any_answer(&self, call: Call) -> bool {
        matches!(call, Call::Page(1..))
    }

    /// The token of a pull is Aura's own.
    fn expired(&self) -> Option<Response<Bytes>> {
        None
    }

    fn endless(&self, request: &Request<Bytes>, entries: bool) -> Option<Response<Bytes>> {
        let entry = entry(&super::path(request))?;
        let list = if entries { vec![entry] } else { Vec::new() };
        Some(granted(json!({ "list": list, "page_info": { "total_page": 1_000_000_000 } })))
    }

    fn reached(&self, cursor: &str) -> Vec<i64> {
        let cursor: Value = serde_json::from_str(cursor).unwrap();
        cursor["read"].as_array().unwrap().iter().map(|read| read.as_i64().unwrap_or(i64::MIN)).collect()
    }

    fn too_few_scopes(&self) -> Vec<String> {
        vec!["680".to_owned()]
    }

    fn secrets_in_addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[("oauth2/advertiser/get", "secret"), ("subscription/get", "secret")]
    }

    fn deliveries(&self) -> Vec<String> {
        let entry = |name: &str| {
            json!({ "id": 7_126_711_421_177_430_274_u64, "page_id": 900, "advertiser_id": 11, "library_id": 5,
                "create_time": NEWEST, "lead_source": "INSTANT_FORM", "is_test": false,
                "changes": [{ "field": "name", "value": name }] })
        };
        let delivery = |entry: Value| json!({ "object": 1, "entry": [entry], "time": NEWEST }).to_string();
        vec![delivery(entry("Ada")), delivery(entry("Zoë 😀"))]
    }

    fn sign(&self, body: &[u8], secret: &str) -> HeaderMap {
        let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes()), body);
        HeaderMap::from_iter([(self.voucher().parse().unwrap(), hex::encode(tag).parse().unwrap())])
    }

    fn voucher(&self) -> &'static str {
        "x-open-signature"
    }
}

fn is_listing(request: &Request<Bytes>) -> bool {
    super::path(request) == "oauth2/advertiser/get/"
}

fn tokens(access: &str) -> Value {
    json!({ "access_token": access, "refresh_token": "canary-next-refresh-token", "expires_in": 86_400,
        "refresh_token_expires_in": 31_536_000, "advertiser_ids": ["11"], "scope": [12_010_000, 680] })
}

/// An entry of a list that has pages.
fn entry(path: &str) -> Option<Value> {
    Some(match path {
        "page/library/get/" => json!({ "library_id": "5", "advertiser_id": "22" }),
        "page/get/" => json!({ "page_id": "900", "title": "Cars", "status": "PUBLISHED" }),
        "subscription/get/" => json!({ "subscription_id": REMOTE, "callback_url": "https://example.com/other" }),
        _ => return None,
    })
}

/// A task is ready when it is looked at.
fn status(request: &Request<Bytes>) -> &'static str {
    if super::json_body(request).get("task_id").is_some() { "SUCCEED" } else { "PENDING" }
}

/// Each region has leads of its own time.
fn file(request: &Request<Bytes>, stage: Stage) -> Response<Bytes> {
    let later = match request.headers().get("x-lead-region").map(|region| region.as_bytes()) {
        None => 0,
        Some(b"eu") => 60,
        Some(_) => 120,
    };
    let rows: Vec<String> = match stage {
        Stage::First => [3, 2].map(|id| row(id, NEWEST + later - id)).into(),
        Stage::Nothing => Vec::new(),
        Stage::Older => vec![row(1, NEWEST + later - 7_200)],
        Stage::Newer => vec![row(4, NEWEST + later + 7_200)],
    };
    let mut answer = super::dated(crate::http::fake::answer(200, &format!("{HEADER}\n{}\n", rows.join("\n"))));
    answer.headers_mut().insert("content-type", "text/csv".parse().unwrap());
    answer
}

fn row(id: i64, created: i64) -> String {
    format!("{id},{created},900,ada@example.com")
}
