//! Events are published at least once, whatever the bus does, and what it never takes is seen by an operator.

use crate::world::{Call, DEMO, Fault, Faults, GOOGLE, Plan, World};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A world whose way to the bus the test holds in its hands.
async fn faulty() -> (World, Faults) {
    let faults = Faults::default();
    let world = World::of(Plan { by_hand: true, wires: faults.wires(), ..Plan::default() }).await;
    (world, faults)
}

fn to_the_bus(call: &Call) -> bool {
    call.is("PutEvents")
}

/// The bus takes the entries whose position says so, and refuses the others.
fn takes(position: fn(usize) -> bool) -> Fault {
    Fault::Reply(Arc::new(move |call| {
        let entries = call.body["Entries"].as_array().map_or(0, Vec::len);
        let of = |n| match position(n) {
            true => json!({ "EventId": format!("e-{n}") }),
            false => json!({ "ErrorCode": "InternalFailure", "ErrorMessage": "not now" }),
        };
        let answers: Vec<Value> = (0..entries).map(of).collect();
        let failed = answers.iter().filter(|answer| answer.get("ErrorCode").is_some()).count();
        (200, json!({ "FailedEntryCount": failed, "Entries": answers }))
    }))
}

async fn create(world: &World, account: &str) {
    let created = world.admin(account).post("/integrations", &json!({ "provider": GOOGLE })).await;
    assert_eq!(created.status, 201, "the bus is no business of the caller: {created:?}");
}

async fn relay(world: &World) -> Value {
    world.invoke("relay", json!({}), TimeDelta::seconds(55)).await
}

