//! Notifications, and the channels that bring them.

use super::*;
use domain::failure::FailureClass;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ring::digest::{SHA256, digest};
use serde_json::json;

const TOKEN: &str = "canary-channel-token";
const CHANNEL: &str = "019365a0-0000-7000-8000-0000000000c1";

/// A delivery's headers as Google sends them, with these in the place of its own; `None` leaves one out.
fn headers(changes: &[(&'static str, Option<&str>)]) -> HeaderMap {
    let google = [
        ("x-goog-channel-id", CHANNEL),
        ("x-goog-channel-token", TOKEN),
        ("x-goog-channel-expiration", "Tue, 01 Dec 2026 08:00:00 GMT"),
        ("x-goog-resource-id", "o3hgv1538sdjfh"),
        ("x-goog-resource-state", "exists"),
        ("x-goog-message-number", "10"),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in google.map(|(name, value)| (name, Some(value))).iter().chain(changes) {
        let name = HeaderName::from_static(name);
        headers.remove(&name);
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
    }
    headers
}

fn hash(token: &str) -> [u8; 32] {
    digest(&SHA256, token.as_bytes()).as_ref().try_into().unwrap()
}

fn claim(headers: &HeaderMap) -> Result<Claim, Refused> {
    Google::answering(vec![]).provider.webhook().unwrap().claim(&Delivery { headers, body: b"" })
}

fn verify(headers: &HeaderMap, token: &str) -> Result<Vec<Notice>, Refused> {
    let google = Google::answering(vec![]);
    let webhook = google.provider.webhook().unwrap();
    let delivery = Delivery { headers, body: b"{\"ignored\":true}" };
    Ok(webhook.parse(webhook.verify(&delivery, &Proof::Subscription(&hash(token)))?))
}

#[test]
fn a_delivery_names_its_channel() {
    assert_eq!(claim(&headers(&[])), Ok(Claim::Subscription(CHANNEL.to_owned())));
    let longest = "x".repeat(64);
    assert!(claim(&headers(&[("x-goog-channel-id", Some(&longest))])).is_ok());
}

#[test]
fn a_channel_that_cannot_be_ours_is_refused() {
    let too_long = "x".repeat(65);
    for id in [None, Some(""), Some("a b"), Some("a/b"), Some("kanäle"), Some(&*too_long)] {
        let headers = headers(&[("x-goog-channel-id", id)]);
        assert_eq!((claim(&headers), verify(&headers, TOKEN)), (Err(Refused), Err(Refused)), "{id:?}");
    }
}

#[test]
fn a_header_that_comes_twice_is_refused() {
    for name in ["x-goog-channel-id", "x-goog-channel-token", "x-goog-resource-state"] {
        let mut headers = headers(&[]);
        headers.append(name, headers[name].clone());
        assert_eq!(verify(&headers, TOKEN), Err(Refused), "{name}");
    }
}

#[test]
fn a_delivery_says_that_something_changed_unless_it_only_opens_the_channel() {
    let notices = |state| verify(&headers(&[("x-goog-resource-state", state)]), TOKEN);
    let changed = || Ok(vec![Notice::Changed { subscription: CHANNEL.to_owned() }]);
    assert_eq!(notices(Some("sync")), Ok(vec![]));
    for state in ["exists", "not_exists", "something_new"] {
        assert_eq!(notices(Some(state)), changed(), "{state}");
    }
    assert_eq!(notices(None), Err(Refused));
}

async fn subscribe(google: &Google) -> Result<Subscribed, SubscribeError> {
    let address = "https://example.com/webhooks/google-calendar".parse().unwrap();
    let request = SubscribeRequest {
        app: &app(),
        resource: &resource("ada@example.com"),
        former: None,
        id: CHANNEL,
        token: &TOKEN.into(),
        address: &address,
        until: "2026-12-01T08:00:00Z".parse().unwrap(),
    };
    let result = google.provider.webhook().unwrap().subscribe(&access(), &request).await;
    assert!(!format!("{result:?} {request:?}").contains("canary"));
    result
}

#[tokio::test]
async fn a_channel_lasts_as_long_as_google_says() {
    assert!(Google::answering(vec![]).provider.webhook().unwrap().subscribes());
    let (asked, given) = ("2026-12-01T08:00:00Z", "2026-11-30T08:00:00Z");
    for (expiration, until) in [
        (json!("1796025600000"), given),
        (json!(1_796_025_600_000_i64), given),
        (json!(null), asked),
        (json!("soon"), asked),
        (json!(i64::MAX), asked),
    ] {
        let body = json!({ "kind": "api#channel", "id": CHANNEL, "resourceId": "r1", "expiration": expiration });
        let google = Google::answering_one(200, &body.to_string());
        let expected = Subscribed { remote: "r1".to_owned(), until: until.parse().unwrap() };
        assert_eq!(subscribe(&google).await.unwrap(), expected, "{expiration}");

        let request = google.request();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri().path_and_query().unwrap(), "/calendar/v3/calendars/ada%40example.com/events/watch");
        assert_bearer(&request);
        let sent = json!({ "id": CHANNEL, "type": "web_hook", "token": TOKEN, "expiration": "1796112000000",
            "address": "https://example.com/webhooks/google-calendar" });
        assert_eq!(json_body(&request), sent);
    }
}

#[tokio::test]
async fn a_calendar_that_cannot_be_watched_is_told_from_a_failure() {
    for (status, reason) in [
        (400, "pushNotSupportedForRequestedResource"),
        (400, "push.pushNotSupportedForRequestedResource"),
        (403, "forbidden"),
        (403, "requiredAccessLevel"),
    ] {
        let google = Google::answering(vec![Ok(refusal(status, reason))]);
        assert_eq!(subscribe(&google).await.unwrap_err(), SubscribeError::Unwatchable, "{reason}");
    }
    for (status, reason, class) in [
        (401, "push.webhookUrlUnauthorized", FailureClass::OurConfiguration),
        (401, "authError", FailureClass::DeadCredentials),
        (400, "channelIdNotUnique", FailureClass::OurBug),
        (403, "rateLimitExceeded", FailureClass::RateLimited),
        (404, "notFound", FailureClass::ResourceNotFound),
        (503, "backendError", FailureClass::Transient),
    ] {
        let google = Google::answering(vec![Ok(refusal(status, reason))]);
        let SubscribeError::Failed(error) = subscribe(&google).await.unwrap_err() else { panic!("{reason}") };
        assert_eq!(error.class, class, "{reason}");
    }
    let nameless = Google::answering_one(200, r#"{"kind":"api#channel"}"#);
    let SubscribeError::Failed(error) = subscribe(&nameless).await.unwrap_err() else { panic!() };
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "unreadable_answer"));
}

#[tokio::test]
async fn a_channel_is_asked_for_once_whatever_happens() {
    let google = Google::answering(vec![Err(WireError::Timeout)]);
    let SubscribeError::Failed(error) = subscribe(&google).await.unwrap_err() else { panic!() };
    assert_eq!((error.class, google.wire.requests().len()), (FailureClass::Transient, 1));
}

#[tokio::test]
async fn a_channel_that_ended_is_ended() {
    let ada = resource("ada@example.com");
    let ending = EndingSubscription { app: &app(), resource: &ada, id: CHANNEL, remote: "r1" };
    for answer in [answer(204, ""), refusal(404, "notFound")] {
        let google = Google::answering(vec![Ok(answer)]);
        google.provider.webhook().unwrap().unsubscribe(&access(), &ending).await.unwrap();
        let request = google.request();
        assert_eq!((request.method(), request.uri().path()), (&Method::POST, "/calendar/v3/channels/stop"));
        assert_eq!(json_body(&request), json!({ "id": CHANNEL, "resourceId": "r1" }));
        assert_bearer(&request);
    }
    let google = Google::answering(vec![Ok(refusal(401, "authError"))]);
    let refused = google.provider.webhook().unwrap().unsubscribe(&access(), &ending).await;
    assert_eq!(refused.unwrap_err().class, FailureClass::DeadCredentials);
}
