//! TikTok Lead Ads, from connect to leads.

use crate::world::{Answer, DEMO, World};
use chrono::TimeDelta;
use sandbox::Notify;
use sandbox::tiktok::{Consent, FIRST_ACCOUNT, LeadOrder, SHORT_FORM};
use serde_json::json;
use url::Url;

const TIKTOK: &str = "/integrations/tiktok-lead-ads";

impl World {
    async fn of_tiktok() -> Self {
        let world = Self::new().await;
        world.sandbox().tiktok().set_notify(Notify::Queue);
        world
    }

    async fn connect_tiktok(&self, account: &str) -> Answer {
        let admin = self.admin(account);
        let started = admin.post(&format!("{TIKTOK}/connect"), &json!({})).await.ok();
        let url = Url::parse(started["authorizationUrl"].as_str().expect("a URL")).expect("a URL");
        let redirect = self.sandbox().tiktok().consent(&url, &Consent::default()).expect("the page accepts");
        let back = self.follow(&redirect).await;
        let answer = admin.post("/oauth/complete", &json!({ "flow": back["flow"], "ticket": back["ticket"] })).await;
        self.settled().await;
        answer
    }

    /// Connected, with one form of the first ad account chosen.
    async fn with_short_form(&self, account: &str) {
        self.connect_tiktok(account).await.ok();
        let body = json!({ "resources": [format!("advertiser:{FIRST_ACCOUNT}/{SHORT_FORM}")] });
        self.admin(account).json("PATCH", &format!("{TIKTOK}/settings"), &body, &[]).await.ok();
        self.settled().await;
        self.tasks_done(account).await;
    }

    /// Lets time pass until no run waits for a file that TikTok prepares.
    async fn tasks_done(&self, account: &str) {
        for _ in 0..60 {
            let view = self.admin(account).get(TIKTOK).await.ok();
            if view["sync"]["run"].is_null() {
                return;
            }
            self.clock.advance(TimeDelta::minutes(1));
            let stack = self.stack.stack();
            let schedule =
                stack.schedules.iter().find(|one| one.name.ends_with("schedule-sync")).expect("the schedule");
            self.stack.fire(&schedule.name).await.expect("a plan");
            self.settled().await;
        }
        panic!("a run that never ends");
    }

    async fn tiktok_tells(&self) -> Vec<u16> {
        let mut answers = Vec::new();
        for webhook in self.sandbox().tiktok().take_webhooks() {
            answers.push(webhook.deliver().await.expect("an answer"));
        }
        self.settled().await;
        answers
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_connects_tiktok_chooses_a_form_and_gets_its_leads_both_ways() {
    let world = World::of_tiktok().await;
    world.with_short_form(DEMO).await;
    let view = world.admin(DEMO).get(TIKTOK).await.ok();
    assert_eq!(view["status"], "Active", "{view}");
    let before = world.leads_of(TIKTOK, DEMO).await.len();
    world.sandbox().tiktok().generate(&LeadOrder { count: 3, ..LeadOrder::default() }).expect("leads");
    assert!(world.tiktok_tells().await.iter().all(|status| *status == 200));
    let leads = world.leads_of(TIKTOK, DEMO).await;
    assert_eq!(leads.len(), before + 3, "{leads:?}");
    assert!(leads.iter().any(|lead| lead["record"]["via"] == "webhook"));

    world.sandbox().tiktok().generate(&LeadOrder { count: 4, lost: true, ..LeadOrder::default() }).expect("leads");
    world.clock.advance(TimeDelta::minutes(61));
    world.admin(DEMO).post(&format!("{TIKTOK}/sync"), &json!({})).await;
    world.settled().await;
    world.tasks_done(DEMO).await;
    assert_eq!(world.leads_of(TIKTOK, DEMO).await.len(), before + 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_leads_with_their_answers_in_one_post_are_accepted_and_complete() {
    let world = World::of_tiktok().await;
    world.with_short_form(DEMO).await;
    let before = world.leads_of(TIKTOK, DEMO).await.len();
    let order = LeadOrder { count: 1000, per_post: 1000, non_ascii: true, ..LeadOrder::default() };
    world.sandbox().tiktok().generate(&order).expect("leads");
    let webhooks = world.sandbox().tiktok().take_webhooks();
    let [webhook] = webhooks.as_slice() else { panic!("{} messages", webhooks.len()) };
    assert!(webhook.body.len() > 256 * 1024, "larger than any request of a person: {}", webhook.body.len());
    assert_eq!(webhook.deliver().await.expect("an answer"), 200);
    world.settled().await;
    assert_eq!(world.leads_of(TIKTOK, DEMO).await.len(), before + 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_is_not_chosen_through_two_of_its_owners() {
    let world = World::of_tiktok().await;
    world.connect_tiktok(DEMO).await.ok();
    let twice =
        json!({ "resources": [format!("advertiser:{FIRST_ACCOUNT}/{SHORT_FORM}"), format!("library:7/{SHORT_FORM}")] });
    let refused = world.admin(DEMO).json("PATCH", &format!("{TIKTOK}/settings"), &twice, &[]).await;
    refused.problem(422, "form_chosen_twice");
    let foreign = json!({ "resources": [format!("advertiser:7000000000000000001/{SHORT_FORM}")] });
    let refused = world.admin(DEMO).json("PATCH", &format!("{TIKTOK}/settings"), &foreign, &[]).await;
    assert!(matches!(refused.status, 404 | 422), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_lead_is_marked_although_its_delivery_does_not_say_that_it_is_one() {
    let world = World::of_tiktok().await;
    world.with_short_form(DEMO).await;
    let body = json!({ "form": format!("advertiser:{FIRST_ACCOUNT}/{SHORT_FORM}") });
    let sent = world.admin(DEMO).post(&format!("{TIKTOK}/test-lead"), &body).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    assert!(world.tiktok_tells().await.iter().all(|status| *status == 200));
    let leads = world.leads_of(TIKTOK, DEMO).await;
    let lead = leads.iter().find(|lead| lead["id"] == sent.body["lead"]).expect("the test lead");
    assert_eq!(lead["record"]["test"], true, "{lead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ad_account_tells_each_of_its_tenants_once_and_nobody_else() {
    let world = World::of_tiktok().await;
    for account in [DEMO, "another"] {
        world.with_short_form(account).await;
    }
    let count = async |account| world.leads_of(TIKTOK, account).await.len();
    let before = (count(DEMO).await, count("another").await);
    world.sandbox().tiktok().generate(&LeadOrder { count: 3, ..LeadOrder::default() }).expect("leads");
    for webhook in world.sandbox().tiktok().take_webhooks() {
        for _ in 0..2 {
            assert_eq!(webhook.deliver().await.expect("an answer"), 200);
        }
    }
    world.settled().await;
    assert_eq!((count(DEMO).await, count("another").await), (before.0 + 3, before.1 + 3));
    world.admin("another").post(&format!("{TIKTOK}/pause"), &json!({})).await.ok();
    world.sandbox().tiktok().generate(&LeadOrder { count: 1, ..LeadOrder::default() }).expect("a lead");
    world.tiktok_tells().await;
    assert_eq!((count(DEMO).await, count("another").await), (before.0 + 4, before.1 + 3));
}
