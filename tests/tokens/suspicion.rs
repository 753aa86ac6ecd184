//! `invalid_grant` is a suspicion until it stands after a quiet minute; everything else never is.

use crate::sync::scene::Scene;
use crate::world::{DEMO, Fault as Crash};
use chrono::TimeDelta;
use domain::failure::FailureClass;
use domain::lifecycle::{ErrorReason, Status};
use domain::run::{RunKind, Trigger};
use sandbox::google::ADA;
use sandbox::{Fault, FaultKind, PathKind};
use serde_json::json;

const QUIET: TimeDelta = TimeDelta::seconds(60);

/// A scene whose grant was revoked and whose next run has found that out.
async fn suspected() -> Scene {
    let scene = Scene::synced(60).await;
    scene.sandbox().google().revoke(ADA).expect("revoked");
    assert_eq!(scene.next_run().await, "failed");
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_grant_is_left_alone_for_a_minute() {
    let scene = suspected().await;
    let after = scene.integration().await;
    assert_eq!((after.status, after.failures), (Status::Active, 0), "a suspicion is no verdict and no failure");
    assert_eq!(after.due_at, Some(scene.now() + QUIET));
    assert_eq!(scene.requests(PathKind::Token), 1);

    scene.sandbox().reset_counters();
    scene.clock.advance(QUIET - TimeDelta::seconds(1));
    assert_eq!(scene.run().await, "held_back");
    scene.admin(DEMO).post("/integrations/google-calendar/sync", &json!({})).await.ok();
    assert_eq!(scene.run().await, "held_back", "not even for a person");
    let options = scene.admin(DEMO).get("/integrations/google-calendar/options/calendars").await;
    assert!(options.status >= 400);
    assert_eq!(scene.sandbox().counters().total(), 0, "no call at all, also not with the access token at hand");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_refusal_after_the_quiet_minute_is_the_verdict() {
    let scene = suspected().await;
    assert_eq!(scene.next_run().await, "error");
    let view = scene.view().await;
    assert_eq!(view["status"], "Error");
    assert_eq!(view["error"]["reason"], "credentials_expired");
    assert_eq!(view["error"]["message"], "Integration credentials have expired. Please reconnect.");
    let after = scene.integration().await;
    assert_eq!((after.reason, after.due_at, after.run), (Some(ErrorReason::CredentialsExpired), None, None));
    assert_eq!(scene.requests(PathKind::Token), 2);
    assert_eq!(scene.run().await, "not_scheduled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_heals_and_goes_on_from_the_cursor_with_the_same_settings() {
    let scene = Scene::synced(60).await;
    scene.choose(&[ADA]).await;
    scene.admin(DEMO).patch("/integrations/google-calendar/settings", &json!({ "intervalMinutes": 60 })).await.ok();
    let before = scene.integration().await;
    let cursor = scene.resource(DEMO, ADA).await;
    scene.sandbox().google().revoke(ADA).expect("revoked");
    assert_eq!(scene.next_run().await, "failed");
    assert_eq!(scene.next_run().await, "error");
    assert_eq!(scene.resource(DEMO, ADA).await, cursor);

    scene.calendar(ADA).change_some(3);
    scene.clock.advance(QUIET);
    scene.connect(DEMO).await.ok();
    scene.sandbox().reset_counters();
    assert_eq!(scene.run().await, "succeeded");
    let after = scene.integration().await;
    assert_eq!((after.status, after.reason, &after.settings), (Status::Active, None, &before.settings));
    assert_eq!((after.id, after.dataset), (before.id, before.dataset));
    assert_eq!(scene.requests(PathKind::Events), 2, "the test of the connection, and one page");
    let runs = scene.runs(DEMO).await;
    let latest = runs.iter().max_by_key(|run| run.started_at).expect("a run");
    assert_eq!((latest.kind, latest.trigger), (RunKind::Incremental, Trigger::Connect));
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_taken_after_all_is_no_longer_suspected() {
    let scene = Scene::synced(60).await;
    scene.sandbox().google().expire_access_tokens();
    scene.faults.next(|call| call.is("token"), Crash::Refuse(400, "invalid_grant"));
    assert_eq!(scene.next_run().await, "failed");
    assert!(scene.credential().await.suspected_at.is_some());
    assert_eq!(scene.next_run().await, "succeeded");
    let credential = scene.credential().await;
    assert_eq!((credential.suspected_at, credential.dead), (None, vec![]));
    assert_eq!(scene.integration().await.status, Status::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_days_of_the_token_endpoint_never_change_the_status() {
    for fault in [FaultKind::ServerError, FaultKind::Unavailable, FaultKind::TooManyRequests, FaultKind::Malformed] {
        let scene = Scene::synced(20).await;
        scene.sandbox().google().expire_access_tokens();
        scene.sandbox().fault(Fault::always(fault).on(PathKind::Token));
        for _ in 0..2 {
            let outcome = scene.next_run().await;
            assert!(outcome == "failed" || outcome == "rate_limited", "{fault:?}: {outcome}");
            let after = scene.integration().await;
            assert_eq!(after.status, Status::Active, "{fault:?}");
            assert_ne!(after.last_failure.expect("a failure").class, FailureClass::DeadCredentials, "{fault:?}");
        }
        assert_eq!(scene.credential().await.suspected_at, None);
        scene.sandbox().reset_switches();
        assert_eq!(scene.next_run().await, "succeeded", "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_token_endpoint_that_is_lost_is_asked_for_again() {
    let scene = Scene::synced(20).await;
    scene.sandbox().google().expire_access_tokens();
    scene.faults.next(|call| call.is("token"), Crash::Lose);
    assert_eq!(scene.next_run().await, "failed");
    let after = scene.integration().await;
    assert_eq!((after.status, after.failures), (Status::Active, 1));
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!(scene.integration().await.failures, 0);
}
