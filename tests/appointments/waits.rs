//! What waits for the integration, what is refused, and what is given up.

use super::{office, visit};
use crate::sync::scene::{BEYOND_THE_LEASE, WHOLE};
use crate::world::{Call, DEMO, Fault as Met};
use chrono::TimeDelta;
use domain::lifecycle::ErrorReason;
use sandbox::google::{ADA, TEAM_CALENDAR};
use sandbox::{Fault, FaultKind, PathKind};
use serde_json::json;
use shared::store::WriteState;

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_or_disconnected_integration_takes_no_changes() {
    let scene = office(0).await;
    scene.act(DEMO, "pause").await;
    let paused = scene.put("a-1", &visit("Paused", 8)).await;
    assert_eq!(paused.status, 409, "{paused:?}");
    scene.announce("a-1", 1, Some(&visit("Paused", 8))).await;
    assert_eq!(scene.lines.outcomes("account-events"), ["refused"]);
    scene.act(DEMO, "resume").await;
    scene.run().await;
    scene.act(DEMO, "disconnect").await;
    let gone = scene.put("a-1", &visit("Gone", 8)).await;
    assert_eq!(gone.status, 409, "{gone:?}");
    assert_eq!(scene.cancel("a-1").await.status, 409);
    assert_eq!(scene.marked(ADA, "a-1").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_a_pause_is_written_after_it() {
    let scene = office(0).await;
    scene.put("a-1", &visit("Patient", 8)).await.ok();
    scene.act(DEMO, "pause").await;
    scene.carry().await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Pending, Some("paused".into())));
    let view = scene.write_view("a-1").await.expect("it is listed");
    assert_eq!((&view["state"], &view["failure"]["code"]), (&json!("pending"), &json!("paused")));
    assert_eq!(scene.marked(ADA, "a-1").len(), 0);
    scene.later(TimeDelta::hours(3));
    scene.carry().await;
    scene.act(DEMO, "resume").await;
    // At once: nobody waits for the next look at it.
    scene.carry().await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Written, None));
    assert_eq!(scene.only("a-1")["summary"], "Patient");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_in_error_is_kept_and_written_when_it_works_again() {
    let scene = office(0).await;
    scene.found_out(DEMO, Err(ErrorReason::RepeatedFailures)).await;
    assert_eq!(scene.view().await["status"], "Error");
    assert_eq!(scene.put("a-1", &visit("Kept", 8)).await.status, 202);
    scene.carry().await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Pending, Some("error".into())));
    assert_eq!(scene.marked(ADA, "a-1").len(), 0);
    scene.found_out(DEMO, Ok(())).await;
    assert_eq!(scene.view().await["status"], "Active");
    scene.carry().await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Written, None));
    assert_eq!(scene.only("a-1")["summary"], "Kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_a_disconnect_is_given_up_and_told() {
    let scene = office(0).await;
    scene.put("a-1", &visit("Late", 8)).await.ok();
    scene.act(DEMO, "disconnect").await;
    scene.carry().await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Failed, Some("not_connected".into())));
    assert_eq!(scene.bus("appointment.failed").await[0]["failure"], "not_connected");
    assert_eq!(scene.marked(ADA, "a-1").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_turns_out_read_only_is_told_and_another_try_works() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.calendar(ADA).set_read_only(true);
    for id in ["a-1", "a-2"] {
        scene.write(id, &visit("Second", 9)).await;
        assert_eq!(scene.standing(id).await, (WriteState::Failed, Some("calendar_read_only".into())), "{id}");
    }
    assert_eq!(scene.bus("appointment.failed").await.len(), 2);
    assert_eq!(scene.only("a-1")["summary"], "First");
    scene.calendar(ADA).set_read_only(false);
    for id in ["a-1", "a-2"] {
        scene.write(id, &visit("Third", 10)).await;
        assert_eq!(scene.standing(id).await, (WriteState::Written, None), "{id}");
        assert_eq!(scene.only(id)["summary"], "Third");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_calendar_takes_what_a_read_only_one_refused() {
    let scene = office(0).await;
    scene.calendar(ADA).set_read_only(true);
    scene.write("a-1", &visit("First", 8)).await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Failed, Some("calendar_read_only".into())));
    let path = "/integrations/google-calendar/settings";
    scene.admin(DEMO).patch(path, &json!({ "writeResource": TEAM_CALENDAR })).await.ok();
    scene.write("a-1", &visit("First", 8)).await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Written, None));
    assert_eq!((scene.marked(ADA, "a-1").len(), scene.marked(TEAM_CALENDAR, "a-1").len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_is_kept_as_long_as_a_write_to_it_may_have_arrived() {
    let scene = office(0).await;
    scene.put("a-1", &visit("First", 8)).await.ok();
    scene.carry_and_die_after_the_provider().await;
    scene.later(BEYOND_THE_LEASE);
    scene.calendar(ADA).set_read_only(true);
    let path = "/integrations/google-calendar/settings";
    scene.admin(DEMO).patch(path, &json!({ "writeResource": TEAM_CALENDAR })).await.ok();
    scene.write("a-1", &visit("Second", 8)).await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Failed, Some("calendar_read_only".into())));
    scene.calendar(ADA).set_read_only(false);
    scene.write("a-1", &visit("Third", 8)).await;
    assert_eq!(scene.only("a-1")["summary"], "Third");
    assert_eq!(scene.marked(TEAM_CALENDAR, "a-1").len(), 0, "one appointment is one event");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_waits_as_long_as_the_provider_asked_a_sync_to_wait() {
    let scene = office(0).await;
    let busy = Fault::always(FaultKind::TooManyRequests).retry_after(900);
    scene.sandbox().fault(busy.on(PathKind::Events).times(1));
    scene.next_run_alone().await;
    let until = scene.integration().await.retry_at.expect("asked to wait");
    scene.sandbox().reset_counters();
    scene.write("a-1", &visit("Patient", 8)).await;
    assert_eq!(scene.requests(PathKind::Write), 0, "nothing is asked of it meanwhile");
    let item = scene.item("a-1").await;
    assert_eq!((item.state, item.due_at), (WriteState::Pending, Some(until)));
    scene.later(TimeDelta::seconds(1000));
    scene.rest().await;
    assert_eq!(scene.only("a-1")["summary"], "Patient");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_tried_again_less_and_less_often_and_given_up_after_a_week() {
    let scene = office(0).await;
    scene.sandbox().fault(Fault::always(FaultKind::ServerError).on(PathKind::Write));
    scene.write("a-1", &visit("Stubborn", 8)).await;
    let first = scene.item("a-1").await;
    assert_eq!((first.state, first.attempts), (WriteState::Pending, 1));
    assert!(first.due_at.is_some_and(|at| at > scene.now()));
    let mut tries = 1;
    while scene.standing("a-1").await.0 == WriteState::Pending {
        let item = scene.item("a-1").await;
        scene.later(item.due_at.expect("due") - scene.now());
        let message = scene.message_of("a-1").await;
        scene.invoke("sync-worker", message, WHOLE).await;
        tries += 1;
        assert!(tries < 400, "not every few minutes for a week");
    }
    assert!(tries > 8, "{tries}");
    assert_eq!(scene.standing("a-1").await, (WriteState::Failed, Some("gave_up".into())));
    assert!(scene.now() - first.changed_at >= TimeDelta::days(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_asks_for_patience_gets_it() {
    let scene = office(0).await;
    let busy = Fault::always(FaultKind::TooManyRequests).retry_after(900);
    scene.sandbox().fault(busy.on(PathKind::Write).times(1));
    scene.write("a-1", &visit("Patient", 8)).await;
    let item = scene.item("a-1").await;
    assert!(item.due_at.is_some_and(|at| at >= scene.now() + TimeDelta::seconds(900)), "{item:?}");
    scene.later(TimeDelta::seconds(1000));
    scene.rest().await;
    assert_eq!(scene.only("a-1")["summary"], "Patient");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_renewed_and_the_write_goes_on() {
    let scene = office(0).await;
    scene.sandbox().google().expire_access_tokens();
    scene.write("a-1", &visit("Renewed", 8)).await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Written, None));
    assert_eq!(scene.only("a-1")["summary"], "Renewed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_lost_costs_half_a_minute() {
    let scene = office(0).await;
    scene.faults.always(|call: &Call| call.is("SendMessage"), Met::Refuse(500, "InternalFailure"));
    assert_eq!(scene.put("a-1", &visit("Due", 8)).await.status, 202);
    scene.faults.clear();
    scene.later(TimeDelta::seconds(31));
    assert_eq!(scene.plan_syncs().await["sent"], 1);
    assert_eq!(scene.carry().await, ["written"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_with_the_same_key_is_one_change() {
    let scene = office(0).await;
    let path = "/integrations/google-calendar/events/a-1";
    let headers = [("idempotency-key", "once")];
    let admin = scene.admin(DEMO);
    let first = admin.json("PUT", path, &visit("Once", 8), &headers).await;
    scene.carry().await;
    let again = admin.json("PUT", path, &visit("Once", 8), &headers).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(scene.item("a-1").await.revision, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_changes_nothing_is_remembered_with_its_key_too() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.cancel("a-1").await.ok();
    scene.carry().await;
    let path = "/integrations/google-calendar/events/a-1";
    let headers = [("idempotency-key", "cancelled-twice")];
    let first = scene.admin(DEMO).raw("DELETE", path, "", &headers).await;
    assert_eq!(first.status, 202, "{first:?}");
    scene.write("a-1", &visit("Back", 9)).await;
    let again = scene.admin(DEMO).raw("DELETE", path, "", &headers).await;
    scene.carry().await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(scene.only("a-1")["summary"], "Back", "the repetition is no new wish");
}
