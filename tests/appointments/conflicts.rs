//! Both sides at once: the rule of the product for each field, and events that a person deleted.

use super::{google_time, office, visit, with};
use crate::world::DEMO;
use sandbox::google::ADA;
use serde_json::{Value, json};
use shared::store::WriteState;

/// What a telling says lost: field, winner, value.
fn lost(told: &Value) -> Vec<(String, String, Value)> {
    let text = |one: &Value, name: &str| one[name].as_str().expect("a text").to_owned();
    let mut all: Vec<_> = told.as_array().expect("overridden edits").iter().collect();
    all.sort_by_key(|one| one["field"].to_string());
    all.into_iter().map(|one| (text(one, "field"), text(one, "winner"), one["lost"].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn google_wins_time_and_people_and_aura_wins_the_texts() {
    let scene = office(0).await;
    let body = with(visit("First", 8), &json!({ "attendees": ["bob@example.org"] }));
    scene.write("a-1", &body).await;
    let theirs = json!({ "summary": "Theirs", "description": "theirs", "attendees": [{ "email": "eve@example.org" }] });
    scene.person("a-1", with(theirs, &google_time(12)));
    let ours = json!({ "title": "Ours", "description": "ours", "attendees": ["carl@example.org"] });
    scene.write("a-1", &with(visit("", 10), &ours)).await;

    let event = scene.only("a-1");
    assert_eq!((&event["summary"], &event["description"]), (&json!("Ours"), &json!("ours")));
    assert_eq!(event["start"]["dateTime"], "2026-04-02T12:00:00Z");
    assert_eq!(event["attendees"][0]["email"], "eve@example.org");
    let told = scene.bus("appointment.written").await.pop().expect("a telling");
    let lost = lost(&told["overridden"]);
    let fields: Vec<_> = lost.iter().map(|(field, winner, _)| (field.as_str(), winner.as_str())).collect();
    let expected = [("attendees", "provider"), ("description", "aura"), ("time", "provider"), ("title", "aura")];
    assert_eq!(fields, expected);
    assert_eq!(
        (&lost[0].2, &lost[1].2, &lost[3].2),
        (&json!(["carl@example.org"]), &json!("theirs"), &json!("Theirs"))
    );
    assert_eq!(lost[2].2["start"]["at"], "2026-04-02T10:00:00Z");
    assert_eq!(told["content"]["title"], "Ours", "the content as the provider has it");
    assert_eq!(told["content"]["start"]["at"], "2026-04-02T12:00:00Z");
    let lines = scene.lines_of("edit_overridden").await;
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines.iter().all(|line| line["appointment"] == "a-1"));
    assert_eq!(scene.item("a-1").await.overridden.len(), 4);
    // What the person did is told as any change of theirs.
    assert_eq!(scene.told_of(&scene.event_of("a-1")).await, ["updated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_of_different_fields_are_both_kept() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.person("a-1", json!({ "location": "Their room" }));
    let item = scene.write("a-1", &visit("Second", 8)).await;
    let event = scene.only("a-1");
    assert_eq!((&event["summary"], &event["location"]), (&json!("Second"), &json!("Their room")));
    assert_eq!(item.overridden, []);
    assert_eq!(scene.bus("appointment.written").await.pop().expect("one")["content"]["location"], "Their room");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_edit_on_both_sides_is_no_conflict() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.person("a-1", with(json!({ "summary": "Second" }), &google_time(9)));
    let item = scene.write("a-1", &visit("Second", 9)).await;
    assert_eq!((item.state, item.overridden), (WriteState::Written, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_saw_of_google_and_changed_is_no_conflict() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.person("a-1", google_time(12));
    scene.pull().await;
    let seen = scene.event_record(&scene.event_of("a-1")).await.expect("a record");
    // Aura's page shows twelve, and somebody moves that to fourteen.
    let body = with(visit("First", 14), &json!({ "etag": seen.etag }));
    let item = scene.write("a-1", &body).await;
    assert_eq!(item.overridden, []);
    assert_eq!(scene.only("a-1")["start"]["dateTime"], "2026-04-02T14:00:00Z");

    // A version that is not the newest is no excuse: Google's time stands.
    scene.person("a-1", google_time(16));
    let item = scene.write("a-1", &with(visit("First", 15), &json!({ "etag": seen.etag }))).await;
    assert_eq!(item.overridden.len(), 1);
    assert_eq!(scene.only("a-1")["start"]["dateTime"], "2026-04-02T16:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_google_changed_is_not_put_back_by_an_edit_of_something_else() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.person("a-1", google_time(12));
    scene.pull().await;
    // The rest of Aura still thinks of eight o'clock.
    scene.write("a-1", &visit("Second", 8)).await;
    let event = scene.only("a-1");
    assert_eq!((&event["summary"], &event["start"]["dateTime"]), (&json!("Second"), &json!("2026-04-02T12:00:00Z")));
    scene.write("a-1", &visit("Third", 8)).await;
    assert_eq!(scene.only("a-1")["start"]["dateTime"], "2026-04-02T12:00:00Z", "nor by the next one");
    scene.write("a-1", &visit("Third", 9)).await;
    assert_eq!(scene.only("a-1")["start"]["dateTime"], "2026-04-02T09:00:00Z", "but by one that says so");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_a_person_deleted_is_told_and_comes_back_when_it_is_saved_again() {
    for pulled in [false, true] {
        let scene = office(0).await;
        scene.write("a-1", &visit("First", 8)).await;
        let id = scene.event_of("a-1");
        scene.person_deletes("a-1");
        if pulled {
            scene.put("a-1", &visit("Second", 9)).await.ok();
            scene.lose_messages().await;
            scene.pull().await;
            scene.rest().await;
        } else {
            scene.put("a-1", &visit("Second", 9)).await.ok();
            assert_eq!(scene.carry().await, ["deleted"]);
        }
        assert_eq!(scene.standing("a-1").await, (WriteState::Failed, Some("event_deleted".into())));
        assert_eq!(scene.marked(ADA, "a-1").len(), 0);
        let told = scene.bus("appointment.failed").await;
        assert_eq!((told.len(), &told[0]["failure"], &told[0]["revision"]), (1, &json!("event_deleted"), &json!(2)));
        let view = scene.write_view("a-1").await.expect("it is listed");
        assert_eq!((&view["state"], &view["failure"]["code"]), (&json!("failed"), &json!("event_deleted")));
        assert_eq!(scene.lines_of("write_failed").await.len(), 1);

        let item = scene.write("a-1", &visit("Third", 10)).await;
        assert_eq!(item.state, WriteState::Written);
        assert_eq!((scene.event_of("a-1"), &scene.only("a-1")["summary"]), (id, &json!("Third")));
        scene.pull().await;
        scene.assert_equal(DEMO, ADA).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_saves_an_appointment_whose_event_is_known_to_be_deleted_wants_it_back() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.person_deletes("a-1");
    scene.pull().await;
    let item = scene.write("a-1", &visit("First", 8)).await;
    assert_eq!(item.state, WriteState::Written);
    assert_eq!(scene.only("a-1")["status"], "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_what_a_person_changed_or_deleted_leaves_no_event() {
    let scene = office(0).await;
    for (id, delete) in [("a-1", false), ("a-2", true)] {
        scene.write(id, &visit("First", 8)).await;
        match delete {
            true => scene.person_deletes(id),
            false => scene.person(id, json!({ "summary": "Theirs" })),
        }
        scene.cancel(id).await.ok();
        assert_eq!(scene.carry().await, ["removed"]);
        assert_eq!(scene.marked(ADA, id).len(), 0);
        assert_eq!(scene.standing(id).await, (WriteState::Written, None));
    }
}
