//! Every way to another tenant's leads, and every door that a forged delivery could try.

use super::{FACEBOOK, World, form, people};
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::facebook::{Act, BAKERY, CHLOE, CLIENT_SECRET, Consent, GALLERY, GALLERY_FORM, NEWSLETTER_FORM};
use serde_json::{Value, json};

const OTHER: &str = "another";

fn change(page: &str, form: &str, lead: &Value) -> Value {
    json!({ "field": "leadgen", "value": { "leadgen_id": lead, "page_id": page, "form_id": form, "created_time": 1 } })
}

fn delivery(page: &str, form: &str, lead: &Value) -> String {
    let entry = json!({ "id": page, "time": 1, "changes": [change(page, form, lead)] });
    json!({ "object": "page", "entry": [entry] }).to_string()
}

fn signature(body: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes());
    format!("sha256={}", hex::encode(ring::hmac::sign(&key, body)))
}

impl World {
    async fn posts(&self, body: &[u8], headers: &[(&str, &str)]) -> u16 {
        let answer = self.stranger(None).raw("POST", "/webhooks/facebook-lead-ads", body.to_vec(), headers).await;
        self.settled().await;
        answer.status
    }

    async fn as_chloe(&self, account: &str) {
        let act = Act::AssignLeadAccess { page: GALLERY.to_owned(), app: None };
        self.sandbox().facebook().act(act).expect("an act");
        let pages = Some(vec![GALLERY.to_owned()]);
        let chloe = Consent { person: Some(CHLOE.to_owned()), pages, ..Consent::default() };
        self.connect_facebook(account, &chloe).await.ok();
        self.choose_forms(account, &[form(GALLERY, GALLERY_FORM)]).await.ok();
        assert_eq!(self.admin(account).get(FACEBOOK).await.ok()["status"], "Active");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_mixes_owners_brings_nobody_anothers_lead() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.as_chloe(OTHER).await;
    let before = (world.leads(DEMO).await.len(), world.leads(OTHER).await.len());
    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    world.sandbox().facebook().take_deliveries();
    let leads = world.sandbox().facebook().leads(NEWSLETTER_FORM).expect("leads");
    let known = world.leads(DEMO).await;
    let is_new = |lead: &&Value| known.iter().all(|one| one["id"] != lead["id"]);
    let lead = leads.iter().find(is_new).expect("the new one")["id"].clone();
    // Truly signed, and wrong about whose it is: the other tenant's page, with the form or lead of this one.
    for (page, form) in [(GALLERY, GALLERY_FORM), (GALLERY, NEWSLETTER_FORM), (BAKERY, GALLERY_FORM)] {
        assert_eq!(world.facebook_posts(&delivery(page, form, &lead)).await, 200);
        assert_eq!((world.leads(DEMO).await.len(), world.leads(OTHER).await.len()), before, "{page} {form}");
    }
    assert_eq!(world.facebook_posts(&delivery(BAKERY, NEWSLETTER_FORM, &lead)).await, 200);
    assert_eq!((world.leads(DEMO).await.len(), world.leads(OTHER).await.len()), (before.0 + 1, before.1));
    for path in ["records?limit=500", "reconciliation", "runs", "history"] {
        let shown = world.admin(OTHER).get(&format!("{FACEBOOK}/{path}")).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(!shown.text.contains(lead.as_str().expect("an id")), "{path}");
    }
    let cursor = world.admin(DEMO).get(&format!("{FACEBOOK}/records?limit=1")).await.ok()["cursor"].clone();
    let stolen = format!("{FACEBOOK}/records?limit=1&cursor={}", cursor.as_str().expect("a cursor"));
    assert_ne!(world.admin(OTHER).get(&stolen).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_is_lost_ends_the_routing_with_the_next_look_and_a_disconnect_at_once() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.with_newsletter(OTHER).await;
    let before = world.leads(OTHER).await.len();
    world.admin(OTHER).post(&format!("{FACEBOOK}/disconnect"), &json!({})).await.ok();
    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    world.facebook_tells().await;
    assert_eq!(world.leads(OTHER).await.len(), before);

    let ours = world.leads(DEMO).await.len();
    let act = Act::WithdrawPage { person: sandbox::facebook::ALICE.into(), page: BAKERY.into(), app: None };
    world.sandbox().facebook().act(act).expect("an act");
    // Before anybody has noticed: what is told can only be fetched with an access that is gone.
    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    let leads = world.sandbox().facebook().leads(NEWSLETTER_FORM).expect("leads");
    let lead = &leads.last().expect("a lead")["id"];
    for minutes in [0, 70] {
        world.clock.advance(TimeDelta::minutes(minutes));
        world.schedule("schedule-sync").await;
        assert_eq!(world.facebook_posts(&delivery(BAKERY, NEWSLETTER_FORM, lead)).await, 200);
        assert_eq!(world.leads(DEMO).await.len(), ours);
    }
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["status"], "Error");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_just_so_is_refused_and_changes_nothing() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    let told = world.sandbox().facebook().take_deliveries().pop().expect("a delivery");
    let (body, good) = (told.body.clone(), told.header("X-Hub-Signature-256").expect("a signature").to_owned());
    let items = world.items().await;
    let bytes = body.as_bytes();
    let mutations: Vec<Vec<u8>> = vec![
        [bytes, b" "].concat(),
        bytes[..bytes.len() - 1].to_vec(),
        bytes[1..].to_vec(),
        body.replacen('1', "2", 1).into_bytes(),
        body.replace("leadgen_id", "leadgen\\u005fid").into_bytes(),
        vec![],
    ];
    for mutated in &mutations {
        assert_eq!(world.posts(mutated, &[("x-hub-signature-256", &good)]).await, 401);
    }
    let digits = good.trim_start_matches("sha256=").to_owned();
    let upper = format!("sha256={}", digits.to_uppercase());
    let half = format!("sha256={}", &digits[..32]);
    let spaced = format!("sha256= {digits}");
    for header in [upper.as_str(), &half, &spaced, &digits, "sha256=", "sha1=aa", ""] {
        assert_eq!(world.posts(bytes, &[("x-hub-signature-256", header)]).await, 401, "{header}");
    }
    assert_eq!(world.posts(bytes, &[("x-hub-signature", &good)]).await, 401);
    assert_eq!(world.posts(bytes, &[]).await, 401);
    assert_eq!(world.items().await, items);
    assert_eq!(world.posts(bytes, &[("x-hub-signature-256", &good)]).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_deep_and_odd_deliveries_are_taken_without_harm() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let before = world.leads(DEMO).await.len();
    world.sandbox().facebook().add_leads(&people(2)).expect("leads");
    world.sandbox().facebook().take_deliveries();
    let known = world.leads(DEMO).await;
    let leads = world.sandbox().facebook().leads(NEWSLETTER_FORM).expect("leads");
    let new: Vec<&Value> =
        leads.iter().map(|lead| &lead["id"]).filter(|id| known.iter().all(|one| one["id"] != **id)).collect();

    let padding = "x".repeat(1024 * 1024);
    let mut large: Value = serde_json::from_str(&delivery(BAKERY, NEWSLETTER_FORM, new[0])).expect("JSON");
    large["padding"] = json!(padding);
    assert_eq!(world.facebook_posts(&large.to_string()).await, 200);
    assert_eq!(world.leads(DEMO).await.len(), before + 1);

    let number: u64 = new[1].as_str().expect("digits").parse().expect("a number");
    assert_eq!(world.facebook_posts(&delivery(BAKERY, NEWSLETTER_FORM, &json!(number))).await, 200);
    assert_eq!(world.leads(DEMO).await.len(), before + 2, "an id as a number, beyond 2^53 or not");

    let deep = format!("{{\"object\":\"page\",\"entry\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let huge =
        json!({ "object": "page", "entry": [{ "id": 18_446_744_073_709_551_615_u64, "changes": [] }] }).to_string();
    for odd in [deep.as_str(), &huge, "[]", "null", "{}", "7", "\"page\"", "{\"object\":\"page\",\"entry\":7}"] {
        assert_eq!(world.facebook_posts(odd).await, 200, "{}", &odd[..odd.len().min(60)]);
    }
    assert_eq!(world.leads(DEMO).await.len(), before + 2);
    assert_eq!(world.posts(&vec![b'x'; 5 * 1024 * 1024], &[("x-hub-signature-256", &signature(b"x"))]).await, 413);
}