/// What reached the bus, as `/_local/events` shows it.
async fn published(world: &World) -> Vec<Value> {
    let shown = world.stranger(None).get("/_local/events").await.ok();
    shown["events"].as_array().expect("events").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_says_what_happened_to_which_integration_in_which_version() {
    let (world, _) = faulty().await;
    create(&world, DEMO).await;
    let integration = world.admin(DEMO).get("/integrations/google-calendar").await.ok();
    let events = published(&world).await;
    assert_eq!(events.len(), 1, "{events:?}");
    let (event, detail) = (&events[0], &events[0]["detail"]);
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("aura.integrations"), &json!("integration.created")));
    assert!(detail["id"].as_str().is_some_and(|id| uuid::Uuid::parse_str(id).is_ok()), "{detail}");
    assert_eq!(detail["account"], DEMO);
    assert_eq!(detail["version"], integration["version"]);
    assert_eq!(detail["integration"], integration["id"]);
    assert_eq!((&detail["provider"], &detail["status"]), (&json!(GOOGLE), &json!("Draft")));
    assert!(detail["occurredAt"].as_str().is_some_and(|at| at.starts_with("2026-03-20T09:00:00")), "{detail}");
    assert!(world.items_of("OUTBOX#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_the_bus_did_not_take_is_published_by_the_relay_after_30_seconds() {
    let (world, faults) = faulty().await;
    faults.next(to_the_bus, Fault::Refuse(400, "ValidationException"));
    create(&world, DEMO).await;
    assert_eq!((world.items_of("OUTBOX#").await.len(), published(&world).await.len()), (1, 0));

    world.clock.advance(TimeDelta::milliseconds(29_999));
    relay(&world).await;
    assert_eq!(published(&world).await.len(), 0, "whoever wrote it may still be at it");
    world.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(relay(&world).await["accepted"], 1);
    relay(&world).await;
    let events = published(&world).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["detail-type"], "integration.created");
    assert!(world.items_of("OUTBOX#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_answer_was_lost_is_published_again_under_the_same_id() {
    let (world, faults) = faulty().await;
    faults.always(to_the_bus, Fault::Lose);
    create(&world, DEMO).await;
    assert_eq!(world.items_of("OUTBOX#").await.len(), 1);
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(relay(&world).await["unknown"], 1);
    faults.clear();
    world.clock.advance(TimeDelta::seconds(30));
    relay(&world).await;
    let ids: Vec<Value> = published(&world).await.into_iter().map(|event| event["detail"]["id"].clone()).collect();
    assert!(ids.len() >= 2, "{ids:?}");
    assert!(ids.iter().all(|id| *id == ids[0]), "consumers recognise the repetition: {ids:?}");
    assert!(world.items_of("OUTBOX#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_that_was_taken_in_part_exactly_the_rest_stays() {
    let (world, faults) = faulty().await;
    faults.always(to_the_bus, Fault::Refuse(400, "ValidationException"));
    for n in 0..24 {
        create(&world, &format!("account-{n}")).await;
    }
    faults.clear();
    assert_eq!(world.items_of("OUTBOX#").await.len(), 24);
    faults.always(to_the_bus, takes(|position| position % 2 == 1));
    faults.forget();
    world.clock.advance(TimeDelta::seconds(30));
    relay(&world).await;

    let mut refused = BTreeSet::new();
    for call in faults.calls().into_iter().filter(to_the_bus) {
        let entries = call.body["Entries"].as_array().expect("entries").clone();
        for entry in entries.iter().step_by(2) {
            let detail: Value = serde_json::from_str(entry["Detail"].as_str().expect("a detail")).expect("JSON");
            refused.insert(detail["id"].as_str().expect("an id").to_owned());
        }
    }
    let left: BTreeSet<String> = world
        .items_of("OUTBOX#")
        .await
        .iter()
        .map(|item| item["SK"]["S"].as_str().expect("an id").to_owned())
        .collect();
    assert!(left.len() < 24 && left.len() >= 12, "{}", left.len());
    assert_eq!(left, refused);

    faults.clear();
    world.clock.advance(TimeDelta::seconds(30));
    relay(&world).await;
    let again: BTreeSet<String> =
        published(&world).await.iter().map(|event| event["detail"]["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(again, refused);
    assert!(world.items_of("OUTBOX#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_refused_five_times_is_parked_and_an_error_in_the_log() {
    let (world, faults) = faulty().await;
    faults.always(to_the_bus, takes(|_| false));
    create(&world, DEMO).await;
    for refusals in 2..=5 {
        assert!(!errors(&world), "after {} refusals", refusals - 1);
        world.clock.advance(TimeDelta::seconds(30));
        assert_eq!(relay(&world).await["refused"], 1, "refusal {refusals}");
    }
    assert!(errors(&world), "{:?}", world.lines.all());
    assert_eq!(world.items_of("OUTBOX#").await.len(), 1);
    assert_eq!(world.items_of("OUTBOX#parked").await.len(), 1);
    faults.clear();
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(relay(&world).await["accepted"], 0, "an operator decides what becomes of it");
    assert_eq!(published(&world).await.len(), 0);
}

fn errors(world: &World) -> bool {
    let lines = world.lines.all();
    let parsed = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut parked = parsed.filter(|line| line["op"] == "relay" && line["outcome"] == "parked");
    parked.any(|line| line["level"] == "error")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_publishes_counts_what_the_bus_refuses() {
    let (world, faults) = faulty().await;
    world.connect(DEMO).await.ok();
    world.work(DEMO, TimeDelta::minutes(5)).await;
    let admin = world.admin(DEMO);
    faults.always(to_the_bus, takes(|_| false));
    let own = "/integrations/google-calendar";
    admin.patch(&format!("{own}/settings"), &json!({ "intervalMinutes": 60 })).await.ok();
    for action in ["pause", "resume", "disconnect"] {
        admin.post(&format!("{own}/{action}"), &json!({})).await.ok();
    }
    let entries = world.items_of("OUTBOX#").await;
    assert!(entries.len() >= 4, "{entries:?}");
    for entry in &entries {
        assert_eq!(entry["refusals"]["N"], "1", "{entry}");
    }
}
