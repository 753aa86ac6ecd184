//! Google, as the conformance suite meets it.

use super::super::scopes;
use super::{access, credential, resource};
use crate::conformance::specimen::*;
use crate::conformance::{Call, Told};
use crate::contract::*;
use crate::http::fake::answer;
use bytes::Bytes;
use domain::failure::FailureClass::{self, *};
use domain::ids::{ExternalId, ResourceId};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) struct Google;

impl Specimen for Google {
    fn slug(&self) -> &'static str {
        "google-calendar"
    }

    fn access(&self) -> Access {
        access()
    }

    fn credentials(&self) -> Vec<Credential> {
        vec![credential()]
    }

    fn resource(&self) -> ResourceId {
        resource("ada@example.com")
    }

    fn record(&self) -> ExternalId {
        ExternalId::parse("0123456789abcdef").unwrap()
    }

    fn answer(&self, request: &Request<Bytes>, stage: Stage) -> Response<Bytes> {
        let path = request.uri().path();
        let body = match path.rsplit('/').next().unwrap() {
            "token" => tokens(),
            "revoke" => json!({}),
            "userinfo" => json!({ "sub": "107691503500061507151", "email": "ada@example.com" }),
            "calendarList" => calendars(request),
            "instances" => json!({ "timeZone": "UTC", "items": [occurrence()] }),
            "watch" => json!({ "kind": "api#channel", "resourceId": REMOTE, "expiration": "1796025600000" }),
            "stop" => return answer(204, ""),
            "events" if request.method() == Method::GET => events(request, stage),
            _ if request.method() == Method::DELETE => return answer(204, ""),
            _ => event("0123456789abcdef"),
        };
        answer(200, &body.to_string())
    }

    fn refusal(&self, class: FailureClass, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        match request.uri().path() {
            "/revoke" if class == DeadCredentials => Some(answer(400, r#"{"error":"invalid_token"}"#)),
            "/token" | "/revoke" => token_refusal(class),
            _ => api_refusal(class),
        }
    }

    /// An account that may not watch a calendar polls it.
    fn instead(&self, call: Call, class: FailureClass, _: Option<&Request<Bytes>>) -> Option<Told> {
        let subscribes = matches!(call, Call::Subscribe | Call::Renew);
        (subscribes && class == PermanentConfiguration).then_some(Told::Unwatchable)
    }

    fn expired(&self) -> Option<Response<Bytes>> {
        Some(super::refusal(410, "fullSyncRequired"))
    }

    fn endless(&self, request: &Request<Bytes>, entries: bool) -> Option<Response<Bytes>> {
        let items = match request.uri().path().rsplit('/').next().unwrap() {
            _ if request.method() != Method::GET => return None,
            "calendarList" => json!([calendar("ada@example.com")]),
            "events" => json!([event("a")]),
            _ => return None,
        };
        let items = if entries { items } else { json!([]) };
        Some(answer(200, &json!({ "items": items, "nextPageToken": "again" }).to_string()))
    }

    /// Google's own, in which nothing is to be read: here it counts.
    fn reached(&self, cursor: &str) -> Vec<i64> {
        vec![cursor.strip_prefix("sync-").unwrap().parse().unwrap()]
    }

    fn too_few_scopes(&self) -> Vec<String> {
        scopes::REQUESTED[..3].iter().map(|scope| (*scope).to_owned()).collect()
    }

    /// A notification has no body.
    fn deliveries(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn sign(&self, _: &[u8], secret: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-goog-channel-id", CHANNEL),
            ("x-goog-channel-token", secret),
            ("x-goog-resource-id", REMOTE),
            ("x-goog-resource-state", "exists"),
            ("x-goog-message-number", "10"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        headers
    }

    fn voucher(&self) -> &'static str {
        "x-goog-channel-token"
    }
}

fn tokens() -> Value {
    json!({ "access_token": super::ACCESS, "expires_in": 3599, "refresh_token": "canary-newer-refresh-token",
        "scope": scopes::REQUESTED.join(" "), "token_type": "Bearer", "id_token": "canary-id-token" })
}

fn query(request: &Request<Bytes>, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(request.uri().query()?.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn calendar(id: &str) -> Value {
    json!({ "id": id, "summary": "Ada", "accessRole": "owner" })
}

fn calendars(request: &Request<Bytes>) -> Value {
    match query(request, "pageToken") {
        None => json!({ "items": [calendar("ada@example.com")], "nextPageToken": "second" }),
        Some(_) => json!({ "items": [calendar("team@example.com")] }),
    }
}

fn event(id: &str) -> Value {
    let at = |time: &str| json!({ "dateTime": time });
    json!({ "id": id, "status": "confirmed", "summary": "Consultation", "etag": "\"2\"",
        "start": at(OCCURS), "end": at("2026-11-23T08:45:00Z") })
}

fn occurrence() -> Value {
    let mut occurrence = event("0123456789abcdef_20261123T080000Z");
    occurrence["recurringEventId"] = "0123456789abcdef".into();
    occurrence["originalStartTime"] = json!({ "dateTime": OCCURS });
    occurrence
}

/// Two pages of a full pull. The sync token that the next one brings has the number of its turn.
fn events(request: &Request<Bytes>, stage: Stage) -> Value {
    let former = query(request, "syncToken").map_or(0, |token| Google.reached(&token)[0]);
    match (query(request, "syncToken"), query(request, "pageToken")) {
        (None, None) => json!({ "timeZone": "UTC", "items": [event("a")], "nextPageToken": "second" }),
        _ if stage == Stage::Nothing => json!({ "items": [], "nextSyncToken": format!("sync-{}", former + 1) }),
        _ => json!({ "items": [event("b")], "nextSyncToken": format!("sync-{}", former + 1) }),
    }
}

fn token_refusal(class: FailureClass) -> Option<Response<Bytes>> {
    let (status, error) = match class {
        DeadCredentials => (400, "invalid_grant"),
        RateLimited => (429, "rate_limit_exceeded"),
        Transient => (400, "temporarily_unavailable"),
        OurConfiguration => (401, "invalid_client"),
        OurBug => (400, "invalid_request"),
        _ => return None,
    };
    let body = json!({ "error": error, "error_description": "canary", "error_subtype": "" });
    Some(answer(status, &body.to_string()))
}

fn api_refusal(class: FailureClass) -> Option<Response<Bytes>> {
    let (status, reason) = match class {
        DeadCredentials => (401, "authError"),
        MissingPermission => (403, "insufficientPermissions"),
        RateLimited => (403, "userRateLimitExceeded"),
        Transient => (StatusCode::SERVICE_UNAVAILABLE.as_u16(), "backendError"),
        ResourceNotFound => (404, "notFound"),
        PermanentConfiguration => (403, "forbidden"),
        OurConfiguration => (403, "accessNotConfigured"),
        OurBug => (400, "badRequest"),
        _ => return None,
    };
    Some(super::refusal(status, reason))
}
