//! A sync costs what has changed, not what exists.

use super::scene::Scene;
use crate::world::{Call, DEMO};
use sandbox::google::ADA;
use serde_json::json;

impl Scene {
    /// What the worker wrote to the table since the plane was last asked to forget.
    fn written(&self) -> Vec<String> {
        self.faults.calls().iter().filter(|call| call.of_worker()).flat_map(Call::writes).collect()
    }

    fn worker_calls(&self, op: &str) -> usize {
        self.faults.calls().iter().filter(|call| call.of_worker() && call.is(op)).count()
    }

    async fn with_two_thousand() -> Self {
        let scene = Scene::with(0).await;
        scene.calendar(ADA).add_realistic(2_000);
        scene.connect(DEMO).await.ok();
        assert_eq!(scene.run().await, "succeeded");
        scene.until_due(DEMO).await;
        scene.faults.forget();
        scene.sandbox().reset_counters();
        scene
    }
}

fn records(written: &[String]) -> usize {
    written.iter().filter(|partition| partition.starts_with("RECORDS#")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_changes_among_two_thousand_events_cost_one_request_and_three_records() {
    let scene = Scene::with_two_thousand().await;
    let calendar = scene.calendar(ADA);
    for record in scene.assert_demo(1).await.iter().filter(|one| !one.id.as_str().contains('_')).take(3) {
        calendar.update(record.id.as_str(), json!({ "summary": "Changed" })).expect("changed");
    }
    scene.faults.forget();
    assert_eq!(scene.run().await, "succeeded");
    assert_eq!(scene.sandbox().counters().total(), 1, "one page, no token, no picker");
    let written = scene.written();
    assert_eq!(records(&written), 3);
    // The lease and the run (2), the progress, cursor and event of the page (3), that event taken out of the outbox (1),
    // the end of the run (2).
    assert_eq!(written.len(), 3 + 2 + 3 + 1 + 2, "{written:?}");
    assert_eq!(scene.worker_calls("BatchGetItem"), 1);
    assert_eq!(scene.worker_calls("Query"), 1, "the resources");
    scene.assert_demo(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_without_changes_writes_no_record_and_reads_no_secret_of_a_grant() {
    let scene = Scene::with_two_thousand().await;
    assert_eq!(scene.run().await, "succeeded");
    assert_eq!(scene.sandbox().counters().total(), 1);
    let written = scene.written();
    assert_eq!((records(&written), written.len()), (0, 2 + 2 + 2), "{written:?}");
    assert_eq!((scene.worker_calls("BatchGetItem"), scene.worker_calls("PutSecretValue")), (0, 0));
    let secrets = scene.faults.calls().into_iter().filter(|call| call.of_worker() && call.is("GetSecretValue"));
    let names: Vec<String> = secrets.map(|call| call.body["SecretId"].to_string()).collect();
    assert!(names.len() <= 1 && names.iter().all(|name| !name.contains("grants")), "{names:?}");
}
