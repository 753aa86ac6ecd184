//! `updatedSince`: a consumer that keeps a copy.

use super::scene::Scene;
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::google::ADA;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// A copy, by record: its version, and whether it is gone.
#[derive(Default)]
struct Copy {
    records: BTreeMap<String, (u64, bool)>,
    since: String,
}

impl Copy {
    /// Reads what changed, page by page; the ids in the order of the answers.
    async fn catch_up(&mut self, scene: &Scene, limit: usize) -> Vec<String> {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = "/integrations/google-calendar/records";
            let path = format!("{path}?updatedSince={}&limit={limit}{cursor}", self.since);
            let page = scene.viewer(DEMO).get(&path).await.ok();
            for record in page["records"].as_array().expect("records") {
                seen.push(self.take(record));
            }
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => {
                    self.since = page["syncedUntil"].as_str().expect("an instant").to_owned();
                    return seen;
                }
            }
        }
    }

    fn take(&mut self, record: &Value) -> String {
        let id = record["id"].as_str().expect("an id").to_owned();
        let new = (record["version"].as_u64().expect("a version"), record["deleted"].as_bool().expect("a flag"));
        assert_eq!(record["record"].is_null(), new.1, "content exactly while it lives");
        let old = self.records.insert(id.clone(), new);
        assert!(old.is_none_or(|old| old.0 <= new.0), "a version never goes back");
        id
    }

    async fn assert_equal(&self, scene: &Scene) {
        let stored = scene.records(DEMO, ADA).await;
        let stored = stored.into_iter().map(|one| (one.id.as_str().to_owned(), (one.version, one.deleted))).collect();
        assert_eq!(self.records, stored);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_follows_synced_until_has_every_change() {
    let scene = Scene::synced(100).await;
    let mut copy = Copy { since: "2026-03-01T00:00:00Z".into(), ..Copy::default() };
    let first = copy.catch_up(&scene, 6).await;
    assert_eq!(first.iter().collect::<HashSet<_>>().len(), first.len(), "every record once");
    copy.assert_equal(&scene).await;
    scene.clock.advance(TimeDelta::minutes(3));
    copy.catch_up(&scene, 6).await;
    for round in 0..4 {
        let changed: HashSet<String> = scene.calendar(ADA).change_some(7).into_iter().collect();
        assert_eq!(scene.next_run().await, "succeeded");
        let told: HashSet<String> = copy.catch_up(&scene, 3).await.into_iter().collect();
        assert!(told.is_subset(&changed), "round {round}: only what changed");
        copy.assert_equal(&scene).await;
        scene.clock.advance(TimeDelta::minutes(3));
        copy.catch_up(&scene, 50).await;
    }
    assert!(copy.records.values().any(|record| record.1), "deletions were told");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_within_the_overlap_is_told_again_and_not_missed() {
    let scene = Scene::synced(60).await;
    let mut copy = Copy { since: "2026-03-01T00:00:00Z".into(), ..Copy::default() };
    let first = copy.catch_up(&scene, 500).await;
    assert_eq!(copy.since, (scene.now() - TimeDelta::minutes(2)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    let again = copy.catch_up(&scene, 500).await;
    assert_eq!(again, first, "the same two minutes");
    scene.clock.advance(TimeDelta::minutes(5));
    copy.catch_up(&scene, 500).await;
    assert_eq!(copy.catch_up(&scene, 500).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_are_told_for_ninety_days_and_whoever_comes_later_reads_everything_again() {
    let scene = Scene::synced(60).await;
    let gone = scene.assert_demo(1).await.into_iter().find(|one| !one.id.as_str().contains('_')).expect("a record").id;
    scene.calendar(ADA).delete(gone.as_str()).expect("deleted");
    assert_eq!(scene.next_run().await, "succeeded");
    let deleted = scene.now();
    let ask = |since: chrono::DateTime<chrono::Utc>| {
        let since = since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        format!("/integrations/google-calendar/records?updatedSince={since}&limit=500")
    };
    scene.clock.advance(TimeDelta::days(89));
    let answer = scene.viewer(DEMO).get(&ask(deleted)).await.ok();
    let told = answer["records"].as_array().expect("records").iter().find(|record| record["id"] == gone.as_str());
    let told = told.expect("the deletion");
    assert_eq!((&told["deleted"], &told["record"]), (&Value::Bool(true), &Value::Null));

    scene.clock.advance(TimeDelta::days(1) + TimeDelta::seconds(1));
    scene.viewer(DEMO).get(&ask(deleted)).await.problem(410, "resync_required");
    scene.viewer(DEMO).get(&ask(scene.now() - TimeDelta::days(90) + TimeDelta::seconds(1))).await.ok();
}
