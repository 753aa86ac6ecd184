//! A run that has to refresh, and whose worker dies at each of its calls.

use crate::sync::scene::{BEYOND_THE_LEASE, Scene};
use domain::lifecycle::{ErrorReason, Status};
use sandbox::Rotation;
use sandbox::google::ADA;

/// Lets a worker die before each of its calls, each time for another account. How many accounts lost their grant.
async fn lost_grants(rotation: Rotation) -> usize {
    let scene = Scene::with(20).await;
    let (mut call, mut lost) = (0, 0);
    loop {
        let account = format!("crash-{call}");
        scene.rotation(Rotation::None);
        scene.connect(&account).await.ok();
        assert_eq!(scene.run_of(&account).await, "succeeded");
        scene.rotation(rotation);
        scene.sandbox().google().expire_access_tokens();
        scene.until_due(&account).await;
        let died = scene.die_at(&account, call).await;
        if died {
            scene.clock.advance(BEYOND_THE_LEASE);
            lost += usize::from(!scene.recovers(&account).await);
        }
        scene.assert_equal(&account, ADA).await;
        if !died {
            assert!(call > 12, "only {call} calls");
            return lost;
        }
        call += 1;
    }
}

impl Scene {
    /// Works until the account is well again (true) or waits for a person to reconnect (false).
    async fn recovers(&self, account: &str) -> bool {
        for _ in 0..4 {
            if self.run_of(account).await == "succeeded" {
                return true;
            }
            let now = self.integration_of(account).await;
            if now.status == Status::Error {
                assert_eq!(now.reason, Some(ErrorReason::CredentialsExpired));
                return false;
            }
            self.until_due(account).await;
        }
        panic!("neither well nor in Error");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_worker_dies_anywhere_is_made_up_for() {
    assert_eq!(lost_grants(Rotation::None).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_rotation_a_grant_is_lost_only_between_the_answer_and_its_storage() {
    assert_eq!(lost_grants(Rotation::Strict).await, 1, "dying before the put, and nowhere else");
}
