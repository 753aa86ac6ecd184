//! Facebook Lead Ads, from connect to leads.

use super::{FACEBOOK, World, form, people};
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::facebook::{BAKERY, LeadOrder, NEWSLETTER_FORM};
use serde_json::json;
use std::collections::HashSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_connects_facebook_chooses_a_form_and_gets_its_leads() {
    let world = World::of_leads().await;
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    let admin = world.admin(DEMO);
    assert_eq!(admin.get(FACEBOOK).await.ok()["status"], "Configuring", "a form is missing");
    let pages = admin.get(&format!("{FACEBOOK}/options/pages")).await.ok();
    assert_eq!(pages["options"][0]["id"], format!("page:{BAKERY}"), "{pages}");
    let forms = admin.get(&format!("{FACEBOOK}/options/forms?parent=page:{BAKERY}")).await.ok();
    let newsletter = form(BAKERY, NEWSLETTER_FORM);
    assert!(
        forms["options"].as_array().expect("options").iter().any(|one| one["id"] == newsletter.as_str()),
        "{forms}"
    );
    let chosen = world.choose_forms(DEMO, &[newsletter]).await.ok();
    assert_eq!(chosen["status"], "Testing", "{chosen}");
    let active = admin.get(FACEBOOK).await.ok();
    assert_eq!(active["status"], "Active", "{active}");
    let before = world.leads(DEMO).await.len();

    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    assert_eq!(world.facebook_tells().await, [200]);
    let leads = world.leads(DEMO).await;
    assert_eq!(leads.len(), before + 1, "{leads:?}");
    let told = leads.iter().find(|lead| lead["record"]["via"] == "webhook").expect("by webhook");
    assert!(told["record"]["email"].as_str().is_some_and(|email| email.contains('@')), "{told}");
    assert_eq!(told["record"]["form"], NEWSLETTER_FORM);
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_reordering_and_both_ways_store_each_lead_once_and_tell_it_once() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let before = world.leads(DEMO).await.len();
    let order = LeadOrder { copies: 3, shuffled: true, ..people(40) };
    world.sandbox().facebook().add_leads(&order).expect("leads");
    assert!(world.facebook_tells().await.iter().all(|status| *status == 200));
    world.admin(DEMO).post(&format!("{FACEBOOK}/sync"), &json!({})).await;
    world.settled().await;
    assert_eq!(world.leads(DEMO).await.len(), before + 40);
    let told = world.told_of_leads().await;
    let ids: HashSet<&str> = told.iter().filter_map(|event| event["detail"]["id"].as_str()).collect();
    assert_eq!((told.len(), ids.len()), (before + 40, before + 40), "one event a lead");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_a_thousand_in_one_post_is_split_and_complete() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let before = world.leads(DEMO).await.len();
    world.sandbox().facebook().add_leads(&LeadOrder { together: true, ..people(1000) }).expect("leads");
    assert_eq!(world.facebook_tells().await, [200]);
    assert_eq!(world.leads(DEMO).await.len(), before + 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_that_no_webhook_told_are_found_by_the_next_sync() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let before = world.leads(DEMO).await.len();
    world.clock.advance(TimeDelta::minutes(90));
    world.sandbox().facebook().add_leads(&LeadOrder { lost: true, ..people(25) }).expect("leads");
    assert_eq!(world.facebook_tells().await, Vec::<u16>::new());
    world.admin(DEMO).post(&format!("{FACEBOOK}/sync"), &json!({})).await.ok();
    world.settled().await;
    let leads = world.leads(DEMO).await;
    assert_eq!(leads.len(), before + 25);
    assert_eq!(leads.iter().filter(|lead| lead["record"]["via"] == "reconciliation").count(), 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_fetched_at_once_is_kept_and_read_by_a_run() {
    use sandbox::facebook::{CallFault, CallKind};
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let before = world.leads(DEMO).await.len();
    world.sandbox().facebook().fault(CallFault::error(2, None).on(CallKind::Lead).times(10));
    world.sandbox().facebook().add_leads(&people(2)).expect("leads");
    assert!(world.facebook_tells().await.iter().all(|status| *status == 200), "they are accepted");
    world.sandbox().facebook().reset_switches();
    world.clock.advance(TimeDelta::hours(2));
    world.admin(DEMO).post(&format!("{FACEBOOK}/sync"), &json!({})).await;
    world.settled().await;
    assert_eq!(world.leads(DEMO).await.len(), before + 2);
}
