//! One refresh, however many need it.

use super::attribute;
use crate::sync::scene::Scene;
use crate::world::DEMO;
use domain::lifecycle::Status;
use futures_util::future::join_all;
use sandbox::google::ADA;
use sandbox::{Fault, FaultKind, PathKind};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_callers_at_once_refresh_an_expiring_token_once() {
    let scene = Scene::synced(20).await;
    scene.almost_expired().await;
    scene.sandbox().reset_counters();
    let integration = scene.integration().await;
    let instances: Vec<_> = (0..10).map(|_| scene.tokens()).collect();
    let callers = instances.iter().flat_map(|instance| std::iter::repeat_n(instance, 10));
    let asked = join_all(callers.map(|(tokens, google)| tokens.access(&integration, google.as_ref()))).await;
    assert!(asked.iter().all(Result::is_ok), "{:?}", asked.iter().find(|one| one.is_err()));
    assert_eq!(scene.requests(PathKind::Token), 1);
    assert_eq!(scene.credential().await.fence, 2, "the lease was taken once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_lasts_is_not_refreshed_and_reads_no_secret_of_the_grant() {
    let scene = Scene::synced(20).await;
    let (integration, (tokens, google)) = (scene.integration().await, scene.tokens());
    tokens.access(&integration, google.as_ref()).await.expect("access");
    assert_eq!(scene.sandbox().counters().total(), 0);
    let secrets = scene.faults.calls().into_iter().filter(|call| call.of_worker() && call.is("GetSecretValue"));
    assert!(secrets.into_iter().all(|call| !call.body["SecretId"].to_string().contains("grants")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_refreshes_a_token_that_is_about_to_expire_before_its_first_call() {
    let scene = Scene::synced(20).await;
    scene.almost_expired().await;
    scene.sandbox().reset_counters();
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!((scene.requests(PathKind::Token), scene.requests(PathKind::Events)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_refreshed_once_and_the_call_repeated() {
    let scene = Scene::synced(20).await;
    scene.calendar(ADA).change_some(3);
    scene.sandbox().google().expire_access_tokens();
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!((scene.requests(PathKind::Events), scene.requests(PathKind::Token)), (2, 1));
    scene.assert_demo(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_whose_token_was_refused_at_once_share_one_refresh() {
    let scene = Scene::synced(20).await;
    let integration = scene.integration().await;
    let (tokens, google) = scene.tokens();
    let refused = tokens.access(&integration, google.as_ref()).await.expect("access");
    let asked = join_all((0..20).map(|_| tokens.renewed(&integration, google.as_ref(), &refused))).await;
    assert!(asked.iter().all(Result::is_ok));
    assert_eq!(scene.requests(PathKind::Token), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_although_it_is_new_is_a_verdict() {
    let scene = Scene::synced(20).await;
    scene.sandbox().fault(Fault::always(FaultKind::Unauthorized).on(PathKind::Events));
    assert_eq!(scene.next_run().await, "error");
    assert_eq!(scene.integration().await.status, Status::Error);
    assert_eq!((scene.requests(PathKind::Events), scene.requests(PathKind::Token)), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_token_that_was_moved_to_another_integration_does_not_open_and_costs_one_refresh() {
    let scene = Scene::synced(20).await;
    scene.connect("other").await.ok();
    assert_eq!(scene.run_of("other").await, "succeeded");
    let (own, other) = (scene.credential_item(DEMO).await, scene.credential_item("other").await);
    scene.set(&own, "access", attribute(&other["access"])).await;
    scene.sandbox().reset_counters();
    assert_eq!(scene.next_run_alone().await, "succeeded");
    assert_eq!((scene.requests(PathKind::Token), scene.requests(PathKind::Events)), (1, 1));
    assert_ne!(scene.credential_item(DEMO).await["access"], other["access"]);
}
