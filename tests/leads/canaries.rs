//! What people wrote into forms, and what opens Facebook, is looked for wherever it does not belong.

use super::{FACEBOOK, World, form};
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::facebook::{Act, BAKERY, CLIENT_SECRET, CallFault, CallKind, LeadOrder, NEWSLETTER_FORM, VERIFY_TOKEN};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Everything that begins like a token of Facebook.
fn tokens(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.starts_with("EAA") => {
            found.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| tokens(value, found)),
        Value::Object(values) => values.iter().for_each(|(name, value)| {
            tokens(&json!(name), found);
            tokens(value, found);
        }),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_a_person_and_no_token_is_where_it_does_not_belong() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let answers = json!([
        { "name": "full_name", "values": ["CANARY Person"] },
        { "name": "email", "values": ["canary-mail@example.com"] },
        { "name": "phone_number", "values": ["+4930901820"] },
    ]);
    let order = |count| LeadOrder { field_data: Some(answers.clone()), ..super::people(count) };
    let facebook = world.sandbox().facebook();
    facebook.add_leads(&order(3)).expect("leads");
    world.facebook_tells().await;
    facebook.fault(CallFault::error(2, None).on(CallKind::Lead).times(5));
    facebook.add_leads(&order(2)).expect("leads");
    world.facebook_tells().await;
    facebook.reset_switches();
    facebook.add_leads(&LeadOrder { lost: true, ..order(2) }).expect("leads");
    world.clock.advance(TimeDelta::hours(1));
    let admin = world.admin(DEMO);
    admin.post(&format!("{FACEBOOK}/sync"), &json!({})).await;
    world.settled().await;
    let newsletter = form(BAKERY, NEWSLETTER_FORM);
    let tried = [json!({ "key": "email", "values": ["canary-mail@example.com"] })];
    admin.post(&format!("{FACEBOOK}/mapping/preview"), &json!({ "form": newsletter, "answers": tried })).await.ok();
    let unreadable = json!({ "object": "page", "entry": [{ "id": {}, "changes": [{ "field": "leadgen", "value": { "x": "CANARY Person" } }] }] });
    assert_eq!(world.facebook_posts(&unreadable.to_string()).await, 200);
    facebook.act(Act::RevokeLeadAccess { page: BAKERY.into(), app: None }).expect("an act");
    admin.post(&format!("{FACEBOOK}/sync"), &json!({})).await;
    world.settled().await;
    assert!(world.leads(DEMO).await.iter().filter(|lead| lead["record"]["name"] == "CANARY Person").count() == 7);

    world.lines.assert_metrics(&[DEMO]);
    let lines = world.lines.all().concat();
    let events = world.stranger(None).get("/_local/events").await.text;
    // Records are where the answers belong, and what could not be read is kept word for word for a week.
    let elsewhere = |item: &&Value| {
        let key = item["PK"]["S"].as_str().unwrap_or_default();
        !key.starts_with("RECORDS#") && !key.starts_with("UNOWNED#")
    };
    let items = world.items().await;
    let others = json!(items.iter().filter(elsewhere).collect::<Vec<_>>()).to_string();
    for canary in ["CANARY Person", "canary-mail", "30901820"] {
        for (place, text) in [("a log", &lines), ("an event", &events), ("an item", &others)] {
            assert!(!text.contains(canary), "{canary} is in {place}");
        }
    }
    let mut secrets = BTreeSet::from([CLIENT_SECRET.to_owned(), VERIFY_TOKEN.to_owned()]);
    tokens(&world.sandbox().export(), &mut secrets);
    assert!(secrets.len() > 4, "{secrets:?}");
    let whole = json!(items).to_string();
    for secret in &secrets {
        for (place, text) in [("a log", &lines), ("an event", &events), ("an item", &whole)] {
            assert!(!text.contains(secret.as_str()), "a secret is in {place}");
        }
    }
}
