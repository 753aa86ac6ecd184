//! What attendees see of an event, whom mails tell of it, and copies that a person makes.

use sandbox::google::{ADA, CalendarHandle, GRACE, TEAM_CALENDAR};
use serde_json::{Value, json};

use crate::support::{World, events_path, text};

fn meeting(attendees: &[&str]) -> Value {
    let attendees: Vec<Value> = attendees.iter().map(|email| json!({ "email": email })).collect();
    json!({
        "id": "meeting1",
        "summary": "Plan",
        "start": { "dateTime": "2026-11-23T09:00:00+01:00", "timeZone": "Europe/Berlin" },
        "end": { "dateTime": "2026-11-23T10:00:00+01:00", "timeZone": "Europe/Berlin" },
        "attendees": attendees,
        "extendedProperties": { "private": { "aura_id": "1" }, "shared": { "room": "4" } },
    })
}

async fn empty() -> (World, CalendarHandle, CalendarHandle) {
    let world = World::with(|options| options.events = 0).await;
    let google = world.sandbox.google();
    let (ada, grace) = (google.calendar(ADA, "primary").unwrap(), google.calendar(GRACE, "primary").unwrap());
    (world, ada, grace)
}

fn path() -> String {
    format!("{}/meeting1", events_path(ADA))
}

#[tokio::test]
async fn an_attendee_of_the_sandbox_has_a_copy_that_follows() {
    let (world, ada, grace) = empty().await;
    let token = world.access_token().await;
    let invited = meeting(&[ADA, GRACE, "noor@example.net"]);
    let original = world.call("POST", &events_path(ADA), &token, &invited).await.json();
    let copy = grace.events().pop().expect("a copy");
    assert_eq!((&copy["iCalUID"], &copy["summary"]), (&original["iCalUID"], &original["summary"]));
    assert_ne!((&copy["id"], &copy["etag"]), (&original["id"], &original["etag"]));
    assert_eq!(copy["organizer"], json!({ "email": ADA }));
    assert_eq!(copy["extendedProperties"], json!({ "shared": { "room": "4" } }));
    assert_eq!(copy["attendees"][1], json!({ "email": GRACE, "self": true }));

    world.call("PATCH", &path(), &token, &json!({ "summary": "Moved" })).await;
    assert_eq!(grace.events()[0]["summary"], "Moved");
    let etag = grace.events()[0]["etag"].clone();
    let marker = json!({ "extendedProperties": { "private": { "aura_rev": "2" } } });
    world.call("PATCH", &path(), &token, &marker).await;
    assert_eq!(grace.events()[0]["etag"], etag, "what only the organizer sees is no change for others");

    assert_eq!(world.call("DELETE", &path(), &token, &json!({})).await.status, 204);
    assert_eq!(grace.events(), Vec::<Value>::new());
    world.call("PATCH", &path(), &token, &json!({ "status": "confirmed" })).await;
    assert_eq!(grace.events()[0]["summary"], "Moved");
    world.call("PATCH", &path(), &token, &json!({ "attendees": [{ "email": ADA }] })).await;
    assert_eq!(grace.events(), Vec::<Value>::new(), "no longer invited");
    assert_eq!(ada.events().len(), 1);
}

#[tokio::test]
async fn an_attendees_own_changes_stay_their_own() {
    let (_world, ada, grace) = empty().await;
    ada.insert(meeting(&[ADA, GRACE])).unwrap();
    let id = text(&grace.events()[0], "id").to_owned();
    let own = json!({ "colorId": "5", "extendedProperties": { "private": { "aura_id": "of Grace" } } });
    grace.update(&id, own).unwrap();
    ada.update("meeting1", json!({ "summary": "Moved" })).unwrap();
    let copy = grace.event(&id).unwrap();
    assert_eq!((&copy["summary"], &copy["colorId"]), (&json!("Moved"), &json!("5")));
    assert_eq!(copy["extendedProperties"]["private"], json!({ "aura_id": "of Grace" }));
    assert_eq!(ada.events()[0]["extendedProperties"]["private"], json!({ "aura_id": "1" }));

    grace.delete(&id).unwrap();
    assert_eq!(ada.events()[0]["attendees"][1]["responseStatus"], "declined");
    ada.update("meeting1", json!({ "summary": "Again" })).unwrap();
    assert_eq!(grace.events(), Vec::<Value>::new(), "who has declined is left in peace");
}

