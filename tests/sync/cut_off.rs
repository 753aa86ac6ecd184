//! Workers that die. Between two calls a worker changes nothing, so dying before each call, and once not at all, is
//! dying everywhere.

use super::scene::{BEYOND_THE_LEASE, Scene};
use crate::world::{DEMO, Fault};
use domain::run::RunOutcome;
use sandbox::google::{ADA, TEAM_CALENDAR};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_ends_whole_wherever_its_worker_dies() {
    let scene = Scene::with(40).await;
    scene.page_size(7);
    let mut call = 0;
    loop {
        let account = format!("cut-{call}");
        scene.connect(&account).await.ok();
        let died = scene.die_at(&account, call).await;
        scene.finish(&account).await;
        let records = scene.assert_whole(&account, 1).await;
        assert!(records.iter().all(|record| record.version == 1), "each record is stored once");
        if !died {
            break;
        }
        call += 1;
    }
    assert!(call > 20, "only {call} calls");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incremental_sync_ends_whole_wherever_its_worker_dies() {
    let scene = Scene::synced(80).await;
    scene.page_size(4);
    let (mut call, mut runs) = (0, 1);
    loop {
        let changed = scene.calendar(ADA).change_some(8);
        let before = scene.records(DEMO, ADA).await;
        scene.until_due(DEMO).await;
        let died = scene.die_at(DEMO, call).await;
        scene.clock.advance(BEYOND_THE_LEASE);
        scene.finish_or_begin().await;
        runs += 1;
        let after = scene.assert_demo(runs).await;
        let version = |id: &str| before.iter().find(|one| one.id.as_str() == id).map_or(0, |one| one.version);
        for record in after.iter().filter(|record| changed.iter().any(|id| id == record.id.as_str())) {
            assert_eq!(record.version, version(record.id.as_str()) + 1, "a change is stored once");
        }
        if !died {
            break;
        }
        call += 1;
    }
    assert!(call > 10, "only {call} calls");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_with_sweep_ends_whole_wherever_its_worker_dies() {
    let scene = Scene::synced(60).await;
    scene.page_size(14);
    let (mut call, mut runs) = (0, 1);
    loop {
        let calendar = scene.calendar(ADA);
        let stored = scene.assert_demo(runs).await;
        let gone = stored.iter().find(|one| !one.id.as_str().contains('_')).expect("a record").id.clone();
        calendar.delete(gone.as_str()).expect("deleted");
        scene.sandbox().google().expire_sync_tokens();
        scene.until_due(DEMO).await;
        let died = scene.die_at(DEMO, call).await;
        scene.clock.advance(BEYOND_THE_LEASE);
        scene.finish_or_begin().await;
        runs += 1;
        let tombstone =
            scene.records(DEMO, ADA).await.into_iter().find(|record| record.id == gone).expect("a tombstone");
        assert!(tombstone.deleted, "swept, whoever finished the run");
        if !died {
            break;
        }
        call += 1;
    }
    assert!(call > 15, "only {call} calls");
    scene.assert_demo(runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_choice_of_calendars_is_carried_out_wherever_its_worker_dies() {
    let scene = Scene::synced(24).await;
    let choices = [TEAM_CALENDAR, ADA];
    let mut call = 0;
    loop {
        let (chosen, former) = (choices[call % 2], choices[(call + 1) % 2]);
        scene.choose(&[chosen]).await;
        let died = scene.die_at(DEMO, call).await;
        scene.finish(DEMO).await;
        scene.assert_equal(DEMO, chosen).await;
        assert!(scene.records(DEMO, former).await.iter().all(|record| record.deleted), "swept");
        assert!(scene.resource(DEMO, former).await.is_none(), "and forgotten");
        if !died {
            break;
        }
        call += 1;
    }
    assert!(call > 15, "only {call} calls");
    assert!(scene.runs(DEMO).await.iter().all(|run| run.outcome == RunOutcome::Succeeded));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_the_table_that_are_lost_change_nothing() {
    let scene = Scene::with(80).await;
    scene.page_size(30);
    scene.connect(DEMO).await.ok();
    for after in 0..6 {
        scene.faults.nth(2 * after, |call| call.is("TransactWriteItems") && call.of_worker(), Fault::Lose);
    }
    assert_eq!(scene.run().await, "succeeded");
    let records = scene.assert_demo(1).await;
    assert!(records.iter().all(|record| record.version == 1));
    assert_eq!(scene.runs(DEMO).await[0].counts.created as usize, records.len());
}
