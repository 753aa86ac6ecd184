//! Misbehaviour on request.

use sandbox::{
    Consent, Fault, FaultKind, PathKind,
    google::{ADA, TEAM_CALENDAR},
};
use serde_json::{Value, json};

use crate::support::{Answer, World, buttons, events_path, text};

const SWITCHES: &str = "/_sandbox/google/switches";

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.send("POST", path, &[("content-type", "application/json")], &body.to_string()).await
}

#[tokio::test]
async fn each_fault_looks_as_google_does() {
    let world = World::new().await;
    let token = world.access_token().await;
    let cases = [
        (FaultKind::Throttle, 403, "userRateLimitExceeded"),
        (FaultKind::TooManyRequests, 429, "rateLimitExceeded"),
        (FaultKind::ServerError, 500, "backendError"),
        (FaultKind::Unauthorized, 401, "authError"),
        (FaultKind::SyncTokenExpired, 410, "fullSyncRequired"),
    ];
    for (kind, status, reason) in cases {
        world.sandbox.fault(Fault::always(kind).times(1));
        let answer = world.events(&token, ADA, &[]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (status, reason));
        assert_eq!(answer.header("retry-after").is_some(), kind == FaultKind::TooManyRequests);
        assert_eq!(world.events(&token, ADA, &[]).await.status, 200, "only the next request failed");
    }
    world.sandbox.fault(Fault::always(FaultKind::Unavailable).times(1));
    let answer = world.events(&token, ADA, &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (503, Some("text/html; charset=utf-8")));
    world.sandbox.fault(Fault { delay_ms: 1, ..Fault::always(FaultKind::Slow).times(1) });
    assert_eq!(world.events(&token, ADA, &[]).await.status, 200);
}

#[tokio::test]
async fn a_malformed_answer_is_cut_off_after_the_request_was_done() {
    let world = World::new().await;
    let refresh_token = text(&world.connect_as(&Consent::default()).await, "refresh_token").to_owned();
    world.sandbox.switch(serde_json::from_value(json!({ "rotation": "strict" })).unwrap()).unwrap();
    world.sandbox.fault(Fault::always(FaultKind::Malformed).times(1));
    let answer = world.refresh(&refresh_token).await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
    assert_eq!(world.refresh(&refresh_token).await.status, 400, "the token was rotated all the same");
}

#[tokio::test]
async fn a_write_can_be_done_although_its_answer_is_a_timeout() {
    let world = World::new().await;
    let token = world.access_token().await;
    let body = json!({ "faults": [
        { "fault": "commit-then-504", "on": "write", "count": 1 },
        { "fault": "slow", "on": "write", "delayMs": 1, "count": 1 },
    ] });
    assert_eq!(post(&world, SWITCHES, body).await.status, 200);
    let time = |at: &str| json!({ "dateTime": at });
    let event = json!({ "id": "event", "start": time("2026-11-23T09:00:00Z"), "end": time("2026-11-23T10:00:00Z") });
    let answer = world.call("POST", &events_path(ADA), &token, &event).await;
    assert_eq!((answer.status, answer.header("content-type")), (504, Some("text/html; charset=utf-8")));
    let again = world.call("POST", &events_path(ADA), &token, &event).await;
    assert_eq!((again.status, again.reason().as_str()), (409, "duplicate"));
    assert_eq!(world.sandbox.switches().faults, []);
}

#[tokio::test]
async fn channels_and_occurrences_are_kinds_of_path_of_their_own() {
    let world = World::new().await;
    let token = world.access_token().await;
    world.sandbox.reset_counters();
    let watch = format!("{}/watch", events_path(ADA));
    world.call("POST", &watch, &token, &json!({})).await;
    world.call("POST", "/google/calendar/v3/channels/stop", &token, &json!({})).await;
    world.get(&format!("{}/x/instances", events_path(ADA)), &token).await;
    world.get(&format!("{}/watch", events_path(ADA)), &token).await;
    let counted = world.send("GET", "/_sandbox/google/requests", &[], "").await.json();
    assert_eq!(counted, json!({ "event": 1, "instances": 1, "watch": 1, "stop": 1 }));
    world.sandbox.fault(Fault::always(FaultKind::ServerError).on(PathKind::Watch).times(1));
    assert_eq!(world.call("POST", &watch, &token, &json!({})).await.status, 500);
}

#[tokio::test]
async fn faults_keep_to_their_kind_of_path_and_their_count() {
    let world = World::new().await;
    let token = world.access_token().await;
    let body = json!({ "faults": [{ "fault": "unavailable", "on": "events", "after": 1, "count": 2 }] });
    assert_eq!(post(&world, SWITCHES, body).await.status, 200);
    assert_eq!(world.get("/google/calendar/v3/users/me/calendarList", &token).await.status, 200);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(world.events(&token, ADA, &[]).await.status);
    }
    assert_eq!(statuses, [200, 503, 503, 200]);

    world.sandbox.fault(Fault::always(FaultKind::ServerError).on(PathKind::Token));
    let answer = world.refresh("any").await;
    assert_eq!((answer.status, text(&answer.json(), "error")), (500, "internal_failure"));
    let kept = world.send("GET", SWITCHES, &[], "").await.json();
    assert_eq!(kept["faults"][0]["fault"], "serverError");
    let reset = world.send("DELETE", SWITCHES, &[], "").await.json();
    assert_eq!(reset["faults"], json!([]));
    assert_eq!(world.refresh("any").await.status, 400);
}

