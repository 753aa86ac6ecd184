//! Series, and single occurrences of them.

use super::{at, office, visit, with};
use crate::sync::scene::{BEYOND_THE_LEASE, Scene};
use crate::world::DEMO;
use domain::appointment::Field;
use sandbox::google::ADA;
use serde_json::{Value, json};
use shared::store::WriteState;

/// Five days in a row at eight o'clock of UTC.
fn series(title: &str) -> Value {
    with(visit(title, 8), &json!({ "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"] }))
}

/// One occurrence of the series `s`, by its day in April, at this hour.
fn occurrence(title: &str, original: u32, day: u32, hour: u32) -> Value {
    let time = |hour: u32| at(&format!("2026-04-{day:02}T{hour:02}:00:00Z"));
    json!({
        "title": title, "start": time(hour), "end": time(hour + 1),
        "occurrenceOf": { "series": "s", "originalStart": at(&format!("2026-04-{original:02}T08:00:00Z")) },
    })
}

/// Start and title of each occurrence as the agenda shows them.
async fn agenda(scene: &Scene) -> Vec<(String, String)> {
    let path = "/integrations/google-calendar/records?from=2026-04-01T00:00:00Z&to=2026-04-20T00:00:00Z";
    let answer = scene.viewer(DEMO).get(path).await.ok();
    let all = answer["occurrences"].as_array().expect("occurrences").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    all.map(|one| (text(&one["start"]["at"]), text(&one["event"]["title"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_occurrence_of_a_series_is_moved_and_another_one_cancelled() {
    let scene = office(0).await;
    scene.put("o-1", &occurrence("Too early", 3, 3, 11)).await.problem(404, "series_not_found");
    scene.write("s", &series("Training")).await;
    let item = scene.write("o-1", &occurrence("Late training", 3, 3, 11)).await;
    assert_eq!((item.state, item.failure), (WriteState::Written, None));
    scene.write("o-2", &occurrence("Training", 4, 4, 8)).await;
    scene.cancel("o-2").await.ok();
    scene.carry().await;
    assert_eq!(scene.standing("o-2").await, (WriteState::Written, None));
    let expected = [
        ("2026-04-02T08:00:00Z", "Training"),
        ("2026-04-03T11:00:00Z", "Late training"),
        ("2026-04-05T08:00:00Z", "Training"),
        ("2026-04-06T08:00:00Z", "Training"),
    ];
    let expected = expected.map(|(start, title)| (start.to_owned(), title.to_owned()));
    assert_eq!(agenda(&scene).await, expected, "before any pull");
    scene.pull().await;
    assert_eq!(agenda(&scene).await, expected);
    scene.pull().await;
    scene.assert_equal(DEMO, ADA).await;

    // And moved again, and the series renamed: the exception keeps what was said of it.
    scene.write("o-1", &occurrence("Late training", 3, 3, 12)).await;
    scene.write("s", &series("Yoga")).await;
    let agenda = agenda(&scene).await;
    assert_eq!(agenda[0].1, "Yoga");
    assert_eq!(agenda[1], ("2026-04-03T12:00:00Z".to_owned(), "Late training".to_owned()));
    assert_eq!(agenda.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_occurrence_comes_back() {
    let scene = office(0).await;
    scene.write("s", &series("Training")).await;
    scene.write("o-1", &occurrence("Training", 3, 3, 9)).await;
    scene.cancel("o-1").await.ok();
    scene.carry().await;
    scene.pull().await;
    assert_eq!(agenda(&scene).await.len(), 4);
    let item = scene.write("o-1", &occurrence("Back", 3, 3, 10)).await;
    assert_eq!((item.state, item.failure), (WriteState::Written, None));
    scene.pull().await;
    assert!(agenda(&scene).await.contains(&("2026-04-03T10:00:00Z".to_owned(), "Back".to_owned())));
    assert_eq!(agenda(&scene).await.len(), 5);
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_that_the_series_does_not_have_is_told() {
    let scene = office(0).await;
    scene.write("s", &series("Training")).await;
    let item = scene.write("o-1", &occurrence("Nowhere", 12, 12, 9)).await;
    assert_eq!(item.state, WriteState::Failed);
    scene
        .put("o-2", &with(occurrence("Twice", 3, 3, 9), &json!({ "recurrence": ["RRULE:FREQ=DAILY"] })))
        .await
        .problem(422, "invalid_appointment");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_that_a_person_moved_meanwhile_keeps_googles_time() {
    let scene = office(0).await;
    scene.write("s", &series("Training")).await;
    scene.write("o-1", &occurrence("Training", 3, 3, 9)).await;
    let exception = scene.item("o-1").await.event.expect("an event");
    let moved =
        json!({ "start": { "dateTime": "2026-04-03T14:00:00Z" }, "end": { "dateTime": "2026-04-03T15:00:00Z" } });
    scene.calendar(ADA).update(exception.as_str(), moved).expect("moved");
    let item = scene.write("o-1", &occurrence("Renamed", 3, 3, 10)).await;
    assert_eq!(item.overridden.len(), 1, "{:?}", item.overridden);
    scene.pull().await;
    assert!(agenda(&scene).await.contains(&("2026-04-03T14:00:00Z".to_owned(), "Renamed".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changed_of_an_occurrence_before_aura_did_is_kept_or_told() {
    let scene = office(0).await;
    scene.write("s", &series("Training")).await;
    let third = format!("{}_20260403T080000Z", scene.event_of("s"));
    let renamed = json!({ "summary": "Theirs", "location": "Their room", "start": { "dateTime": "2026-04-03T14:00:00Z" },
        "end": { "dateTime": "2026-04-03T15:00:00Z" } });
    scene.calendar(ADA).update(&third, renamed).expect("an exception");
    // Aura knows only the series, and moves and describes this occurrence.
    let body = with(occurrence("Training", 3, 3, 11), &json!({ "description": "Bring shoes" }));
    let item = scene.write("o-1", &body).await;
    let event = scene.calendar(ADA).event(&third).expect("the occurrence");
    assert_eq!((&event["summary"], &event["location"]), (&json!("Theirs"), &json!("Their room")), "nobody else did");
    assert_eq!(event["description"], "Bring shoes");
    assert_eq!(event["start"]["dateTime"], "2026-04-03T14:00:00Z", "the provider wins the time");
    let lost: Vec<_> = item.overridden.iter().map(|lost| (lost.field, lost.lost["start"]["at"].clone())).collect();
    assert_eq!(lost, [(Field::Time, json!("2026-04-03T11:00:00Z"))]);
    // And a title of Aura's own wins against the person's, which is told.
    let third_put = with(occurrence("Ours", 3, 3, 11), &json!({ "description": "Bring shoes" }));
    scene.put("o-1", &third_put).await.ok();
    scene.calendar(ADA).update(&third, json!({ "summary": "Theirs again" })).expect("renamed");
    scene.carry().await;
    assert_eq!(scene.calendar(ADA).event(&third).expect("the occurrence")["summary"], "Ours");
    assert_eq!(scene.item("o-1").await.overridden[0].lost, "Theirs again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_write_of_an_occurrence_is_no_echo_after_a_crash() {
    let scene = office(0).await;
    scene.write("s", &series("Training")).await;
    scene.pull().await;
    scene.put("o-1", &occurrence("Late", 3, 3, 11)).await.ok();
    // The provider's first call reads where the occurrence is, the second one what it is, and the third one writes it.
    scene.faults.nth(2, |call| call.is_of_provider(), crate::world::Fault::DieAfter);
    assert_eq!(scene.faults.until_death(scene.carry()).await, None, "the worker dies");
    scene.faults.clear();
    let third = format!("{}_20260403T080000Z", scene.event_of("s"));
    assert_eq!(scene.calendar(ADA).event(&third).expect("the occurrence")["summary"], "Late");
    scene.pull().await;
    assert_eq!(scene.told_of(&third).await, Vec::<String>::new());
    scene.later(BEYOND_THE_LEASE);
    scene.rest().await;
    assert_eq!(scene.standing("o-1").await, (WriteState::Written, None));
    scene.pull().await;
    assert_eq!(scene.told_of(&third).await, Vec::<String>::new());
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_waits_for_its_series() {
    let scene = office(0).await;
    scene.put("s", &series("Training")).await.ok();
    scene.lose_messages().await;
    let item = scene.write("o-1", &occurrence("Late", 3, 3, 11)).await;
    assert_eq!((item.state, item.failure.as_deref()), (WriteState::Pending, Some("series_pending")));
    scene.rest().await;
    assert_eq!(scene.standing("o-1").await, (WriteState::Written, None));
    assert!(agenda(&scene).await.contains(&("2026-04-03T11:00:00Z".to_owned(), "Late".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_an_occurrence_that_was_never_written_is_no_echo() {
    for dies in [false, true] {
        let scene = office(0).await;
        scene.write("s", &series("Training")).await;
        scene.put("o-1", &occurrence("Late", 3, 3, 11)).await.ok();
        scene.lose_messages().await;
        scene.cancel("o-1").await.ok();
        if dies {
            // Where it is, what it is; where it is known to be, it is deleted.
            scene.faults.nth(2, |call| call.is_of_provider(), crate::world::Fault::DieAfter);
            assert_eq!(scene.faults.until_death(scene.carry()).await, None, "the worker dies");
            scene.faults.clear();
            scene.pull().await;
            scene.later(BEYOND_THE_LEASE);
        }
        scene.rest().await;
        assert_eq!(scene.standing("o-1").await, (WriteState::Written, None));
        assert_eq!(agenda(&scene).await.len(), 4);
        scene.pull().await;
        assert_eq!(scene.told_of(&format!("{}_20260403T080000Z", scene.event_of("s"))).await, Vec::<String>::new());
        assert_eq!(agenda(&scene).await.len(), 4);
        scene.assert_equal(DEMO, ADA).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_that_is_cancelled_takes_its_occurrences_along() {
    let scene = office(0).await;
    scene.write("s", &series("Training")).await;
    scene.write("o-1", &occurrence("Late", 3, 3, 11)).await;
    scene.cancel("s").await.ok();
    // Nobody tells of it, and no schedule comes.
    scene.carry().await;
    assert_eq!(agenda(&scene).await, []);
    scene.assert_equal(DEMO, ADA).await;
    // A change of one that went with its series is told to whoever made it, and is nobody else's.
    let event = scene.item("o-1").await.event.expect("an event").to_string();
    scene.write("o-1", &occurrence("Later", 3, 3, 12)).await;
    assert_eq!(scene.standing("o-1").await.0, WriteState::Failed);
    assert!(!scene.told_of(&event).await.contains(&"deleted".to_owned()), "{:?}", scene.told_of(&event).await);
    scene.cancel("o-1").await.ok();
    scene.carry().await;
    assert_eq!(scene.standing("o-1").await, (WriteState::Written, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_does_not_become_another_occurrence_nor_a_series() {
    let scene = office(0).await;
    scene.write("s", &series("Training")).await;
    scene.write("single", &visit("Single", 8)).await;
    scene.write("o-1", &occurrence("Late", 3, 3, 11)).await;
    let again =
        with(occurrence("Later", 3, 3, 12), &json!({ "recurrence": ["RRULE:FREQ=DAILY"], "occurrenceOf": null }));
    for (id, body) in
        [("o-1", occurrence("Other", 4, 4, 11)), ("single", occurrence("Moved in", 4, 4, 11)), ("o-1", again)]
    {
        scene.put(id, &body).await.problem(422, "invalid_appointment");
    }
    assert_eq!(scene.item("o-1").await.revision, 1);
}