#[tokio::test]
async fn a_copied_series_has_its_exceptions() {
    let (_world, ada, grace) = empty().await;
    let mut series = meeting(&[ADA, GRACE]);
    series["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    ada.insert(series).unwrap();
    ada.update("meeting1_20261124T080000Z", json!({ "summary": "Other" })).unwrap();
    ada.delete("meeting1_20261125T080000Z").unwrap();
    let copies = grace.events();
    assert_eq!(copies.len(), 3);
    let id = text(&copies[0], "id");
    assert_eq!((&copies[1]["summary"], &copies[1]["recurringEventId"]), (&json!("Other"), &json!(id)));
    assert_eq!(text(&copies[1], "id"), format!("{id}_20261124T080000Z"));
    assert_eq!((text(&copies[2], "id"), text(&copies[2], "status")), (&*format!("{id}_20261125T080000Z"), "cancelled"));
    ada.delete("meeting1").unwrap();
    assert_eq!(grace.events(), Vec::<Value>::new());
}

#[tokio::test]
async fn only_primary_calendars_invite_and_random_changes_do_not() {
    let (world, ada, grace) = empty().await;
    let team = world.sandbox.google().calendar(ADA, TEAM_CALENDAR).unwrap();
    team.insert(meeting(&[ADA, GRACE])).unwrap();
    assert_eq!((ada.events(), grace.events()), (vec![], vec![]));
    ada.add_realistic(200);
    ada.change_some(100);
    assert_eq!(grace.events(), Vec::<Value>::new(), "copies only of what is written");
}

#[tokio::test]
async fn mails_are_counted_as_they_would_be_sent() {
    let (world, _, _) = empty().await;
    let token = world.access_token().await;
    let mails = || world.sandbox.google().mails_sent();
    let insert = |query: &str| format!("{}?{query}", events_path(ADA));
    let invited = meeting(&[ADA, GRACE, "noor@example.net"]);
    let wrong = world.call("POST", &insert("sendUpdates=everybody"), &token, &invited).await;
    assert_eq!((wrong.status, wrong.reason().as_str(), mails()), (400, "invalid", 0));
    world.call("POST", &insert("sendUpdates=all"), &token, &invited).await;
    assert_eq!(mails(), 2, "not to the writer");
    assert_eq!(world.call("POST", &insert("sendUpdates=all"), &token, &invited).await.status, 409);
    assert_eq!(mails(), 2, "not for what failed");
    let rename = json!({ "summary": "x" });
    for (query, expected) in [("", 2), ("?sendUpdates=none", 2), ("?sendUpdates=externalOnly", 3)] {
        world.call("PATCH", &format!("{}{query}", path()), &token, &rename).await;
        assert_eq!(mails(), expected, "{query}");
    }
    let alone = json!({ "attendees": [{ "email": ADA }] });
    world.call("PATCH", &format!("{}?sendUpdates=all", path()), &token, &alone).await;
    assert_eq!(mails(), 5, "who is no longer invited is told too");
    world.call("DELETE", &format!("{}?sendUpdates=all", path()), &token, &json!({})).await;
    assert_eq!(mails(), 5);
}

#[tokio::test]
async fn a_persons_duplicate_is_another_event_with_the_same_marker() {
    let (_world, ada, grace) = empty().await;
    let original = ada.insert(meeting(&[ADA, GRACE])).unwrap();
    let copy = ada.duplicate("meeting1").unwrap();
    for field in ["id", "iCalUID", "etag"] {
        assert_ne!(copy[field], original[field], "{field}");
    }
    for field in ["summary", "start", "end", "attendees", "extendedProperties"] {
        assert_eq!(copy[field], original[field], "{field}");
    }
    assert_eq!((ada.events().len(), grace.events().len()), (2, 2));
    ada.delete("meeting1").unwrap();
    assert_eq!(ada.duplicate("meeting1").unwrap_err().reason, "notFound");
}
