//! Watch channels: opened, stopped, and what ends them.

use chrono::Duration;
use sandbox::{
    Notify, Options, Sandbox, SwitchChange,
    google::{ADA, TEAM_CALENDAR, TOKYO_CALENDAR},
};
use serde_json::{Value, json};

use crate::support::{Answer, World, events_path, text};

pub(crate) const STOP: &str = "/google/calendar/v3/channels/stop";
/// The clock of a new world.
const START: i64 = 1_795_341_600_000;

pub(crate) async fn queued() -> World {
    World::with(|options| options.notify = Notify::Queue).await
}

pub(crate) fn channel(id: &str) -> Value {
    json!({ "id": id, "type": "web_hook", "address": "https://hooks.example.com/google", "token": "t0ken" })
}

pub(crate) async fn watch(world: &World, token: &str, calendar: &str, body: &Value) -> Answer {
    world.call("POST", &format!("{}/watch", events_path(calendar)), token, body).await
}

fn with(change: Value) -> Value {
    let mut body = channel("one");
    change.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
    body
}

#[tokio::test]
async fn a_channel_is_answered_as_google_does() {
    let world = queued().await;
    let token = world.access_token().await;
    let opened = watch(&world, &token, "primary", &channel("one")).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let opened = opened.json();
    let expiration = (START + 604_800_000).to_string();
    assert_eq!(
        (&opened["kind"], &opened["id"], &opened["token"], &opened["expiration"]),
        (&json!("api#channel"), &json!("one"), &json!("t0ken"), &json!(expiration))
    );
    assert!(text(&opened, "resourceUri").ends_with("/google/calendar/v3/calendars/ada%40example.com/events?alt=json"));

    let again = watch(&world, &token, ADA, &channel("two")).await.json();
    assert_eq!(again["resourceId"], opened["resourceId"], "the same for the calendar and the account");
    let team = watch(&world, &token, TEAM_CALENDAR, &channel("three")).await.json();
    let grace = watch(&world, &world.token_of_grace().await, TEAM_CALENDAR, &channel("four")).await.json();
    assert_ne!(team["resourceId"], opened["resourceId"]);
    assert_ne!(team["resourceId"], grace["resourceId"]);
    let open: Vec<String> = world.sandbox.google().channels().into_iter().map(|one| one.id).collect();
    assert_eq!(open, ["one", "two", "three", "four"]);
}

#[tokio::test]
async fn what_is_no_channel_is_refused() {
    let world = queued().await;
    let token = world.access_token().await;
    let cases = [
        (with(json!({ "id": "x".repeat(65) })), "invalid"),
        (with(json!({ "id": null })), "required"),
        (with(json!({ "type": "webhook" })), "invalid"),
        (with(json!({ "address": "http://hooks.example.com/" })), "webhookUrlNotHttps"),
        (with(json!({ "address": "ftp://127.0.0.1/" })), "webhookUrlNotHttps"),
        (with(json!({ "address": "hooks" })), "invalid"),
        (with(json!({ "address": null })), "required"),
        (with(json!({ "token": "x".repeat(257) })), "invalid"),
        (with(json!({ "token": "two\r\nlines" })), "invalid"),
        (with(json!({ "expiration": START })), "invalid"),
        (with(json!({ "expiration": "soon" })), "invalid"),
        (with(json!({ "params": { "ttl": "-1" } })), "invalid"),
        (with(json!({ "adress": "https://example.com" })), "badRequest"),
    ];
    for (body, reason) in cases {
        let answer = watch(&world, &token, ADA, &body).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, reason), "{body}");
    }
    let longest = with(json!({ "id": "x".repeat(64), "token": "y".repeat(256) }));
    assert_eq!(watch(&world, &token, ADA, &longest).await.status, 200);
    let twin = watch(&world, &token, TEAM_CALENDAR, &longest).await;
    assert_eq!((twin.status, twin.reason().as_str()), (400, "channelIdNotUnique"));
    let generated = watch(&world, &token, TOKYO_CALENDAR, &channel("one")).await;
    assert_eq!((generated.status, generated.reason().as_str()), (400, "pushNotSupportedForRequestedResource"));
    assert_eq!(watch(&world, "nonsense", ADA, &channel("one")).await.reason(), "authError");
    assert_eq!(watch(&world, &token, "nothing", &channel("one")).await.reason(), "notFound");
}

