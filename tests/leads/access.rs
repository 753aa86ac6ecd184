//! Who asks Facebook gets access by itself, with its own permissions, when none is at hand.

use super::{FACEBOOK, World, form, people};
use crate::world::DEMO;
use sandbox::facebook::{BAKERY, CATERING_FORM, NEWSLETTER_FORM};
use serde_json::{Value, json};

impl World {
    async fn credential_item(&self) -> Value {
        let items = self.items().await.into_iter();
        items.into_iter().find(|item| item["SK"]["S"] == "CREDENTIAL").expect("credentials")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_access_is_brought_back_by_whoever_asks() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let (admin, newsletter) = (world.admin(DEMO), form(BAKERY, NEWSLETTER_FORM));
    for asks in ["preview", "test-lead", "settings", "webhook-worker"] {
        world.lose(&world.credential_item().await, "access").await;
        match asks {
            "preview" => {
                let body = json!({ "form": newsletter });
                admin.post(&format!("{FACEBOOK}/mapping/preview"), &body).await.ok();
            }
            "test-lead" => {
                admin.post(&format!("{FACEBOOK}/test-lead"), &json!({ "form": newsletter })).await.ok();
            }
            "settings" => {
                world.choose_forms(DEMO, &[newsletter.clone(), form(BAKERY, CATERING_FORM)]).await.ok();
            }
            _ => {
                world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
                assert!(world.facebook_tells().await.iter().all(|status| *status == 200));
            }
        }
        assert!(!world.credential_item().await["access"].is_null(), "{asks} did without access");
    }
}