#[tokio::test]
async fn pages_can_be_small_and_the_first_one_empty() {
    let world = World::new().await;
    let token = world.access_token().await;
    post(&world, SWITCHES, json!({ "pageSize": 6, "emptyFirstPage": true })).await;
    let first = world.events(&token, ADA, &[("maxResults", "2500")]).await.json();
    assert_eq!(first["items"], json!([]));
    let second = world.events(&token, ADA, &[("pageToken", text(&first, "nextPageToken"))]).await.json();
    assert_eq!(second["items"].as_array().unwrap().len(), 6);
    let (events, _) = world.all_events(&token, ADA, &[]).await;
    assert_eq!(events, world.sandbox.google().events(ADA, "primary").unwrap());
    assert_eq!(post(&world, SWITCHES, json!({ "pageSize": 0 })).await.json()["pageSize"], Value::Null);
}

#[tokio::test]
async fn a_revoked_grant_and_expired_tokens_stay_so() {
    let world = World::new().await;
    let reply = world.connect_as(&Consent::default()).await;
    let token = text(&reply, "access_token");
    post(&world, SWITCHES, json!({ "expireAccessTokens": true })).await;
    assert_eq!(world.events(token, ADA, &[]).await.status, 401);
    assert_eq!(world.refresh(text(&reply, "refresh_token")).await.status, 200);
    post(&world, SWITCHES, json!({ "revoke": ADA })).await;
    world.sandbox.reset_switches();
    assert_eq!(world.refresh(text(&reply, "refresh_token")).await.status, 400);
    assert_eq!(post(&world, SWITCHES, json!({ "revoke": "nobody" })).await.status, 400);
    assert_eq!(post(&world, SWITCHES, json!({ "nonsense": 1 })).await.status, 400);
}

#[tokio::test]
async fn changes_can_be_ordered_over_http() {
    let world = World::new().await;
    let before = world.sandbox.google().events(ADA, TEAM_CALENDAR).unwrap();
    let order = json!({ "calendar": TEAM_CALENDAR, "count": 25 });
    let changed = post(&world, "/_sandbox/google/change", order).await.json();
    assert_eq!(changed["changed"].as_array().unwrap().len(), 25);
    assert_ne!(world.sandbox.google().events(ADA, TEAM_CALENDAR).unwrap(), before);
    assert_eq!(post(&world, "/_sandbox/google/change", json!({ "count": 25 })).await.status, 200);
    let unknown = json!({ "calendar": "nothing", "count": 1 });
    assert_eq!(post(&world, "/_sandbox/google/change", unknown).await.status, 400);
}

#[tokio::test]
async fn requests_are_counted_by_kind() {
    let world = World::new().await;
    let token = world.access_token().await;
    world.sandbox.reset_counters();
    world.sandbox.fault(Fault::always(FaultKind::Unavailable).times(1));
    assert_eq!(world.events(&token, ADA, &[]).await.status, 503);
    world.all_events(&token, TEAM_CALENDAR, &[("maxResults", "2500")]).await;
    world.refresh("any").await;
    let counters = world.sandbox.counters();
    let counts = [PathKind::Events, PathKind::Token, PathKind::Userinfo].map(|kind| counters.of(kind));
    assert_eq!((counts, counters.total()), ([2, 1, 0], 3));
    assert_eq!(
        world.send("GET", "/_sandbox/google/requests", &[], "").await.json(),
        json!({ "token": 1, "events": 2 })
    );
}

#[tokio::test]
async fn the_index_page_explains_the_switches() {
    let world = World::new().await;
    let page = world.send("GET", "/_sandbox/", &[], "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Change 25 events") && page.body.contains("/_sandbox/google/switches"));
}

#[tokio::test]
async fn every_switch_of_the_index_page_is_understood() {
    let world = World::new().await;
    let buttons = buttons(&world, "google").await;
    assert!(buttons.len() > 20);
    for (path, body) in buttons {
        let answer = post(&world, &format!("/_sandbox/google/{path}"), body.clone()).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.body);
    }
    let standing = world.send("GET", SWITCHES, &[], "").await.json();
    let read_only = json!([ADA, TEAM_CALENDAR]);
    assert_eq!((&standing["readOnlyCalendars"], &standing["channelTtlSeconds"]), (&read_only, &json!(120)));
    assert_eq!(standing["notifications"], "deliver");
    assert_eq!(post(&world, SWITCHES, json!({ "channelTtlSeconds": 0, "writableCalendar": ADA })).await.status, 200);
    let standing = world.sandbox.switches();
    assert_eq!((standing.channel_ttl_seconds, standing.read_only_calendars.contains(ADA)), (None, false));
}
