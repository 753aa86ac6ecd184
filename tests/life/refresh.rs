//! Refreshes ahead of expiry: without any sync, whatever the status, and with a verdict of their own.

use crate::sync::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::tokens::attribute;
use crate::world::{Call, DEMO, Fault, GOOGLE, Person, Plan, http_event, rotating, sqs_event};
use chrono::{DateTime, TimeDelta, Utc};
use domain::lifecycle::Status;
use sandbox::google::ADA;
use sandbox::{Fault as Bad, FaultKind, PathKind, Rotation, SwitchChange};
use serde_json::json;
use shared::api::routes;
use std::sync::Arc;

impl Scene {
    /// When the credentials are refreshed next by themselves.
    async fn refresh_due(&self) -> DateTime<Utc> {
        self.credential().await.due_at.expect("a refresh ahead")
    }

    /// The next refresh ahead, and nothing else; its outcome.
    async fn next_refresh(&self) -> String {
        let due = self.refresh_due().await;
        drop(self.delivered().await);
        self.clock.advance((due - self.now()).max(TimeDelta::zero()));
        assert_eq!(self.fire("schedule-refresh").await["sent"], 1);
        self.work_off().await;
        self.lines.outcomes("refresh-worker").pop().expect("a line")
    }

    /// A message for the refresh worker, as an impatient queue would repeat it.
    async fn refresh_now(&self) -> String {
        let message = self.message(DEMO).await;
        self.invoke("refresh-worker", sqs_event(&[message]), WHOLE).await;
        self.lines.outcomes("refresh-worker").pop().expect("a line")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_refreshed_before_it_expires_and_without_any_sync() {
    let scene = Scene::synced(20).await;
    let before = scene.credential().await;
    let (access, due) = (before.access.clone().expect("access"), before.due_at.expect("a refresh ahead"));
    let left = access.expires_at.expect("an end") - due;
    assert!(left > TimeDelta::minutes(11) && left < TimeDelta::minutes(31), "between half and 80 %: {left}");
    assert_eq!(scene.fire("schedule-refresh").await["sent"], 0);
    assert_eq!(scene.refresh_now().await, "not_due");
    assert_eq!(scene.next_refresh().await, "refreshed");
    let after = scene.credential().await;
    assert_ne!(after.access.expect("access").sealed, access.sealed);
    assert!(after.due_at > Some(scene.now()));
    assert_eq!(after.pointer, before.pointer, "Google keeps the refresh token");
    assert_eq!((scene.requests(PathKind::Token), scene.requests(PathKind::Events)), (1, 0));
    assert_eq!(scene.runs(DEMO).await.len(), 1);
    assert_eq!(scene.refresh_now().await, "not_due", "a message that comes twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_integration_is_kept_alive_for_60_days_and_nothing_is_synced() {
    let scene = Scene::synced(20).await;
    scene.act(DEMO, "pause").await;
    scene.sandbox().reset_counters();
    scene.live_by(TimeDelta::days(60), TimeDelta::days(2), async || false).await;
    let refreshed = scene.requests(PathKind::Token);
    assert!((28..=31).contains(&refreshed), "each time that somebody looked: {refreshed}");
    let ended = scene.requests(PathKind::Stop);
    assert_eq!(scene.sandbox().counters().total(), refreshed + ended, "nothing else was asked for");
    assert_eq!(ended, 1);
    assert_eq!(scene.status().await, "Paused");
    scene.act(DEMO, "resume").await;
    scene.background().await;
    assert_eq!(scene.status().await, "Active");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_grant_is_found_out_by_refreshes_alone_after_the_quiet_minute_with_one_notice() {
    let scene = Scene::synced(20).await;
    scene.sandbox().google().revoke(ADA).expect("revoked");
    assert_eq!(scene.next_refresh().await, "suspected");
    assert_eq!(scene.status().await, "Active", "a suspicion is no verdict");
    assert_eq!(scene.refresh_due().await, scene.now() + TimeDelta::seconds(60));
    scene.clock.advance(TimeDelta::seconds(49));
    assert_eq!(scene.refresh_now().await, "not_due");
    scene.clock.advance(TimeDelta::seconds(10));
    assert_eq!(scene.refresh_now().await, "held_back");
    assert_eq!(scene.requests(PathKind::Token), 1, "no call in the quiet minute");
    assert_eq!(scene.next_refresh().await, "credentials_expired");
    assert_eq!(scene.status().await, "Error credentials_expired");
    assert_eq!(
        scene.story(DEMO).await.last().expect("a line"),
        "provider status_changed Active Error credentials_expired fail"
    );

    scene.live(TimeDelta::days(2)).await;
    assert_eq!(scene.requests(PathKind::Token), 2, "a dead grant is left alone");
    assert_eq!(scene.heard("integration.error").await.len(), 1);
    scene.connect(DEMO).await.ok();
    scene.background().await;
    assert_eq!(scene.status().await, "Active");
    assert_eq!(scene.next_refresh().await, "refreshed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_integration_whose_grant_was_revoked_stays_paused_and_says_so_when_it_is_resumed() {
    let scene = Scene::synced(20).await;
    scene.act(DEMO, "pause").await;
    scene.sandbox().google().revoke(ADA).expect("revoked");
    scene.live(TimeDelta::hours(2)).await;
    assert_eq!(scene.status().await, "Paused");
    assert_eq!(scene.heard("integration.error").await.len(), 0);
    scene.act(DEMO, "resume").await;
    scene.live(TimeDelta::minutes(5)).await;
    assert_eq!(scene.status().await, "Error credentials_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_days_of_the_token_endpoint_are_waited_out_later_and_later_and_change_no_status() {
    let scene = Scene::synced(20).await;
    scene.act(DEMO, "pause").await;
    let mut waits = vec![];
    scene.outage_of(PathKind::Token);
    for step in [1, 2, 5, 10, 30, 60, 180, 360, 360] {
        assert_eq!(scene.next_refresh().await, "failed");
        let wait = scene.refresh_due().await - scene.now();
        let step = TimeDelta::minutes(step);
        assert!(wait >= step / 4 && wait <= step, "{wait} of {step}");
        waits.push(wait);
        assert_eq!(scene.status().await, "Paused");
    }
    let credential = scene.credential().await;
    assert_eq!((credential.suspected_at, credential.dead.len(), credential.attempts), (None, 0, 9));
    scene.works_again();
    assert_eq!(scene.next_refresh().await, "refreshed");
    assert_eq!(scene.credential().await.attempts, 0);
    assert_eq!(scene.heard("integration.error").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_that_the_token_endpoint_asks_to_wait_is_obeyed() {
    let scene = Scene::synced(20).await;
    scene.act(DEMO, "pause").await;
    let limited = Bad::always(FaultKind::TooManyRequests).on(PathKind::Token).retry_after(900);
    scene.sandbox().fault(limited.times(1));
    assert_eq!(scene.next_refresh().await, "failed");
    let asked = scene.now() + TimeDelta::seconds(900);
    assert_eq!(scene.credential().await.retry_at, Some(asked));
    assert!(scene.refresh_due().await >= asked);
    let listed = scene.admin(DEMO).get("/integrations/google-calendar/options/calendars").await;
    assert_eq!(listed.status, 200, "the access token at hand still works: {listed:?}");
    scene.clock.advance(TimeDelta::seconds(899));
    assert!(["held_back", "not_due"].contains(&scene.refresh_now().await.as_str()));
    assert_eq!(scene.requests(PathKind::Token), 1);
    assert_eq!(scene.next_refresh().await, "refreshed");
}

/// A world of a provider whose refresh tokens are good for one use.
async fn rotated() -> Scene {
    let scene =
        Scene::of(Plan { events: 20, adapt: Some(rotating(sandbox::Rotation::Strict)), ..Plan::default() }).await;
    let strict = SwitchChange { rotation: Some(Rotation::Strict), ..SwitchChange::default() };
    scene.sandbox().switch(strict).expect("a switch");
    scene.connect(DEMO).await.ok();
    scene.run().await;
    scene
}

impl Scene {
    /// The next refresh, whose worker dies at a call.
    async fn dies_refreshing(&self, at: impl Fn(&Call) -> bool + Send + Sync + 'static, how: Fault) {
        let due = self.refresh_due().await;
        self.clock.advance(due - self.now());
        let message = self.message(DEMO).await;
        self.faults.next(at, how);
        let work = self.invoke("refresh-worker", sqs_event(&[message]), WHOLE);
        assert!(self.faults.until_death(work).await.is_none(), "the worker lives");
        self.clock.advance(BEYOND_THE_LEASE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_died_with_whoever_received_it_is_counted() {
    let scene = rotated().await;
    scene.dies_refreshing(|call| call.is("PutSecretValue"), Fault::DieBefore).await;
    assert_eq!(scene.next_refresh().await, "suspected");
    assert_eq!(scene.counted("rotation_window_loss"), 0.0, "not before the verdict");
    assert_eq!(scene.next_refresh().await, "credentials_expired");
    assert_eq!(scene.counted("rotation_window_loss"), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_death_and_no_other_verdict_is_counted_as_that_loss() {
    let scene = rotated().await;
    // Stored and not committed: rolled forward. Not yet asked: asked again.
    scene.dies_refreshing(|call| call.is("PutSecretValue"), Fault::DieAfter).await;
    assert_eq!(scene.next_refresh().await, "refreshed");
    scene.dies_refreshing(|call| call.is("token"), Fault::DieBefore).await;
    assert_eq!(scene.next_refresh().await, "refreshed");
    assert_eq!(scene.counted("roll_forward"), 1.0);
    scene.sandbox().google().revoke(ADA).expect("revoked");
    assert_eq!(scene.next_refresh().await, "suspected");
    assert_eq!(scene.next_refresh().await, "credentials_expired");
    assert_eq!(scene.counted("rotation_window_loss"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_keeps_its_refresh_tokens_loses_none() {
    let scene = Scene::synced(20).await;
    scene.dies_refreshing(|call| call.is("token"), Fault::DieAfter).await;
    assert_eq!(scene.next_refresh().await, "refreshed");
    scene.sandbox().google().revoke(ADA).expect("revoked");
    assert_eq!(scene.next_refresh().await, "suspected");
    assert_eq!(scene.next_refresh().await, "credentials_expired");
    assert_eq!(scene.counted("rotation_window_loss"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_would_be_cut_off_begins_no_refresh_of_a_provider_that_rotates() {
    let scene = Scene::of(Plan { events: 20, adapt: Some(rotating(Rotation::Strict)), ..Plan::default() }).await;
    scene.connect(DEMO).await.ok();
    scene.run().await;
    let expires = scene.credential().await.access.expect("access").expires_at.expect("an end");
    scene.clock.advance(expires - scene.now());
    scene.sandbox().reset_counters();
    let ada = Person::admin(DEMO, "ada");
    let event = || http_event(&routes::TEST, &[("provider", GOOGLE)], Some(&ada), Some(&json!({})));
    let late = scene.invoke("test", event(), TimeDelta::seconds(23)).await;
    assert!(late["body"].as_str().expect("a body").contains("unavailable"), "{late}");
    assert_eq!(scene.requests(PathKind::Token), 0);
    let whole = scene.invoke("test", event(), TimeDelta::seconds(29)).await;
    assert!(whole["body"].as_str().expect("a body").contains(r#""ok":true"#), "{whole}");
    assert_eq!(scene.requests(PathKind::Token), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_lease_took_too_long_does_not_ask() {
    for slow in ["TransactWriteItems", "GetSecretValue"] {
        let scene = rotated().await;
        let due = scene.refresh_due().await;
        scene.clock.advance(due - scene.now());
        let message = scene.message(DEMO).await;
        scene.sandbox().reset_counters();
        let clock = scene.clock.clone();
        let late = Fault::Meanwhile(Arc::new(move || clock.advance(TimeDelta::seconds(7))));
        scene.faults.next(move |call| call.caller == "REFRESHWORKER" && call.is(slow), late);
        scene.invoke("refresh-worker", sqs_event(&[message]), WHOLE).await;
        assert_eq!((scene.faults.unmet(), scene.requests(PathKind::Token)), (0, 0), "{slow}");
        assert_eq!(scene.next_refresh().await, "refreshed", "{slow}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_whose_secret_is_gone_ends_in_a_request_to_reconnect() {
    let scene = Scene::synced(20).await;
    let gone = |call: &Call| call.is("GetSecretValue") && call.body["SecretId"].to_string().contains("/grants/");
    scene.faults.always(gone, Fault::Refuse(400, "ResourceNotFoundException"));
    assert_eq!(scene.next_refresh().await, "suspected");
    assert_eq!(scene.status().await, "Active");
    assert_eq!(scene.next_refresh().await, "credentials_expired");
    assert_eq!(scene.status().await, "Error credentials_expired");
    assert_eq!(scene.heard("integration.error").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_credential_waits_for_the_key_that_it_was_sealed_with() {
    let scene = rotated().await;
    scene.faults.always(|call| call.is("PutSecretValue"), Fault::Refuse(400, "EncryptionFailure"));
    assert_eq!(scene.next_refresh().await, "failed");
    scene.faults.clear();
    let item = scene.credential_item(DEMO).await;
    let mut journal = item["journal"].clone();
    let sealed = journal["M"]["sealed"]["S"].as_str().expect("a text").to_owned();
    let other_key = sealed.replacen(".k1.", ".k2.", 1);
    assert_ne!(sealed, other_key);
    journal["M"]["sealed"]["S"] = json!(other_key);
    scene.set(&item, "journal", attribute(&journal)).await;
    scene.sandbox().reset_counters();
    assert_eq!(scene.next_refresh().await, "failed");
    assert_eq!((scene.requests(PathKind::Token), scene.counted("journal_lost")), (0, 0.0));
    journal["M"]["sealed"]["S"] = json!(sealed);
    scene.set(&scene.credential_item(DEMO).await, "journal", attribute(&journal)).await;
    assert_eq!(scene.next_refresh().await, "refreshed");
    assert_eq!(scene.counted("journal_lost"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_does_not_open_any_more_ends_in_a_request_to_reconnect() {
    let scene = Scene::synced(20).await;
    scene
        .sandbox()
        .switch(SwitchChange { rotation: Some(Rotation::Strict), ..SwitchChange::default() })
        .expect("a switch");
    scene.faults.always(|call| call.is("PutSecretValue"), Fault::Refuse(400, "EncryptionFailure"));
    assert_eq!(scene.next_refresh().await, "failed");
    scene.faults.clear();
    let item = scene.credential_item(DEMO).await;
    let mut journal = item["journal"].clone();
    journal["M"]["sealed"]["S"] = scene.credential_item(DEMO).await["access"]["M"]["sealed"]["S"].clone();
    scene.set(&item, "journal", attribute(&journal)).await;
    let verdict = async || scene.integration().await.status == Status::Error;
    assert!(scene.live_by(TimeDelta::hours(3), TimeDelta::minutes(1), verdict).await);
    assert_eq!(scene.status().await, "Error credentials_expired");
    assert!(scene.counted("journal_lost") >= 1.0);
}
