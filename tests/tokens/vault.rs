//! Received credentials are in Secrets Manager, or sealed in the journal, before anything else happens. The sandbox
//! ends the whole grant when a spent refresh token is used again, so using one would show.

use crate::sync::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::world::{Call, DEMO, Fault, sqs_event};
use domain::lifecycle::Status;
use sandbox::google::ADA;
use sandbox::{PathKind, Rotation};

fn puts(call: &Call) -> bool {
    call.is("PutSecretValue")
}

pub(super) async fn rotating(rotation: Rotation) -> Scene {
    let scene = Scene::synced(20).await;
    scene.rotation(rotation);
    scene.sandbox().google().expire_access_tokens();
    scene.until_due(DEMO).await;
    scene
}

impl Scene {
    /// The refresh token that the grant's newest version holds.
    fn refresh_token(&self) -> String {
        let grants = self.secrets().into_iter().filter(|(name, _)| name.contains("/grants/"));
        let values: Vec<String> = grants.map(|(_, value)| value).collect();
        let stored: serde_json::Value = serde_json::from_str(&values[0]).expect("JSON");
        let credential: serde_json::Value =
            serde_json::from_str(stored["credential"].as_str().expect("a text")).expect("JSON");
        credential["refresh_token"].as_str().expect("a refresh token").to_owned()
    }

    /// Lets a worker run until the plane kills it.
    pub(super) async fn dies(&self) {
        let message = self.message(DEMO).await;
        let work = self.invoke("sync-worker", sqs_event(&[message]), WHOLE);
        assert!(self.faults.until_death(work).await.is_none(), "the worker lives");
        self.clock.advance(BEYOND_THE_LEASE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_refresh_token_is_stored_before_it_is_committed() {
    let scene = rotating(Rotation::ReuseDetect).await;
    let (former, pointer) = (scene.refresh_token(), scene.credential().await.pointer);
    scene.faults.forget();
    assert_eq!(scene.run().await, "succeeded");
    assert_ne!(scene.refresh_token(), former);
    let calls: Vec<String> = scene.faults.calls().into_iter().filter(Call::of_worker).map(|call| call.op).collect();
    let received = calls.iter().position(|op| op == "token").expect("a refresh");
    assert_eq!(calls[received + 1], "PutSecretValue", "nothing comes between: {calls:?}");
    let after = scene.credential().await;
    assert_ne!(after.pointer.version, pointer.version);
    assert_eq!(after.lease_until, None);

    scene.sandbox().google().expire_access_tokens();
    assert_eq!(scene.next_run().await, "succeeded", "and the new one is used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_was_stored_by_a_worker_that_died_is_found_by_the_next() {
    let scene = rotating(Rotation::ReuseDetect).await;
    let pointer = scene.credential().await.pointer;
    scene.faults.next(puts, Fault::DieAfter);
    scene.dies().await;
    assert_eq!(scene.credential().await.pointer, pointer, "stored, and not committed");
    scene.finish(DEMO).await;
    let after = scene.integration().await;
    assert_eq!(after.status, Status::Active);
    assert_eq!(scene.sandbox().google().live_refresh_tokens(ADA), 1, "the spent one was not used");
    assert_eq!(scene.requests(PathKind::Token), 2);
    scene.assert_demo(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_nobody_could_store_ends_in_a_request_to_reconnect() {
    let scene = rotating(Rotation::Strict).await;
    scene.faults.next(puts, Fault::DieBefore);
    scene.dies().await;
    assert_eq!(scene.run().await, "failed");
    assert_eq!(scene.integration().await.status, Status::Active, "a suspicion first");
    assert_eq!(scene.next_run().await, "error");
    scene.rotation(Rotation::None);
    scene.connect(DEMO).await.ok();
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_secrets_manager_refuses_waits_sealed_and_is_stored_before_the_next_call() {
    let scene = rotating(Rotation::ReuseDetect).await;
    scene.faults.always(puts, Fault::Refuse(400, "EncryptionFailure"));
    assert_eq!(scene.run().await, "failed");
    let after = scene.integration().await;
    // Secrets Manager is ours: it is tried again, and nobody is blamed.
    assert_eq!((after.status, after.failures, after.attempts), (Status::Active, 0, 1));
    assert!(scene.credential().await.journal.is_some());
    let everything = format!("{:?} {:?}", scene.items().await, scene.lines.all());

    scene.faults.clear();
    scene.faults.forget();
    assert_eq!(scene.next_run().await, "succeeded");
    let calls: Vec<String> = scene.faults.calls().into_iter().filter(Call::of_worker).map(|call| call.op).collect();
    let at = |op: &str| calls.iter().position(|one| one == op).unwrap_or_else(|| panic!("{op}: {calls:?}"));
    assert!(at("PutSecretValue") < at("token") && at("token") < at("events"), "{calls:?}");
    let credential = scene.credential().await;
    assert_eq!((credential.journal, credential.suspected_at), (None, None));
    assert_eq!(scene.sandbox().google().live_refresh_tokens(ADA), 1);
    scene.assert_equal(DEMO, ADA).await;
    let plain = [scene.refresh_token().as_str(), "1//0", "ya29.a0"].map(|token| everything.contains(token));
    assert_eq!(plain, [false; 3], "a token of Google's form in plain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_whose_answer_is_lost_is_repeated_as_the_same_version() {
    let scene = rotating(Rotation::ReuseDetect).await;
    scene.faults.next(puts, Fault::Lose);
    assert_eq!(scene.run().await, "succeeded");
    assert!(scene.credential().await.journal.is_none());
    scene.sandbox().google().expire_access_tokens();
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!(scene.sandbox().google().live_refresh_tokens(ADA), 1);
}
