//! What could not be read, what was not told, and what is about to end: each is kept, found and said.

use super::{FACEBOOK, World, people};
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::facebook::{Act, BAKERY, CATERING_FORM, CallFault, CallKind, LeadOrder, NEWSLETTER_FORM};
use serde_json::{Value, json};

impl World {
    async fn facebook_sync(&self) {
        self.admin(DEMO).post(&format!("{FACEBOOK}/sync"), &json!({})).await;
        self.settled().await;
    }

    pub(super) async fn kept(&self) -> Vec<Value> {
        let items = self.items().await.into_iter();
        items.filter(|item| item["SK"]["S"].as_str().is_some_and(|sort| sort.starts_with("UNREAD#"))).collect()
    }

    async fn told_kinds(&self) -> Vec<Value> {
        let shown = self.stranger(None).get("/_local/events").await.ok();
        shown["events"].as_array().expect("events").iter().map(|event| event["detail-type"].clone()).collect()
    }
}

/// A delivery of leads that Facebook does not know.
fn unknown_leads(count: u64) -> String {
    let change = |at: u64| {
        let lead = (880_000_000_000_000 + at).to_string();
        json!({ "field": "leadgen", "value": { "leadgen_id": lead, "page_id": BAKERY, "form_id": NEWSLETTER_FORM } })
    };
    let entry = json!({ "id": BAKERY, "time": 1, "changes": (0..count).map(change).collect::<Vec<_>>() });
    json!({ "object": "page", "entry": [entry] }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_does_not_know_is_asked_for_later_and_later_and_at_last_given_up() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let facebook = world.sandbox().facebook();
    assert_eq!(world.facebook_posts(&unknown_leads(60)).await, 200);
    assert_eq!(world.kept().await.len(), 60, "more than one page of them");
    let fetched = async |minutes: i64| {
        world.clock.advance(TimeDelta::minutes(minutes));
        facebook.reset_counters();
        world.facebook_sync().await;
        facebook.counters().of(CallKind::Lead)
    };
    assert_eq!(fetched(1).await, 60);
    assert_eq!(fetched(5).await, 0, "they were asked for just now");
    assert_eq!(fetched(10).await, 60);
    assert_eq!(fetched(11).await, 0, "twice as late");
    for _ in 0..8 {
        fetched(25 * 60).await;
    }
    assert_eq!(world.kept().await.len(), 0);
    assert!(world.lines.all().iter().any(|line| line.contains("leads_given_up")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reading_brings_is_not_asked_for_one_by_one() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let facebook = world.sandbox().facebook();
    facebook.fault(CallFault::error(2, None).on(CallKind::Lead).times(1000));
    facebook.add_leads(&people(60)).expect("leads");
    world.facebook_tells().await;
    facebook.reset_switches();
    facebook.reset_counters();
    world.clock.advance(TimeDelta::minutes(30));
    world.facebook_sync().await;
    assert_eq!((facebook.counters().of(CallKind::Lead), world.kept().await.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_that_a_dead_subscription_did_not_tell_make_it_anew_and_are_told_to_a_person() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let before = world.leads(DEMO).await.len();
    for round in 1..=2 {
        world.clock.advance(TimeDelta::minutes(20));
        world.sandbox().facebook().add_leads(&LeadOrder { lost: true, ..people(1) }).expect("a lead");
        world.clock.advance(TimeDelta::minutes(10));
        world.facebook_sync().await;
        assert_eq!(world.leads(DEMO).await.len(), before + round);
    }
    assert!(world.told_kinds().await.contains(&json!("integration.webhook_lost")));
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_ends_is_told_a_week_ahead_once_and_is_over_with_a_new_consent() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let ends = |view: &Value| view["account"]["accessEndsAt"].as_str().map(str::to_owned);
    let first = ends(&world.admin(DEMO).get(FACEBOOK).await.ok()).expect("Facebook says when");
    let told = async || {
        let kinds = world.told_kinds().await;
        kinds.iter().filter(|kind| *kind == "integration.access_ending").count()
    };
    for (days, times) in [(70, 0), (13, 1), (1, 1)] {
        world.clock.advance(TimeDelta::days(days));
        world.schedule("schedule-health").await;
        assert_eq!(told().await, times, "{days} days later");
    }
    let history = world.admin(DEMO).get(&format!("{FACEBOOK}/history")).await.ok().to_string();
    assert!(history.contains("access_ending"), "{history}");
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    let second = ends(&world.admin(DEMO).get(FACEBOOK).await.ok()).expect("another day");
    assert!(second > first, "{second} {first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_names_nobody_is_kept_and_reported() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let entry = json!({ "id": {}, "time": 1, "changes": [{ "field": "leadgen", "value": {} }] });
    let body = json!({ "object": "page", "entry": [entry] }).to_string();
    assert_eq!(world.facebook_posts(&body).await, 200);
    let items = world.items().await;
    let unowned = |item: &&Value| item["PK"]["S"].as_str().is_some_and(|key| key.starts_with("UNOWNED#"));
    assert_eq!(items.iter().filter(unowned).count(), 1);
    assert!(world.lines.all().iter().any(|line| line.contains("leads_unowned")));
    // It is not understood by this version: it stays.
    world.schedule("schedule-health").await;
    assert_eq!(world.items().await.iter().filter(unowned).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_lead_access_says_why_in_facebooks_own_words() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.clock.advance(TimeDelta::minutes(1));
    world.sandbox().facebook().act(Act::RevokeLeadAccess { page: BAKERY.to_owned(), app: None }).expect("an act");
    world.facebook_sync().await;
    let view = world.admin(DEMO).get(FACEBOOK).await.ok();
    assert_eq!(view["status"], "Error", "{view}");
    let words = &view["error"]["explanation"];
    assert!(words["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{view}");
    assert!(words["resolution"].as_str().is_some_and(|text| !text.is_empty()), "{view}");
    let tested = world.admin(DEMO).post(&format!("{FACEBOOK}/test"), &json!({})).await.ok();
    assert_eq!(&tested["explanation"], words);
    let runs = world.admin(DEMO).get(&format!("{FACEBOOK}/runs")).await.ok();
    assert_eq!(&runs["runs"][0]["failure"]["explanation"], words, "{runs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_that_is_made_anew_gets_its_leads_back_and_nobody_is_told_twice() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.sandbox().facebook().add_leads(&people(3)).expect("leads");
    world.facebook_tells().await;
    let (leads, told) = (world.leads(DEMO).await.len(), world.told_of_leads().await.len());
    let gone = world.admin(DEMO).json("DELETE", FACEBOOK, &json!({}), &[]).await;
    assert_eq!(gone.status, 204);
    world.settled().await;
    let items = world.items().await;
    let of_people = |item: &&Value| item["PK"]["S"].as_str().is_some_and(|key| key.starts_with("RECORDS#"));
    assert_eq!(items.iter().filter(of_people).count(), 0, "a delete leaves nobody's data");

    world.clock.advance(TimeDelta::minutes(2));
    world.with_newsletter(DEMO).await;
    assert_eq!((world.leads(DEMO).await.len(), world.told_of_leads().await.len()), (leads, told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_gone_says_so_with_its_remedy_and_the_others_are_read() {
    let world = World::of_leads().await;
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    let forms = [super::form(BAKERY, CATERING_FORM), super::form(BAKERY, NEWSLETTER_FORM)];
    world.choose_forms(DEMO, &forms).await.ok();
    let before = world.leads(DEMO).await.len();
    world.clock.advance(TimeDelta::minutes(1));
    world.sandbox().facebook().act(Act::RemoveForm { form: CATERING_FORM.to_owned() }).expect("an act");
    world.sandbox().facebook().add_leads(&LeadOrder { lost: true, ..people(2) }).expect("leads");
    world.facebook_sync().await;
    let view = world.admin(DEMO).get(FACEBOOK).await.ok();
    assert_eq!(view["status"], "Active", "the other form goes on: {view}");
    let said = view["trouble"]["explanation"]["reason"].as_str().expect("words");
    assert!(said.contains(CATERING_FORM), "{said}");
    assert_eq!(world.leads(DEMO).await.len(), before + 2, "the other form was read");
    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    world.facebook_tells().await;
    assert_eq!(world.leads(DEMO).await.len(), before + 3, "and told");
    world.clock.advance(TimeDelta::minutes(20));
    world.schedule("schedule-sync").await;
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["status"], "Active");

    world.sandbox().facebook().act(Act::RemoveForm { form: NEWSLETTER_FORM.to_owned() }).expect("an act");
    world.clock.advance(TimeDelta::minutes(2));
    world.facebook_sync().await;
    let view = world.admin(DEMO).get(FACEBOOK).await.ok();
    assert_eq!(view["error"]["reason"], "resource_not_found", "nothing is left: {view}");
    assert!(view["error"]["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()));
    world.sandbox().facebook().act(Act::RestoreForm { form: NEWSLETTER_FORM.to_owned() }).expect("an act");
    // Without it the integration works again.
    world.choose_forms(DEMO, &forms[1..]).await.ok();
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["status"], "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_a_later_version_can_read_is_gone_after() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let facebook = world.sandbox().facebook();
    facebook.add_leads(&people(1)).expect("a lead");
    // As a version kept it that could not read it.
    let told: Vec<String> = facebook.take_deliveries().iter().map(|delivery| delivery.body.clone()).collect();
    let slug = domain::ids::ProviderSlug::parse("facebook-lead-ads").expect("a slug");
    world.store("webhook").keep_unowned(&slug, told).await.expect("the table");
    let before = world.leads(DEMO).await.len();
    world.schedule("schedule-health").await;
    assert_eq!(world.leads(DEMO).await.len(), before + 1);
    let items = world.items().await;
    assert!(!items.iter().any(|item| item["PK"]["S"].as_str().is_some_and(|key| key.starts_with("UNOWNED#"))));
}
