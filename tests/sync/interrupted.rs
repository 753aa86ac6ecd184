//! What ends a run before its end, and what is asked for while it runs.

use super::scene::{Scene, WHOLE};
use crate::world::DEMO;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::lifecycle::Status;
use domain::run::{RunOutcome, Trigger};
use sandbox::google::{ADA, TEAM_CALENDAR};
use serde_json::json;
use std::future::Future;

const AGENDA: &str =
    "/integrations/google-calendar/records?from=2026-02-01T00:00:00Z&to=2026-04-30T00:00:00Z&limit=1000";

impl Scene {
    /// Does something while a worker waits for a page; the worker's outcome.
    async fn during_a_run<T>(&self, act: impl Future<Output = T>) -> (String, T) {
        let gate = self.faults.hold(|call| call.is("events"));
        let meanwhile = async {
            gate.reached().await;
            let done = act.await;
            let before = self.snapshot().await;
            gate.open();
            (before, done)
        };
        let (answer, (before, done)) = tokio::join!(self.work(DEMO, WHOLE), meanwhile);
        assert_eq!(answer["batchItemFailures"], json!([]), "the worker acknowledges");
        let outcome = self.lines.outcomes("sync-worker").pop().expect("a line");
        if outcome == "lost" {
            assert_eq!(self.snapshot().await, before, "a worker that lost its run writes nothing more");
        }
        (outcome, done)
    }

    async fn assert_interrupted(&self, status: Status) {
        let integration = self.integration().await;
        assert_eq!((integration.status, integration.run, integration.lease_until), (status, None, None));
        assert_eq!(integration.due_at, None, "nothing is due");
        let runs = self.runs(DEMO).await;
        assert_eq!(runs[0].outcome, RunOutcome::Interrupted);
        assert!(runs.iter().all(|run| run.outcome != RunOutcome::Running && run.ended_at.is_some()));
        assert_eq!(self.run().await, "not_scheduled", "a later message starts nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_during_a_run_ends_it_and_a_resume_begins_the_next() {
    let scene = Scene::with(60).await;
    scene.page_size(10);
    scene.connect(DEMO).await.ok();
    let (outcome, ()) = scene.during_a_run(async { drop(scene.act(DEMO, "pause").await) }).await;
    assert_eq!(outcome, "lost");
    scene.assert_interrupted(Status::Paused).await;
    scene.act(DEMO, "resume").await;
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_equal(DEMO, ADA).await;
    assert_eq!(scene.integration().await.status, Status::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnect_during_a_run_ends_it_and_a_reconnect_goes_on_from_its_pages() {
    let scene = Scene::with(60).await;
    scene.page_size(10);
    scene.connect(DEMO).await.ok();
    let (outcome, ()) = scene.during_a_run(async { drop(scene.act(DEMO, "disconnect").await) }).await;
    assert_eq!(outcome, "lost");
    scene.assert_interrupted(Status::Disconnected).await;
    assert!(scene.integration().await.grant.is_none());
    scene.clock.advance(chrono::TimeDelta::seconds(61));
    scene.connect(DEMO).await.ok();
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_calendar_chosen_during_a_run_hides_the_former_at_once_and_the_next_run_sweeps_it() {
    let scene = Scene::synced(200).await;
    scene.until_due(DEMO).await;
    let (outcome, ()) = scene.during_a_run(async { drop(scene.choose(&[TEAM_CALENDAR]).await) }).await;
    assert_eq!(outcome, "lost");
    let runs = scene.runs(DEMO).await;
    let outcome = |trigger| runs.iter().find(|run| run.trigger == trigger).map(|run| run.outcome);
    assert_eq!(outcome(Trigger::Schedule), Some(RunOutcome::Interrupted));
    assert_eq!(outcome(Trigger::Settings), Some(RunOutcome::Running), "asked for");

    let shown = scene.admin(DEMO).get(AGENDA).await.ok();
    assert_eq!(shown["occurrences"], json!([]), "hidden at once");
    let changes = "/integrations/google-calendar/records?updatedSince=2026-03-01T00:00:00Z&limit=500";
    assert_eq!(scene.admin(DEMO).get(changes).await.ok()["records"], json!([]));
    assert!(scene.records(DEMO, ADA).await.iter().any(|record| !record.deleted), "and not swept yet");

    assert_eq!(scene.run().await, "succeeded");
    assert!(scene.records(DEMO, ADA).await.iter().all(|record| record.deleted));
    assert!(scene.resource(DEMO, ADA).await.is_none());
    scene.assert_equal(DEMO, TEAM_CALENDAR).await;
    assert!(scene.runs(DEMO).await.iter().all(|run| run.outcome != RunOutcome::Running));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_chosen_again_while_it_is_being_swept_comes_back_whole() {
    let scene = Scene::synced(500).await;
    scene.choose(&[TEAM_CALENDAR]).await;
    scene.work(DEMO, chrono::TimeDelta::seconds(10)).await;
    let swept = scene.records(DEMO, ADA).await;
    assert!(swept.iter().any(|record| record.deleted) && swept.iter().any(|record| !record.deleted), "half swept");
    scene.choose(&[ADA]).await;
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_now_during_a_run_is_refused_with_the_exact_sentence() {
    let scene = Scene::with(60).await;
    scene.connect(DEMO).await.ok();
    let sync = async { scene.admin(DEMO).post("/integrations/google-calendar/sync", &json!({})).await };
    let (outcome, refused) = scene.during_a_run(sync).await;
    assert_eq!(refused.problem(409, "sync_in_progress")["detail"], "A sync operation is already in progress");
    assert_eq!(outcome, "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_asked_for_during_a_run_begins_by_itself_when_the_run_has_ended() {
    let scene = Scene::with(60).await;
    scene.connect(DEMO).await.ok();
    let ask = async {
        let requested = scene.integration().await.requested + 1;
        let items = scene.items_of("ACCOUNT#demo").await;
        let item = items.iter().find(|item| item["requested"].is_object()).expect("the integration");
        scene.set(item, "requested", AttributeValue::N(requested.to_string())).await;
    };
    let (outcome, ()) = scene.during_a_run(ask).await;
    assert_eq!(outcome, "succeeded");
    assert_eq!(scene.integration().await.due_at, Some(scene.now()), "due at once");
    scene.calendar(ADA).change_some(3);
    assert_eq!(scene.plan_syncs().await["sent"], 1);
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_demo(2).await;
    assert_eq!(scene.run().await, "not_due", "and only once");
}
