//! One page, several tenants: each gets its own, and nobody gets a lead by guessing.

use super::{FACEBOOK, World, form, people};
use crate::world::DEMO;
use sandbox::facebook::{BAKERY, CHLOE, Consent, GALLERY, GALLERY_FORM, NEWSLETTER_FORM};
use serde_json::json;

const OTHER: &str = "another";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_serves_two_tenants_tells_both_and_each_has_its_own_records_and_events() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.with_newsletter(OTHER).await;
    let before = (world.leads(DEMO).await.len(), world.leads(OTHER).await.len());
    world.sandbox().facebook().add_leads(&people(5)).expect("leads");
    assert!(world.facebook_tells().await.iter().all(|status| *status == 200));
    assert_eq!((world.leads(DEMO).await.len(), world.leads(OTHER).await.len()), (before.0 + 5, before.1 + 5));
    // One that leaves ends nothing for the other.
    world.admin(OTHER).post(&format!("{FACEBOOK}/disconnect"), &json!({})).await.ok();
    world.settled().await;
    assert!(world.sandbox().facebook().is_subscribed(BAKERY, sandbox::facebook::CLIENT_ID));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_page_or_form_cannot_be_chosen_listed_or_guessed() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let chloe = Consent { person: Some(CHLOE.to_owned()), pages: Some(vec![GALLERY.to_owned()]), ..Consent::default() };
    world.connect_facebook(OTHER, &chloe).await.ok();
    let admin = world.admin(OTHER);
    let listed = admin.get(&format!("{FACEBOOK}/options/forms?parent=page:{BAKERY}")).await;
    assert_eq!(listed.status, 404, "{listed:?}");
    for guess in [form(BAKERY, NEWSLETTER_FORM), form(GALLERY, NEWSLETTER_FORM)] {
        let refused = world.choose_forms(OTHER, std::slice::from_ref(&guess)).await;
        assert!(matches!(refused.status, 404 | 422), "{guess}: {refused:?}");
    }
    world.choose_forms(OTHER, &[form(GALLERY, GALLERY_FORM)]).await.ok();
    let before = world.leads(OTHER).await.len();
    world.sandbox().facebook().add_leads(&people(3)).expect("leads");
    world.facebook_tells().await;
    assert_eq!(world.leads(OTHER).await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_for_administrators_alone() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let viewed = world.viewer(DEMO).get(&format!("{FACEBOOK}/records")).await;
    viewed.problem(403, "unauthorized_access");
}
