//! Facebook, as the conformance suite meets it.

use super::super::scopes;
use super::super::tokens::{Holder, Key, Keys};
use super::{FORM_ID, LEAD_ID, LONG, OF_PAGE, PAGE_ID, SHORT, form, hmac_hex, ok, owner};
use crate::conformance::specimen::*;
use crate::conformance::{Call, Told};
use crate::contract::*;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use domain::failure::FailureClass::{self, *};
use domain::ids::{ExternalId, ResourceId};
use http::{HeaderMap, Method, Request, Response};
use serde_json::{Value, json};

/// The newest lead of the first stage, in seconds since 1970.
const NEWEST: i64 = 1_795_600_000;
/// When the token that is due for another one was received, 50 days ago, and when it ends.
const RECEIVED: i64 = 1_791_540_000;
const ENDS: i64 = RECEIVED + 60 * 24 * 60 * 60;

pub(crate) struct Facebook;

impl Specimen for Facebook {
    fn slug(&self) -> &'static str {
        "facebook-lead-ads"
    }

    fn access(&self) -> Access {
        let key = |token: &str| Key::new(&app(), token.into());
        let user = Holder { id: "10001".to_owned(), key: key(LONG) };
        let page = Holder { id: PAGE_ID.to_owned(), key: key(OF_PAGE) };
        Keys { user, pages: vec![page] }.access().unwrap()
    }

    /// One that does not end, and one that is due for another one.
    fn credentials(&self) -> Vec<Credential> {
        let lasting = json!({ "user": "10001", "token": LONG });
        let ending = json!({ "user": "10001", "token": LONG, "issued_at": RECEIVED, "expires_at": ENDS });
        [lasting, ending].map(|grant| Credential(grant.to_string().into())).into()
    }

    fn parent(&self) -> Option<ResourceId> {
        owner().resource().ok()
    }

    fn resource(&self) -> ResourceId {
        form().resource().unwrap()
    }

    fn record(&self) -> ExternalId {
        super::lead_id()
    }

    fn answer(&self, request: &Request<Bytes>, stage: Stage) -> Response<Bytes> {
        let body = match (request.method(), path(request).as_slice()) {
            (_, ["oauth", "access_token"]) => token(request),
            (_, ["debug_token"]) => valid(),
            (_, ["me"]) => json!({ "id": "10001", "name": "Ada" }),
            (&Method::DELETE, _) => json!({ "success": true }),
            (&Method::POST, [_, "test_leads"]) => json!({ "id": "77" }),
            (&Method::POST, _) => json!({ "success": true }),
            (_, ["me", "permissions"]) => permissions(),
            (_, [_, "leads"]) => leads(request, stage),
            (_, [_, list]) => return paged(request, list),
            (_, [id]) if *id == LEAD_ID => lead(LEAD_ID, NEWEST),
            (_, [id]) if *id == PAGE_ID => json!({ "id": PAGE_ID, "has_lead_access": { "can_access_lead": true } }),
            _ => form_itself(),
        };
        dated(ok(&body))
    }

    fn refusal(&self, class: FailureClass, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let (code, subcode) = match class {
            // Not by a status, but by the page's own answer.
            MissingPermission if path(request) == [PAGE_ID] => return Some(ok(&no_lead_access())),
            DeadCredentials => (190, Some(460)),
            MissingPermission => (10, None),
            RateLimited => (80_005, None),
            Transient => (2, None),
            ResourceNotFound => (100, Some(33)),
            OurConfiguration => (3, None),
            OurBug => (2500, None),
            _ => return None,
        };
        Some(super::refusal(code, subcode))
    }

    /// The token is inspected with the application's own: what is dead then is our secret.
    fn instead(&self, call: Call, class: FailureClass, only: Option<&Request<Bytes>>) -> Option<Told> {
        let by_app = match only {
            Some(request) => path(request) == ["debug_token"],
            None => matches!(call, Call::Refresh(_)),
        };
        (by_app && class == DeadCredentials).then_some(Told::Failed(OurConfiguration))
    }

    fn expired(&self) -> Option<Response<Bytes>> {
        Some(super::refusal(100, None))
    }

    fn endless(&self, request: &Request<Bytes>, entries: bool) -> Option<Response<Bytes>> {
        let entry = match path(request).as_slice() {
            _ if request.method() != Method::GET => return None,
            [_, "leads"] => lead(LEAD_ID, NEWEST),
            [_, list] => entry(list),
            _ => return None,
        };
        let data = if entries { vec![entry] } else { Vec::new() };
        let paging =
            json!({ "cursors": { "after": "again" }, "next": "https://graph.facebook.com/v26.0/x?after=again" });
        Some(dated(ok(&json!({ "data": data, "paging": paging }))))
    }

    fn reached(&self, cursor: &str) -> Vec<i64> {
        vec![serde_json::from_str::<Value>(cursor).unwrap()["newest"].as_i64().unwrap()]
    }

    fn too_few_scopes(&self) -> Vec<String> {
        scopes::REQUESTED[1..].iter().map(|scope| (*scope).to_owned()).collect()
    }

    fn secrets_in_addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[("debug_token", "input_token")]
    }

    fn deliveries(&self) -> Vec<String> {
        let value = json!({ "leadgen_id": 233_370_042_045_345_u64, "form_id": 172_036_835_026_334_u64,
            "page_id": 138_124_712_925_158_u64, "created_time": NEWEST });
        let change = |value: &Value| json!({ "field": "leadgen", "value": value });
        let as_numbers =
            json!({ "object": "page", "entry": [{ "id": PAGE_ID, "time": NEWEST, "changes": [change(&value)] }] });
        // What is not ASCII is signed as it comes: escaped.
        let escaped = as_numbers.to_string().replacen('{', r#"{"name":"Zo\u00eb \/ caf\u00e9","#, 1);
        vec![as_numbers.to_string(), escaped]
    }

    fn sign(&self, body: &[u8], secret: &str) -> HeaderMap {
        let signature = format!("sha256={}", hmac_hex(secret, body));
        HeaderMap::from_iter([("x-hub-signature-256".parse().unwrap(), signature.parse().unwrap())])
    }

    fn voucher(&self) -> &'static str {
        "x-hub-signature-256"
    }

    fn handshake(&self, verify_token: &str) -> Option<Vec<(String, String)>> {
        let query = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", verify_token)];
        Some(query.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    fn signed_request(&self, secret: &str) -> Option<String> {
        let payload = json!({ "user_id": "10001", "algorithm": "HMAC-SHA256", "issued_at": NEWEST });
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload.to_string());
        let signature = hex::decode(hmac_hex(secret, payload.as_bytes())).unwrap();
        Some(format!("signed_request={}.{payload}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn dated(mut answer: Response<Bytes>) -> Response<Bytes> {
    answer.headers_mut().insert("date", NOW.parse().unwrap());
    answer
}

/// The parts of the path below the version.
fn path(request: &Request<Bytes>) -> Vec<&str> {
    request.uri().path().split('/').skip(2).collect()
}

fn after(request: &Request<Bytes>) -> Option<String> {
    super::query(request).remove("after")
}

fn token(request: &Request<Bytes>) -> Value {
    let is_code = super::pairs(request.body()).contains_key("code");
    let (token, lasts) = if is_code { (SHORT, 3_600) } else { ("canary-next-long-lived-token", 5_184_000) };
    json!({ "access_token": token, "token_type": "bearer", "expires_in": lasts })
}

fn valid() -> Value {
    json!({ "data": { "app_id": CLIENT_ID, "is_valid": true, "user_id": "10001", "expires_at": 0,
        "data_access_expires_at": ENDS, "scopes": scopes::REQUESTED } })
}

fn permissions() -> Value {
    let granted = scopes::REQUESTED.map(|scope| json!({ "permission": scope, "status": "granted" }));
    json!({ "data": granted })
}

fn no_lead_access() -> Value {
    json!({ "id": PAGE_ID, "has_lead_access": { "can_access_lead": false,
        "failure_reason": "You have no access.", "failure_resolution": "Ask an admin." } })
}

/// An entry of a list.
fn entry(list: &str) -> Value {
    match list {
        "accounts" => json!({ "id": PAGE_ID, "name": "Bakery", "access_token": OF_PAGE }),
        "leadgen_forms" => json!({ "id": FORM_ID, "name": "Cakes", "status": "ACTIVE" }),
        "test_leads" => json!({ "id": "66" }),
        "permissions" => json!({ "permission": "leads_retrieval", "status": "granted" }),
        "subscribed_apps" => json!({ "id": "app2", "subscribed_fields": ["feed"] }),
        other => panic!("{other} is asked for"),
    }
}

/// A list of two pages.
fn paged(request: &Request<Bytes>, list: &str) -> Response<Bytes> {
    let next = json!({ "cursors": { "after": "second" }, "next": "https://graph.facebook.com/v26.0/x?after=second" });
    match after(request) {
        None => dated(ok(&json!({ "data": [entry(list)], "paging": next }))),
        Some(_) if list == "test_leads" => dated(ok(&json!({ "data": [{ "id": "67" }] }))),
        Some(_) => dated(ok(&json!({ "data": [entry(list)], "paging": {} }))),
    }
}

fn lead(id: &str, created: i64) -> Value {
    json!({ "id": id, "created_time": created.to_string(), "form_id": FORM_ID,
        "field_data": [{ "name": "email", "values": ["ada@example.com"] }] })
}

fn leads(request: &Request<Bytes>, stage: Stage) -> Value {
    let more = json!({ "cursors": { "after": "second" }, "next": "https://graph.facebook.com/v26.0/x?after=second" });
    match (stage, after(request)) {
        (Stage::First, None) => json!({ "data": [lead("3", NEWEST), lead("2", NEWEST - 60)], "paging": more }),
        (Stage::First, Some(_)) => json!({ "data": [lead("1", NEWEST - 3_600)] }),
        (Stage::Nothing, _) => json!({ "data": [] }),
        (Stage::Older, _) => json!({ "data": [lead("0", NEWEST - 7_200)] }),
        (Stage::Newer, _) => json!({ "data": [lead("4", NEWEST + 7_200)] }),
    }
}

fn form_itself() -> Value {
    json!({ "id": FORM_ID, "name": "Cakes", "status": "ACTIVE", "page_id": PAGE_ID, "leads_count": 12,
        "expired_leads_count": 2, "questions": [{ "key": "email", "label": "E-mail", "type": "EMAIL" }] })
}
