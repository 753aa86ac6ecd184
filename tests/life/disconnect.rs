//! Disconnect: true at once for the person; the grant is given back behind it, unless somebody else lives by it.

use super::OWN;
use crate::sync::scene::Scene;
use crate::world::{DEMO, GOOGLE};
use chrono::TimeDelta;
use sandbox::google::ADA;
use sandbox::{Consent, PathKind};
use serde_json::json;

/// So often one try asks a provider that fails.
const EACH: u64 = 3;

/// The window of a revocation is over.
const WINDOW: TimeDelta = TimeDelta::seconds(61);

impl Scene {
    /// Tenants that are noted as users of Ada's account, by their keys.
    async fn users(&self) -> Vec<String> {
        let items = self.items_of("EXTERNAL#").await;
        let keys = items.iter().filter_map(|item| item["SK"]["S"].as_str().map(str::to_owned));
        let mut users: Vec<String> = keys.filter(|key| key.starts_with("ACCOUNT#")).collect();
        users.sort();
        users
    }

    async fn cleanups(&self) -> usize {
        self.items_of("CLEANUP#").await.len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnect_revokes_at_the_provider_and_deletes_the_secret_with_its_seven_days() {
    let scene = Scene::synced(20).await;
    let (settings, records) = (scene.view().await["settings"].clone(), scene.records(DEMO, ADA).await.len());
    scene.tick();
    let shown = scene.act(DEMO, "disconnect").await;
    assert_eq!(
        (&shown["status"], &shown["connected"], &shown["settings"]),
        (&json!("Disconnected"), &json!(false), &settings)
    );
    assert_eq!(scene.requests(PathKind::Revoke), 0, "nobody waits for the provider");
    scene.background().await;
    assert_eq!((scene.requests(PathKind::Revoke), scene.sandbox().google().live_refresh_tokens(ADA)), (1, 0));
    assert_eq!((scene.cleanups().await, scene.users().await), (0, vec![]));
    assert!(matches!(scene.grants().as_slice(), [(_, true)]), "{:?}", scene.grants());
    assert_eq!(scene.records(DEMO, ADA).await.len(), records, "what was synced stays");
    assert!(scene.story(DEMO).await.last().expect("a line").contains("Active Disconnected disconnect"));

    let deletions = scene.faults.calls().into_iter().filter(|call| call.is("DeleteSecret")).collect::<Vec<_>>();
    assert!(!deletions.is_empty());
    for deletion in deletions {
        assert_eq!(deletion.body["RecoveryWindowInDays"], 7, "{:?}", deletion.body);
        assert!(deletion.body["ForceDeleteWithoutRecovery"].is_null(), "{:?}", deletion.body);
    }
    scene.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert_eq!(scene.grants().len(), 1);
    scene.clock.advance(TimeDelta::seconds(1));
    assert_eq!(scene.grants(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_asked_again_until_it_is_back() {
    let scene = Scene::synced(20).await;
    scene.outage();
    assert_eq!(scene.act(DEMO, "disconnect").await["status"], "Disconnected");
    scene.live(TimeDelta::minutes(5)).await;
    let tried = scene.requests(PathKind::Revoke);
    assert!((3 * EACH..=6 * EACH).contains(&tried), "{tried}");
    assert_eq!(scene.cleanups().await, 1);
    assert!(matches!(scene.grants().as_slice(), [(_, false)]), "the secret is needed for the next try");
    scene.works_again();
    scene.live(TimeDelta::hours(1)).await;
    assert_eq!(scene.requests(PathKind::Revoke), tried + 1);
    assert_eq!((scene.cleanups().await, scene.sandbox().google().live_refresh_tokens(ADA)), (0, 0));
    assert!(matches!(scene.grants().as_slice(), [(_, true)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_given_up_after_six_tries_and_the_secret_is_deleted_all_the_same() {
    let scene = Scene::synced(20).await;
    scene.outage_of(PathKind::Revoke);
    scene.act(DEMO, "disconnect").await;
    scene.live(TimeDelta::hours(12)).await;
    assert_eq!(scene.requests(PathKind::Revoke), 6 * EACH);
    assert_eq!(scene.cleanups().await, 0);
    assert!(matches!(scene.grants().as_slice(), [(_, true)]));
    assert_eq!(scene.counted("revocation"), 1.0);
    assert_eq!(scene.status().await, "Disconnected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_of_an_account_that_another_tenant_uses_is_not_revoked_and_that_tenant_still_syncs() {
    let scene = Scene::synced(20).await;
    scene.connect("other").await.ok();
    scene.background().await;
    for end in ["disconnect", "delete"] {
        match end {
            "disconnect" => drop(scene.act(DEMO, end).await),
            _ => scene.delete(DEMO).await,
        }
        scene.background().await;
        assert_eq!(scene.requests(PathKind::Revoke), 0, "{end}");
        assert_eq!(scene.users().await, ["ACCOUNT#other"]);
        scene.calendar(ADA).change_some(2);
        scene.sandbox().google().expire_access_tokens();
        scene.live(TimeDelta::hours(1)).await;
        scene.assert_equal("other", ADA).await;
        assert_eq!(scene.view_of("other").await["status"], "Active");
        if end == "disconnect" {
            scene.connect(DEMO).await.ok();
            scene.background().await;
        }
    }
    scene.act("other", "disconnect").await;
    scene.background().await;
    assert_eq!(scene.requests(PathKind::Revoke), 1, "the last one gives it back");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_connects_the_account_while_a_revocation_may_be_under_way_also_when_that_is_a_later_one() {
    let scene = Scene::synced(20).await;
    scene.outage_of(PathKind::Revoke);
    scene.act(DEMO, "disconnect").await;
    scene.connect(DEMO).await.problem(409, "still_disconnecting");
    scene.background().await;
    scene.clock.advance(WINDOW);
    // The second try comes after the first window: it begins one of its own.
    scene
        .live_by(TimeDelta::minutes(10), TimeDelta::seconds(1), async || scene.requests(PathKind::Revoke) == 2 * EACH)
        .await;
    assert_eq!(scene.requests(PathKind::Revoke), 2 * EACH);
    for account in [DEMO, "other"] {
        scene.connect(account).await.problem(409, "still_disconnecting");
    }
    scene.works_again();
    scene.clock.advance(WINDOW);
    scene.connect("other").await.ok();
    scene.background().await;
    assert_eq!(scene.view_of("other").await["status"], "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_revocation_spares_the_grant_of_whoever_connected_in_between() {
    let scene = Scene::synced(20).await;
    scene.outage_of(PathKind::Revoke);
    scene.act(DEMO, "disconnect").await;
    scene.background().await;
    assert_eq!(scene.requests(PathKind::Revoke), EACH);
    scene.works_again();
    scene.clock.advance(WINDOW);
    scene.connect("other").await.ok();
    scene.live(TimeDelta::hours(12)).await;
    assert_eq!((scene.requests(PathKind::Revoke), scene.cleanups().await), (EACH, 0), "not tried again, and done");
    scene.sandbox().google().expire_access_tokens();
    scene.live(TimeDelta::hours(1)).await;
    assert_eq!(scene.view_of("other").await["status"], "Active");
    scene.assert_equal("other", ADA).await;
    let dead: Vec<bool> = scene.grants().into_iter().map(|(_, dead)| dead).collect();
    assert!(!dead.is_empty() && dead.iter().filter(|dead| !**dead).count() == 1, "{dead:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_began_before_a_disconnect_connects_nothing_after_it() {
    let scene = Scene::synced(20).await;
    let admin = scene.admin(DEMO);
    let started = admin.post(&format!("/integrations/{GOOGLE}/connect"), &json!({})).await.ok();
    let url = started["authorizationUrl"].as_str().expect("a URL");
    let back = scene.follow(&scene.consent(url, &Consent::default())).await;
    scene.act(DEMO, "disconnect").await;
    scene.background().await;
    scene.clock.advance(TimeDelta::seconds(30));
    let body = json!({ "flow": back["flow"], "ticket": back["ticket"] });
    admin.post("/oauth/complete", &body).await.problem(409, "start_again");
    assert_eq!(admin.get(OWN).await.ok()["connected"], false);
}
