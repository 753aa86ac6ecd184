//! Holders of the token lease that come too late.

use crate::sync::scene::{Scene, WHOLE};
use crate::world::{Call, DEMO, sqs_event};
use chrono::TimeDelta;
use domain::lifecycle::Status;
use sandbox::google::ADA;
use sandbox::{PathKind, Rotation};

/// Beyond a token lease.
const BEYOND: TimeDelta = TimeDelta::seconds(36);

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_lost_its_lease_commits_nothing_and_uses_what_the_next_one_committed() {
    let scene = Scene::synced(20).await;
    scene.almost_expired().await;
    scene.sandbox().reset_counters();
    let integration = scene.integration().await;
    let (late, google) = scene.tokens();
    let (next, _) = scene.tokens();
    let gate = scene.faults.hold(|call| call.is("token"));
    let overtaken = async {
        gate.reached().await;
        scene.clock.advance(BEYOND);
        let fresh = next.access(&integration, google.as_ref()).await.expect("access");
        let item = scene.credential_item(DEMO).await;
        gate.open();
        (fresh, item)
    };
    let (held, (fresh, item)) = tokio::join!(late.access(&integration, google.as_ref()), overtaken);
    use secrecy::ExposeSecret;
    let token = |held: &shared::usecases::access::Held| held.access.token.expose_secret().to_owned();
    assert_eq!(token(&held.expect("access")), token(&fresh));
    assert_eq!(scene.credential_item(DEMO).await, item, "the late holder wrote something");
    assert_eq!(scene.requests(PathKind::Token), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_stored_after_the_lease_was_lost_is_found_instead_of_a_verdict() {
    let scene = Scene::synced(20).await;
    scene.rotation(Rotation::Strict);
    scene.almost_expired().await;
    let integration = scene.integration().await;
    let (late, google) = scene.tokens();
    let (next, _) = scene.tokens();
    let gate = scene.faults.hold(|call| call.is("PutSecretValue"));
    let overtaken = async {
        gate.reached().await;
        scene.clock.advance(BEYOND);
        // The late holder has spent the refresh token: the next one is refused, and suspects.
        next.access(&integration, google.as_ref()).await.expect_err("refused");
        gate.open();
    };
    let (held, ()) = tokio::join!(late.access(&integration, google.as_ref()), overtaken);
    held.expect_err("the lease was lost");
    assert!(scene.credential().await.suspected_at.is_some());

    scene.clock.advance(TimeDelta::seconds(60));
    scene.tokens().0.access(&integration, google.as_ref()).await.expect("the stored credential is good");
    let credential = scene.credential().await;
    assert_eq!((credential.suspected_at, credential.dead), (None, vec![]));
    assert_eq!(scene.integration().await.status, Status::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_ends_after_the_integration_was_deleted_brings_nothing_back() {
    brings_nothing_back(|call| call.is("token")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_token_that_is_stored_after_the_integration_was_deleted_brings_nothing_back() {
    brings_nothing_back(|call| call.is("PutSecretValue")).await;
}

async fn brings_nothing_back(at: impl Fn(&Call) -> bool + Send + Sync + 'static) {
    let scene = Scene::synced(20).await;
    scene.rotation(Rotation::Strict);
    scene.almost_expired().await;
    let message = scene.message(DEMO).await;
    let gate = scene.faults.hold(at);
    let deleted = async {
        gate.reached().await;
        scene.delete(DEMO).await;
        scene.clock.advance(TimeDelta::seconds(61));
        scene.rotation(Rotation::None);
        scene.connect(DEMO).await.ok();
        let before = scene.items().await;
        gate.open();
        before
    };
    let worker = scene.invoke("sync-worker", sqs_event(&[message]), WHOLE);
    let (_, before) = tokio::join!(worker, deleted);
    assert_eq!(scene.lines.outcomes("sync-worker").pop().as_deref(), Some("lost"));
    assert_eq!(scene.items().await, before);
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_during_a_refresh_stands() {
    let scene = Scene::synced(20).await;
    scene.almost_expired().await;
    let integration = scene.integration().await;
    let (late, google) = scene.tokens();
    let gate = scene.faults.hold(|call| call.is("token"));
    let reconnected = async {
        gate.reached().await;
        // The exchange of the new code goes to the same endpoint, and the gate holds one call only.
        scene.connect(DEMO).await.ok();
        let item = scene.credential_item(DEMO).await;
        gate.open();
        item
    };
    let (held, item) = tokio::join!(late.access(&integration, google.as_ref()), reconnected);
    held.expect_err("the grant that it refreshed is no more");
    assert_eq!(scene.credential_item(DEMO).await, item, "the former grant's refresh wrote something");
    assert_eq!(scene.run().await, "succeeded");
}
