//! Requests that cannot be understood: a problem document with a stable code, never a 5xx, and nothing changed.

use super::support::operated;
use crate::world::{Answer, Client, DEMO};
use serde_json::json;
use shared::api::routes::{self, Access, Route};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// The endpoints that read a JSON body.
const READERS: [Route; 3] = [routes::CREATE, routes::COMPLETE, routes::SETTINGS];
/// The endpoints that take no body.
const BARE: [Route; 3] = [routes::CONNECT, routes::TEST, routes::SYNC];

/// A path with what stands for something in it filled in.
fn path_of(path: &str) -> String {
    let run = "019d0000-0000-7000-8000-000000000000";
    let filled = path.replace("/integrations/{provider}", "/integrations/google-calendar");
    filled.replace("{resource}", "calendars").replace("{run}", run)
}

/// A problem of the client's making; gives its code.
fn refused(answer: Answer, what: &str) -> String {
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    let (status, code) = (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned());
    answer.problem(status, &code);
    code
}

async fn send(client: &Client, route: &Route, body: impl Into<reqwest::Body>, headers: &[(&str, &str)]) -> Answer {
    client.raw(route.method, &path_of(route.path), body, headers).await
}

/// Bodies that no endpoint can read.
fn unreadable() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nothing", b"".to_vec()),
        ("half a document", br#"{"provider":"#.to_vec()),
        ("no JSON", b"provider=google-calendar".to_vec()),
        ("an array", b"[]".to_vec()),
        ("a list of the fields", br#"["google-calendar","t",5]"#.to_vec()),
        ("a list of the field", br#"["google-calendar"]"#.to_vec()),
        ("a text", br#""google-calendar""#.to_vec()),
        ("a number", b"1e400".to_vec()),
        ("null", b"null".to_vec()),
        ("an unknown field", br#"{"surprise":1}"#.to_vec()),
        ("invalid UTF-8", vec![b'{', b'"', 0xff, 0xfe, b'"', b':', b'1', b'}']),
        ("a byte order mark", b"\xef\xbb\xbf{}x".to_vec()),
        ("deep nesting", format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)).into_bytes()),
        ("deep nesting in a field", format!("{{\"provider\":{}", "{\"a\":".repeat(20_000)).into_bytes()),
        ("a zero byte", b"\0".to_vec()),
        ("a lone surrogate", br#"{"provider":"\ud800"}"#.to_vec()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_by_every_endpoint() {
    let world = operated().await;
    let (admin, before) = (world.admin(DEMO), world.items().await);
    for route in &READERS {
        for (what, body) in unreadable() {
            let what = format!("{what} at {}", route.path);
            assert_eq!(refused(send(&admin, route, body, JSON).await, &what), "bad_request", "{what}");
        }
    }
    for route in &BARE {
        for (what, body) in unreadable().into_iter().filter(|(_, body)| !body.is_empty()) {
            let what = format!("{what} at {}", route.path);
            assert_eq!(refused(send(&admin, route, body, JSON).await, &what), "bad_request", "{what}");
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_the_document_is_refused() {
    let world = operated().await;
    let (admin, before) = (world.admin(DEMO), world.items().await);
    for (route, good) in [
        (routes::CREATE, r#"{"provider":"google-calendar"}"#),
        (routes::SETTINGS, r#"{"intervalMinutes":60}"#),
        (routes::COMPLETE, r#"{"flow":"f","ticket":"t"}"#),
    ] {
        for garbage in ["x", "{}", "\n}", ",", "\0"] {
            let answer = send(&admin, &route, format!("{good}{garbage}"), JSON).await;
            assert_eq!(refused(answer, garbage), "bad_request");
        }
        let twice = good.replacen('{', &format!("{},", good.trim_end_matches('}')), 1);
        assert_eq!(refused(send(&admin, &route, twice, JSON).await, "a field twice"), "bad_request");
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_types_and_values_are_refused_by_what_is_wrong_with_them() {
    let world = operated().await;
    let (admin, before) = (world.admin(DEMO), world.items().await);
    let many: Vec<String> = (0..51).map(|n| format!("c{n}")).collect();
    let long = "x".repeat(5_000);
    let table = [
        (routes::CREATE, json!({ "provider": 1 }), "bad_request"),
        (routes::CREATE, json!({ "provider": null }), "bad_request"),
        (routes::CREATE, json!({ "provider": ["google-calendar"] }), "bad_request"),
        (routes::CREATE, json!({ "provider": "" }), "bad_request"),
        (routes::CREATE, json!({ "provider": "Google-Calendar" }), "bad_request"),
        (routes::CREATE, json!({ "provider": "google-calendar#META" }), "bad_request"),
        (routes::CREATE, json!({ "provider": "../google-calendar" }), "bad_request"),
        (routes::CREATE, json!({ "provider": long }), "bad_request"),
        (routes::CREATE, json!({ "provider": "hubspot" }), "not_found"),
        (routes::CREATE, json!({ "provider": "google-calendar", "account": "other" }), "bad_request"),
        (routes::SETTINGS, json!({ "intervalMinutes": "15" }), "bad_request"),
        (routes::SETTINGS, json!({ "intervalMinutes": -15 }), "bad_request"),
        (routes::SETTINGS, json!({ "intervalMinutes": 15.5 }), "bad_request"),
        (routes::SETTINGS, json!({ "intervalMinutes": 4_294_967_311_u64 }), "bad_request"),
        (routes::SETTINGS, json!({ "intervalMinutes": 0 }), "invalid_interval"),
        (routes::SETTINGS, json!({ "intervalMinutes": 7 }), "invalid_interval"),
        (routes::SETTINGS, json!({ "intervalMinutes": 5 }), "interval_not_in_plan"),
        (routes::SETTINGS, json!({ "resources": "ada@example.com" }), "bad_request"),
        (routes::SETTINGS, json!({ "resources": [1] }), "bad_request"),
        (routes::SETTINGS, json!({ "resources": [""] }), "bad_request"),
        (routes::SETTINGS, json!({ "resources": ["a\u{0}b"] }), "bad_request"),
        (routes::SETTINGS, json!({ "resources": [long] }), "bad_request"),
        (routes::SETTINGS, json!({ "resources": [] }), "nothing_chosen"),
        (routes::SETTINGS, json!({ "resources": many }), "too_many_chosen"),
        (routes::SETTINGS, json!({ "resources": ["nobody@example.com"] }), "resource_not_listed"),
        (routes::SETTINGS, json!({ "writeResource": 1 }), "bad_request"),
        (routes::SETTINGS, json!({ "writeResource": "nobody@example.com" }), "resource_not_listed"),
        (routes::SETTINGS, json!({ "status": "Active" }), "bad_request"),
        (routes::COMPLETE, json!({ "flow": 1, "ticket": "t" }), "bad_request"),
        (routes::COMPLETE, json!({ "flow": "f" }), "bad_request"),
        (routes::COMPLETE, json!({ "flow": "f", "ticket": null }), "bad_request"),
        (routes::COMPLETE, json!({ "flow": "", "ticket": "" }), "flow_not_found"),
        (routes::COMPLETE, json!({ "flow": long, "ticket": long }), "flow_not_found"),
        (routes::COMPLETE, json!({ "flow": "a#b\n", "ticket": "t" }), "flow_not_found"),
    ];
    for (route, body, code) in table {
        let what = body.to_string().chars().take(120).collect::<String>();
        assert_eq!(refused(send(&admin, &route, body.to_string(), JSON).await, &what), code, "{what}");
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_type_is_refused() {
    let world = operated().await;
    let (admin, before) = (world.admin(DEMO), world.items().await);
    for route in &READERS {
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png"]
        {
            let answer = send(&admin, route, r#"{"provider":"google-calendar"}"#, &[("content-type", kind)]).await;
            assert_eq!(answer.status, 415, "{kind}");
            assert_eq!(refused(answer, kind), "unsupported_media_type");
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_one_mebibyte_is_refused_by_every_endpoint() {
    let world = operated().await;
    let before = world.items().await;
    let spaces = format!("{{\"provider\":\"google-calendar\"{}}}", " ".repeat(1 << 20));
    for route in routes::ALL.iter().filter(|route| route.access != Access::Public) {
        for (kind, body) in [("application/json", spaces.clone().into_bytes()), ("image/png", vec![0xff; 1 << 20])] {
            let answer = send(&world.admin(DEMO), route, body, &[("content-type", kind)]).await;
            let what = format!("{} {}", route.method, route.path);
            assert_eq!(answer.status, 413, "{what}: {answer:?}");
            assert_eq!(refused(answer, &what), "body_too_large");
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_that_is_none_is_refused() {
    let world = operated().await;
    let (admin, before) = (world.admin(DEMO), world.items().await);
    let long = "k".repeat(256);
    for key in ["", "with space", "tab\tin it", &long] {
        for (route, body) in [
            (routes::CREATE, json!({ "provider": "google-calendar" })),
            (routes::SETTINGS, json!({ "intervalMinutes": 60 })),
            (routes::SYNC, json!({})),
        ] {
            let headers = [("content-type", "application/json"), ("idempotency-key", key)];
            let answer = send(&admin, &route, body.to_string(), &headers).await;
            assert_eq!(refused(answer, key), "bad_request", "{key:?} at {}", route.path);
        }
    }
    assert_eq!(world.items().await, before);
}

/// Values of a path's parameter that name nothing.
fn odd_values() -> Vec<String> {
    let odd = [
        "%2F",
        "..%2F..",
        "%23",
        "a%23META",
        "%0A",
        "%00",
        "%FF",
        "%C3%A9",
        "GOOGLE-CALENDAR",
        "%20",
        "%7Bprovider%7D",
    ];
    let mut odd: Vec<String> = odd.map(str::to_owned).into();
    odd.extend(["a".repeat(2_000), "%F0%9F%93%85".repeat(100), "google-calendar%20".into()]);
    odd
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_names_nothing_is_not_found() {
    let world = operated().await;
    let (admin, before) = (world.admin(DEMO), world.items().await);
    for route in routes::ALL.iter().filter(|route| route.access != Access::Public) {
        for parameter in ["{provider}", "{resource}", "{run}"].iter().filter(|it| route.path.contains(**it)) {
            for value in odd_values() {
                let filled = path_of(&route.path.replace(parameter, &value));
                let query = if *route == routes::RECORDS { "?updatedSince=2026-03-20T00:00:00Z" } else { "" };
                let body = match *route {
                    routes::SETTINGS => r#"{"intervalMinutes":60}"#,
                    routes::PREVIEW | routes::TEST_LEAD => r#"{"form":"page:1/2"}"#,
                    _ => "",
                };
                let answer = admin.raw(route.method, &format!("{filled}{query}"), body, JSON).await;
                let what = format!("{} {filled}", route.method);
                assert_eq!(answer.status, 404, "{what}: {answer:?}");
                assert_eq!(refused(answer, &what), "not_found");
            }
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn public_endpoints_say_nothing_about_odd_requests() {
    let world = operated().await;
    let (anybody, before) = (world.stranger(None), world.items().await);
    for value in odd_values() {
        assert_eq!(anybody.get(&format!("/assets/{value}")).await.status, 404, "{value}");
        let answer = anybody.get(&format!("/oauth/callback/{value}?state=s&code=c")).await;
        assert_eq!(answer.status, 303, "{value}: {answer:?}");
        assert!(answer.header("location").ends_with("#error=invalid"), "{answer:?}");
    }
    let queries =
        ["", "state=a&state=b", "state=", "code=c", "error=denied", "state=%00&code=%FF", "state=s&code=c&code=d"];
    for query in queries {
        let answer = anybody.get(&format!("/oauth/callback/google-calendar?{query}")).await;
        assert_eq!(answer.status, 303, "{query}");
        assert!(answer.header("location").ends_with("#error=invalid"), "{query}: {answer:?}");
    }
    assert_eq!(world.items().await, before);
}
