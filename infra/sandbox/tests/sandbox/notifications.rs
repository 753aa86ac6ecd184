//! What is told of changes, and how it gets there.

use std::time::Duration;

use sandbox::{
    Notification, NotificationCounts, SwitchChange,
    google::{ADA, TEAM_CALENDAR},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    channels::{channel, queued, watch},
    receiver::{Hook, eventually},
    support::{World, events_path, text},
};

const SWITCHES: &str = "/_sandbox/google/switches";

fn channel_to(hook: &Hook, id: &str) -> Value {
    let mut body = channel(id);
    body["address"] = json!(hook.url.as_str());
    body
}

fn counts(world: &World) -> NotificationCounts {
    world.sandbox.google().notification_counts()
}

fn switch(world: &World, change: Value) {
    let change: SwitchChange = serde_json::from_value(change).unwrap();
    world.sandbox.switch(change).unwrap();
}

fn headers<'a>(told: &'a [Notification], name: &str) -> Vec<&'a str> {
    told.iter().map(|one| one.header(name).unwrap()).collect()
}

#[tokio::test]
async fn a_channel_is_told_of_its_opening_and_of_every_change_by_anybody() {
    let world = queued().await;
    let (ada, grace) = (world.access_token().await, world.token_of_grace().await);
    let opened = watch(&world, &ada, TEAM_CALENDAR, &channel("one")).await.json();
    let google = world.sandbox.google();
    let sync = google.take_notifications();
    let expected = Notification::new(
        "https://hooks.example.com/google",
        &[
            ("X-Goog-Channel-ID", "one"),
            ("X-Goog-Channel-Expiration", "Sun, 29 Nov 2026 10:00:00 GMT"),
            ("X-Goog-Resource-State", "sync"),
            ("X-Goog-Message-Number", "1"),
            ("X-Goog-Resource-ID", text(&opened, "resourceId")),
            ("X-Goog-Resource-URI", text(&opened, "resourceUri")),
            ("X-Goog-Channel-Token", "t0ken"),
        ],
    );
    assert_eq!(sync, [expected]);

    let time = |at: &str| json!({ "dateTime": at });
    let event = json!({ "start": time("2026-11-23T09:00:00Z"), "end": time("2026-11-23T10:00:00Z") });
    assert_eq!(world.call("POST", &events_path(TEAM_CALENDAR), &grace, &event).await.status, 200);
    let calendar = google.calendar(ADA, TEAM_CALENDAR).unwrap();
    let id = text(&calendar.insert(event.clone()).unwrap(), "id").to_owned();
    calendar.update(&id, json!({ "summary": "x" })).unwrap();
    calendar.delete(&id).unwrap();
    let button = json!({ "calendar": TEAM_CALENDAR, "count": 25 });
    let kind = [("content-type", "application/json")];
    world.send("POST", "/_sandbox/google/change", &kind, &button.to_string()).await;
    let told = google.take_notifications();
    assert_eq!(headers(&told, "x-goog-resource-state"), ["exists"; 5], "one for each, however much has changed");
    let numbers: Vec<u64> =
        headers(&told, "x-goog-message-number").into_iter().map(|number| number.parse().unwrap()).collect();
    assert!(numbers[0] > 1 && numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");

    google.change_some(ADA, "primary", 3).unwrap();
    assert_eq!(world.call("POST", &events_path(TEAM_CALENDAR), &ada, &json!({})).await.status, 400);
    assert_eq!(google.take_notifications(), [], "another calendar, and no change");
}

#[tokio::test]
async fn every_live_channel_is_told_once() {
    let world = queued().await;
    let token = world.access_token().await;
    for id in ["one", "two"] {
        watch(&world, &token, ADA, &channel(id)).await;
    }
    let google = world.sandbox.google();
    google.take_notifications();
    google.change_some(ADA, "primary", 1).unwrap();
    assert_eq!(headers(&google.take_notifications(), "x-goog-channel-id"), ["one", "two"]);
    world.advance(chrono::Duration::days(7));
    google.change_some(ADA, "primary", 1).unwrap();
    assert_eq!(google.take_notifications(), [], "both have expired");
}

#[tokio::test]
async fn a_served_sandbox_sends_them_over_http() {
    let (world, hook) = (World::new().await, Hook::answering(&[204]).await);
    let token = world.access_token().await;
    watch(&world, &token, ADA, &channel_to(&hook, "one")).await;
    eventually(|| hook.arrived().len() == 1).await;
    world.sandbox.google().change_some(ADA, "primary", 2).unwrap();
    eventually(|| counts(&world).delivered == 2).await;
    let arrived = hook.arrived();
    assert!(arrived[1].starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{}", arrived[1]);
    for line in ["X-Goog-Channel-ID: one", "X-Goog-Resource-State: exists", "Content-Length: 0"] {
        assert!(arrived[1].contains(&format!("\r\n{line}\r\n")), "{line} in {}", arrived[1]);
    }
    watch(&world, &token, ADA, &channel("elsewhere")).await;
    eventually(|| counts(&world).unreachable == 1).await;
    let expected = NotificationCounts { due: 3, attempts: 2, delivered: 2, unreachable: 1, ..Default::default() };
    assert_eq!(counts(&world), expected, "what goes over https is only counted");
}

#[tokio::test]
async fn only_what_may_pass_is_tried_again() {
    let (world, busy, never, gone) =
        tokio::join!(World::new(), Hook::answering(&[503, 500, 200]), Hook::answering(&[504]), Hook::answering(&[404]));
    let token = world.access_token().await;
    for (id, hook) in [("busy", &busy), ("never", &never), ("gone", &gone)] {
        assert_eq!(watch(&world, &token, ADA, &channel_to(hook, id)).await.status, 200);
    }
    eventually(|| counts(&world).delivered == 1 && counts(&world).failed == 2).await;
    let attempts = [&busy, &never, &gone].map(|hook| hook.arrived().len());
    assert_eq!((attempts, counts(&world).attempts), ([3, 4, 1], 8));
}

#[tokio::test]
async fn nobody_waits_for_a_slow_receiver() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut body = channel("one");
    body["address"] = json!(format!("http://{}/", listener.local_addr().unwrap()));
    let token = world.access_token().await;
    let answered = tokio::time::timeout(Duration::from_secs(5), watch(&world, &token, ADA, &body)).await;
    assert_eq!(answered.expect("an answer").status, 200);
    assert_eq!(counts(&world).delivered, 0);
}

#[tokio::test]
async fn the_switch_drops_doubles_and_holds_back() {
    let world = queued().await;
    let token = world.access_token().await;
    let google = world.sandbox.google();
    watch(&world, &token, ADA, &channel("one")).await;
    google.take_notifications();
    let change = || google.change_some(ADA, "primary", 1).unwrap();

    switch(&world, json!({ "notifications": "drop" }));
    change();
    assert_eq!((google.take_notifications().len(), counts(&world).dropped), (0, 1));
    switch(&world, json!({ "notifications": "duplicate" }));
    change();
    let told = google.take_notifications();
    assert_eq!((told.len(), &told[0]), (2, &told[1]));
    switch(&world, json!({ "notifications": "hold" }));
    change();
    assert_eq!((google.take_notifications().len(), counts(&world).held), (0, 1));
    assert_eq!((google.release_notifications(), google.take_notifications().len()), (1, 1));
    change();
    switch(&world, json!({ "releaseNotifications": true }));
    assert_eq!(google.take_notifications().len(), 1);
    change();
    change();
    assert_eq!(google.take_notifications().len(), 0, "it goes on holding");
    switch(&world, json!({ "notifications": "deliver" }));
    assert_eq!(google.take_notifications().len(), 2);
    switch(&world, json!({ "notifications": "hold" }));
    change();
    world.send("DELETE", SWITCHES, &[], "").await;
    assert_eq!(google.take_notifications().len(), 1, "resetting lets go too");
}

#[tokio::test]
async fn a_test_delivers_forges_and_loses_them() {
    let (world, hook) = tokio::join!(queued(), Hook::answering(&[202, 418]));
    let token = world.access_token().await;
    watch(&world, &token, ADA, &channel_to(&hook, "one")).await;
    let google = world.sandbox.google();
    switch(&world, json!({ "notifications": "drop" }));
    google.forge_notification(hook.url.as_str(), &[("X-Goog-Channel-ID", "one"), ("X-Goog-Channel-Token", "guessed")]);
    let told = google.take_notifications();
    assert_eq!(headers(&told, "x-goog-channel-id"), ["one", "one"]);
    assert_eq!(told[0].deliver().await.unwrap(), 202);
    assert_eq!(told[1].deliver().await.unwrap(), 418);
    assert!(hook.arrived()[1].contains("X-Goog-Channel-Token: guessed"));

    let elsewhere = Notification::new("https://example.com/", &[]).deliver().await;
    assert!(elsewhere.unwrap_err().to_string().contains("only loopback http"));
    let two_lines = Notification::new(hook.url.as_str(), &[("X-Goog-Channel-Token", "a\r\nb")]).deliver().await;
    assert!(two_lines.is_err());
    assert_eq!(hook.arrived().len(), 2);
}

#[tokio::test]
async fn channels_and_notifications_are_shown_over_http() {
    let world = queued().await;
    let token = world.access_token().await;
    watch(&world, &token, ADA, &channel("one")).await;
    let channels = world.send("GET", "/_sandbox/google/channels", &[], "").await.json();
    assert_eq!((&channels[0]["id"], &channels[0]["calendar"]), (&json!("one"), &json!(ADA)));
    assert_eq!(channels[0].get("token"), None);
    let counts = world.send("GET", "/_sandbox/google/notifications", &[], "").await.json();
    assert_eq!((&counts["due"], &counts["waiting"]), (&json!(1), &json!(1)));
}
