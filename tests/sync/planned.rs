//! What the schedule sends, and when.

use super::scene::Scene;
use crate::world::DEMO;
use chrono::TimeDelta;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_worker_died_is_sent_again_when_its_lease_is_over_and_not_before() {
    let scene = Scene::with(60).await;
    scene.page_size(10);
    scene.connect(DEMO).await.ok();
    assert!(scene.die_at(DEMO, 14).await);
    let dead = scene.integration().await;
    let run = dead.run.clone().expect("an open run");
    let lease = dead.lease_until.expect("a lease");
    assert_eq!(dead.due_at, Some(lease), "a run that has a worker is due when the worker must be dead");

    scene.clock.advance(lease - scene.now() - TimeDelta::seconds(1));
    assert_eq!(scene.plan_syncs().await["sent"], 0);
    assert_eq!(scene.run().await, "busy");
    scene.clock.advance(TimeDelta::seconds(2));
    assert_eq!(scene.plan_syncs().await["sent"], 1);
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_demo(1).await;
    assert_eq!(scene.runs(DEMO).await[0].id, run.id, "the same run");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_that_nobody_takes_is_sent_once_in_five_minutes() {
    let scene = Scene::with(20).await;
    for account in ["one", "two", "three"] {
        scene.connect(account).await.ok();
        assert_eq!(scene.run_of(account).await, "succeeded");
    }
    scene.clock.advance(TimeDelta::minutes(30));
    let mut sent = Vec::new();
    for _ in 0..11 {
        sent.push(scene.plan_syncs().await["sent"].as_u64().expect("a number"));
        scene.clock.advance(TimeDelta::minutes(1));
    }
    assert_eq!(sent, [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_planners_at_once_send_each_entry_once() {
    let scene = Scene::with(20).await;
    for account in ["one", "two", "three", "four"] {
        scene.connect(account).await.ok();
        assert_eq!(scene.run_of(account).await, "succeeded");
    }
    scene.clock.advance(TimeDelta::minutes(30));
    let (first, second) = tokio::join!(scene.plan_syncs(), scene.plan_syncs());
    let sent = |plan: &serde_json::Value| plan["sent"].as_u64().expect("a number");
    assert_eq!(sent(&first) + sent(&second), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connect_whose_message_is_lost_costs_half_a_minute() {
    let scene = Scene::with(20).await;
    scene.connect(DEMO).await.ok();
    assert_eq!(scene.plan_syncs().await["sent"], 0, "sent already");
    scene.clock.advance(TimeDelta::seconds(30));
    assert_eq!(scene.plan_syncs().await["sent"], 1);
    assert_eq!(scene.run().await, "succeeded");
}