#[tokio::test]
async fn the_soonest_end_wins() {
    let world = queued().await;
    let token = world.access_token().await;
    let hour = START + 3_600_000;
    let cases = [
        (json!({ "expiration": hour }), hour),
        (json!({ "expiration": hour.to_string() }), hour),
        (json!({ "params": { "ttl": 60 } }), START + 60_000),
        (json!({ "params": { "ttl": "60" }, "expiration": hour }), START + 60_000),
        (json!({ "params": { "ttl": "2592000" } }), START + 604_800_000),
    ];
    for (number, (asked, granted)) in cases.into_iter().enumerate() {
        let mut body = with(asked);
        body["id"] = json!(number.to_string());
        assert_eq!(watch(&world, &token, ADA, &body).await.json()["expiration"], json!(granted.to_string()), "{body}");
    }
    let switch: SwitchChange = serde_json::from_value(json!({ "channelTtlSeconds": 120 })).unwrap();
    world.sandbox.switch(switch).unwrap();
    let short = watch(&world, &token, ADA, &channel("short")).await.json();
    assert_eq!(short["expiration"], json!((START + 120_000).to_string()));
    world.advance(Duration::seconds(120));
    assert!(world.sandbox.google().channels().iter().all(|one| one.id != "short"), "it is over");
    assert_eq!(watch(&world, &token, ADA, &channel("short")).await.status, 200, "and its id is free");
}

#[tokio::test]
async fn only_the_account_of_a_channel_stops_it() {
    let world = queued().await;
    let (ada, grace) = (world.access_token().await, world.token_of_grace().await);
    let opened = watch(&world, &ada, TEAM_CALENDAR, &channel("one")).await.json();
    let body = json!({ "id": "one", "resourceId": opened["resourceId"] });
    for (token, body) in [(&grace, &body), (&ada, &json!({ "id": "one", "resourceId": "other" }))] {
        let refused = world.call("POST", STOP, token, body).await;
        assert_eq!((refused.status, refused.reason().as_str()), (404, "notFound"));
    }
    assert_eq!(world.call("POST", STOP, &ada, &json!({ "id": "one" })).await.reason(), "required");
    let stopped = world.call("POST", STOP, &ada, &body).await;
    assert_eq!((stopped.status, stopped.body.as_str()), (204, ""));
    assert_eq!(world.call("POST", STOP, &ada, &body).await.status, 404);
    world.sandbox.google().take_notifications();
    world.sandbox.google().change_some(ADA, TEAM_CALENDAR, 1).unwrap();
    assert_eq!(world.sandbox.google().take_notifications(), []);
}

#[tokio::test]
async fn a_channel_dies_with_the_grant() {
    let world = queued().await;
    let (ada, grace) = (world.access_token().await, world.token_of_grace().await);
    watch(&world, &ada, TEAM_CALENDAR, &channel("ada's")).await;
    watch(&world, &grace, TEAM_CALENDAR, &channel("grace's")).await;
    world.sandbox.google().revoke(ADA).unwrap();
    world.access_token().await;
    world.sandbox.google().take_notifications();
    world.sandbox.google().change_some(ADA, TEAM_CALENDAR, 1).unwrap();
    let told = world.sandbox.google().take_notifications();
    let told: Vec<_> = told.iter().map(|one| one.header("x-goog-channel-id").unwrap()).collect();
    assert_eq!(told, ["grace's"]);
}

#[tokio::test]
async fn channels_outlive_the_process() {
    let world = queued().await;
    let token = world.access_token().await;
    watch(&world, &token, ADA, &channel("one")).await;
    world.sandbox.google().take_notifications();
    let clock = || -> sandbox::Clock { std::sync::Arc::new(|| "2026-11-22T10:01:00Z".parse().unwrap()) };
    let base = "http://127.0.0.1:1/".parse().unwrap();
    let mut options = Options::new(clock(), base);
    (options.notify, options.restore) = (Notify::Queue, Some(world.sandbox.export()));
    let second = Sandbox::new(options.clone());
    assert!(second.restored());
    assert_eq!(second.google().channels(), world.sandbox.google().channels());
    second.google().change_some(ADA, "primary", 1).unwrap();
    let told = second.google().take_notifications();
    assert_eq!((told.len(), told[0].header("X-Goog-Resource-State")), (1, Some("exists")));

    let mut former = world.sandbox.export();
    former["version"] = json!(1);
    former["state"]["google"].as_object_mut().unwrap().remove("channels");
    options.restore = Some(former);
    let third = Sandbox::new(options);
    assert!(third.restored(), "a state from before there were channels");
    assert_eq!(third.google().channels(), []);
}
