//! Who asks a provider for a person stores what a refresh brings by itself, with its own permissions.

use super::vault::rotating;
use crate::world::{Call, DEMO};
use sandbox::Rotation;
use serde_json::json;

const OWN: &str = "/integrations/google-calendar";

#[tokio::test(flavor = "multi_thread")]
async fn a_test_and_a_look_at_the_options_store_a_rotated_grant() {
    for asks in ["options", "test"] {
        let scene = rotating(Rotation::ReuseDetect).await;
        scene.faults.forget();
        let admin = scene.admin(DEMO);
        match asks {
            "options" => admin.get(&format!("{OWN}/options/calendars")).await.ok(),
            _ => admin.post(&format!("{OWN}/test"), &json!({})).await.ok(),
        };
        assert!(scene.faults.calls().iter().any(|call: &Call| call.is("PutSecretValue")), "{asks}");
        assert!(scene.credential().await.journal.is_none(), "{asks}: what could not be stored waits in the journal");
    }
}
