//! Making, changing and cancelling appointments, one after the other.

use super::{at, day, office, visit, with};
use crate::sync::scene::Scene;
use crate::world::DEMO;
use sandbox::PathKind;
use sandbox::google::{ADA, TEAM_CALENDAR};
use serde_json::{Value, json};
use shared::store::WriteState;

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_is_made_moved_and_cancelled_in_google() {
    let scene = office(20).await;
    let body = with(visit("Check-up", 8), &json!({ "description": "Bring papers", "location": "Room 2" }));
    let answer = scene.put("a-1", &body).await;
    assert_eq!(answer.status, 202);
    assert_eq!((&answer.body["state"], &answer.body["revision"]), (&json!("pending"), &json!(1)));
    assert_eq!(scene.marked(ADA, "a-1").len(), 0, "nothing is sent before it is durable");
    assert_eq!(scene.carry().await, ["written"]);

    let event = scene.only("a-1");
    assert_eq!(event["summary"], "Check-up");
    assert_eq!((&event["description"], &event["location"]), (&json!("Bring papers"), &json!("Room 2")));
    assert_eq!(event["start"], json!({ "dateTime": "2026-04-02T08:00:00Z", "timeZone": "Europe/Berlin" }));
    let item = scene.item("a-1").await;
    assert_eq!((item.state, item.due_at, item.lease_until), (WriteState::Written, None, None));
    assert_eq!(scene.write_view("a-1").await, None, "what is written is not listed as unwritten");

    let id = scene.event_of("a-1");
    scene.write("a-1", &visit("Check-up", 10)).await;
    let event = scene.only("a-1");
    assert_eq!(
        (event["id"].as_str(), &event["start"]["dateTime"]),
        (Some(id.as_str()), &json!("2026-04-02T10:00:00Z"))
    );
    assert_eq!(event.get("description"), None, "what is put is the whole appointment");

    assert_eq!(scene.cancel("a-1").await.status, 202);
    assert_eq!(scene.carry().await, ["removed"]);
    assert_eq!(scene.calendar(ADA).event(&id).expect("a tombstone")["status"], "cancelled");
    assert_eq!(scene.event_record(&id).await, None);
    let told = scene.bus("appointment.written").await;
    let told: Vec<_> = told.iter().map(|one| (one["revision"].as_u64(), one["content"].is_null())).collect();
    assert_eq!(told, [(Some(1), false), (Some(2), false), (Some(3), true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_comes_back_under_the_same_id() {
    let scene = office(0).await;
    scene.write("a-1", &visit("Check-up", 8)).await;
    let id = scene.event_of("a-1");
    scene.cancel("a-1").await.ok();
    scene.carry().await;
    assert_eq!(scene.cancel("a-1").await.status, 202, "cancelled again");
    assert_eq!(scene.carry().await, Vec::<String>::new(), "there is nothing to do");
    let item = scene.write("a-1", &visit("Check-up after all", 9)).await;
    assert_eq!((item.state, item.revision), (WriteState::Written, 3));
    let event = scene.only("a-1");
    assert_eq!((event["id"].as_str(), &event["summary"]), (Some(id.as_str()), &json!("Check-up after all")));
    assert_eq!((&event["status"], &event["start"]["dateTime"]), (&json!("confirmed"), &json!("2026-04-02T09:00:00Z")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_before_it_was_sent_never_reaches_google() {
    let scene = office(0).await;
    scene.put("a-1", &visit("Never", 8)).await.ok();
    scene.cancel("a-1").await.ok();
    scene.sandbox().reset_counters();
    scene.carry().await;
    scene.rest().await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Written, None));
    assert_eq!(scene.requests(PathKind::Write), 0);
    scene.cancel("a-2").await.problem(404, "appointment_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_follow_each_other_closely_are_one_write_of_the_last() {
    let scene = office(0).await;
    for hour in 8..12 {
        scene.put("a-1", &visit("Moving", hour)).await.ok();
    }
    scene.sandbox().reset_counters();
    let outcomes = scene.carry().await;
    assert_eq!(outcomes.iter().filter(|one| *one == "written").count(), 1, "{outcomes:?}");
    assert_eq!(scene.requests(PathKind::Write), 1);
    assert_eq!(scene.only("a-1")["start"]["dateTime"], "2026-04-02T11:00:00Z");
    let mark = &scene.only("a-1")["extendedProperties"]["private"]["auraRevision"];
    assert_eq!(mark, "4");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_already_is_not_written_again() {
    let scene = office(0).await;
    scene.write("a-1", &visit("Same", 8)).await;
    let etag = scene.only("a-1")["etag"].clone();
    scene.sandbox().reset_counters();
    let item = scene.write("a-1", &visit("Same", 8)).await;
    assert_eq!((item.state, item.revision), (WriteState::Written, 2));
    assert_eq!((scene.requests(PathKind::Write), &scene.only("a-1")["etag"]), (0, &etag));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_the_bus_may_come_late_and_twice() {
    let scene = office(0).await;
    scene.announce("a-1", 5, Some(&visit("Five", 8))).await;
    scene.announce("a-1", 3, Some(&visit("Three", 7))).await;
    scene.announce("a-1", 5, Some(&visit("Five", 8))).await;
    scene.carry().await;
    assert_eq!(scene.only("a-1")["summary"], "Five");
    assert_eq!(scene.lines.outcomes("account-events"), ["accepted", "known", "known"]);
    scene.announce("a-1", 6, None).await;
    scene.announce("a-1", 4, Some(&visit("Four", 9))).await;
    scene.carry().await;
    assert_eq!(scene.marked(ADA, "a-1").len(), 0);

    // The cancellation is faster than what it cancels.
    scene.announce("a-2", 2, None).await;
    scene.announce("a-2", 1, Some(&visit("Over", 8))).await;
    scene.carry().await;
    scene.rest().await;
    assert_eq!((scene.marked(ADA, "a-2").len(), scene.item("a-2").await.revision), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_through_the_api_do_not_make_the_bus_look_old() {
    let scene = office(0).await;
    scene.announce("a-1", 1, Some(&visit("One", 8))).await;
    scene.carry().await;
    for title in ["Page", "Page again"] {
        scene.write("a-1", &visit(title, 8)).await;
    }
    scene.announce("a-1", 2, Some(&visit("Two", 9))).await;
    scene.announce("a-1", 1, Some(&visit("One", 8))).await;
    scene.carry().await;
    assert_eq!(scene.lines.outcomes("account-events"), ["accepted", "accepted", "known"]);
    assert_eq!(scene.only("a-1")["summary"], "Two");
    assert_eq!(scene.item("a-1").await.revision, 4, "the revisions of both never go back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_to_be_kept_is_refused_and_the_largest_is_carried_out() {
    let scene = office(0).await;
    let crowd = |people: usize, title: &str| {
        let people: Vec<_> = (0..people).map(|one| format!("{}{one}@example.org", "x".repeat(180))).collect();
        with(visit(title, 8), &json!({ "attendees": people, "description": "y".repeat(8_000) }))
    };
    scene.put("a-1", &crowd(200, "Too large")).await.problem(422, "invalid_appointment");
    let lines: Vec<_> = (0..40).map(|_| format!("RDATE:{}", "20260402T080000Z,".repeat(100))).collect();
    let long = with(visit("Too long", 8), &json!({ "recurrence": lines }));
    scene.put("a-1", &long).await.problem(422, "invalid_appointment");
    for title in ["First", "Second", "Third"] {
        let item = scene.write("a-1", &crowd(160, title)).await;
        assert_eq!((item.state, item.failure), (WriteState::Written, None));
    }
    assert_eq!(scene.only("a-1")["attendees"].as_array().map(Vec::len), Some(160));
    // The table takes items of at most 400 KB.
    let items = scene.items_of("INTEGRATION#").await;
    let largest = items.iter().map(|item| item.to_string().len()).max();
    assert!(largest.is_some_and(|bytes| bytes < 300_000), "{largest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_a_calendar_has_nothing_to_write_to() {
    let scene = Scene::with(0).await;
    scene.announce("a-1", 1, Some(&visit("Nowhere", 8))).await;
    assert_eq!(scene.lines.outcomes("account-events"), ["no_calendar"]);
    scene.put("a-1", &visit("Nowhere", 8)).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_written_as_days_and_can_become_hours() {
    let scene = office(0).await;
    let days = json!({ "title": "Holiday", "start": day("2026-04-03"), "end": day("2026-04-06") });
    scene.write("a-1", &days).await;
    let event = scene.only("a-1");
    assert_eq!((&event["start"], &event["end"]), (&json!({ "date": "2026-04-03" }), &json!({ "date": "2026-04-06" })));
    scene.write("a-1", &visit("Holiday", 8)).await;
    let start = scene.only("a-1")["start"].clone();
    assert_eq!(start, json!({ "dateTime": "2026-04-02T08:00:00Z", "timeZone": "Europe/Berlin" }));
    scene.write("a-1", &days).await;
    assert_eq!(scene.only("a-1")["end"], json!({ "date": "2026-04-06" }));

    let empty = json!({ "start": day("2026-04-03"), "end": day("2026-04-03") });
    scene.put("a-2", &empty).await.problem(422, "invalid_appointment");
    let mixed = json!({ "start": day("2026-04-03"), "end": at("2026-04-03T08:00:00Z") });
    scene.put("a-2", &mixed).await.problem(422, "invalid_appointment");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_moves_between_zones() {
    let scene = office(0).await;
    scene.write("a-1", &visit("Call", 8)).await;
    let tokyo = json!({ "kind": "instant", "at": "2026-04-02T08:00:00Z", "timeZone": "Asia/Tokyo" });
    let end = json!({ "kind": "instant", "at": "2026-04-02T09:00:00Z", "timeZone": "Asia/Tokyo" });
    scene.write("a-1", &json!({ "title": "Call", "start": tokyo, "end": end })).await;
    assert_eq!(scene.only("a-1")["start"]["timeZone"], "Asia/Tokyo", "the same instant, thought of elsewhere");
    scene.pull().await;
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_neither_sees_nor_touches_an_appointment() {
    let scene = office(0).await;
    scene.write("a-1", &visit("Private", 8)).await;
    let (other, path) = (scene.admin("other"), "/integrations/google-calendar/events/a-1");
    other.json("PUT", path, &visit("Mine", 9), &[]).await.problem(404, "not_found");
    other.raw("DELETE", path, "", &[]).await.problem(404, "not_found");
    other.get("/integrations/google-calendar/events/writes").await.problem(404, "not_found");

    // With an integration of its own the same id is another appointment.
    let grace = sandbox::Consent { account: Some(sandbox::google::GRACE.into()), ..sandbox::Consent::default() };
    scene.connect_as("other", &grace).await.ok();
    scene.run_of("other").await;
    other.raw("DELETE", path, "", &[]).await.problem(404, "appointment_not_found");
    assert_eq!(other.json("PUT", path, &visit("Mine", 9), &[]).await.status, 202);
    scene.carry().await;
    assert_eq!(scene.only("a-1")["summary"], "Private");
    let theirs = scene.calendar(sandbox::google::GRACE).events();
    assert!(theirs.iter().any(|event| event["summary"] == "Mine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_stays_in_the_calendar_that_it_was_made_in() {
    let scene = office(0).await;
    scene.write("a-1", &visit("Old home", 8)).await;
    let path = "/integrations/google-calendar/settings";
    scene.admin(DEMO).patch(path, &json!({ "writeResource": TEAM_CALENDAR })).await.ok();
    scene.write("a-1", &visit("Old home", 9)).await;
    scene.write("a-2", &visit("New home", 8)).await;
    assert_eq!(scene.only("a-1")["start"]["dateTime"], "2026-04-02T09:00:00Z");
    assert_eq!((scene.marked(TEAM_CALENDAR, "a-1").len(), scene.marked(ADA, "a-2").len()), (0, 0));
    assert_eq!(scene.marked(TEAM_CALENDAR, "a-2").len(), 1);

    // Cancelled, it begins anew: in the calendar that is chosen now.
    scene.cancel("a-1").await.ok();
    scene.carry().await;
    scene.write("a-1", &visit("Moved house", 9)).await;
    assert_eq!((scene.marked(ADA, "a-1").len(), scene.marked(TEAM_CALENDAR, "a-1").len()), (0, 1));

    scene.admin(DEMO).patch(path, &json!({ "writeResource": null })).await.ok();
    scene.put("a-3", &visit("Homeless", 8)).await.problem(409, "no_write_calendar");
    assert_eq!(scene.write("a-2", &visit("New home", 10)).await.state, WriteState::Written);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_is_told_and_keeps_the_answer() {
    let scene = office(0).await;
    let invited = with(visit("Together", 8), &json!({ "attendees": ["grace@example.com", "bob@example.org"] }));
    scene.write("a-1", &invited).await;
    let emails = |event: &Value| {
        let attendees = event["attendees"].as_array().cloned().unwrap_or_default();
        attendees.iter().map(|one| one["email"].as_str().expect("an address").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(emails(&scene.only("a-1")), ["grace@example.com", "bob@example.org"]);
    let mails = scene.sandbox().google().mails_sent();
    assert!(mails > 0, "they get an invitation");
    let answered = json!({ "attendees": [
        { "email": "grace@example.com", "responseStatus": "accepted" },
        { "email": "bob@example.org", "responseStatus": "needsAction" },
    ] });
    scene.person("a-1", answered);
    scene.write("a-1", &with(invited.clone(), &json!({ "description": "With cake" }))).await;
    assert_eq!(scene.sandbox().google().mails_sent(), mails, "another description is no reason for a mail");
    scene.write("a-1", &with(invited, &json!({ "attendees": ["grace@example.com"] }))).await;
    let event = scene.only("a-1");
    assert_eq!(
        (emails(&event), &event["attendees"][0]["responseStatus"]),
        (vec!["grace@example.com".into()], &json!("accepted"))
    );
}
