//! What a person takes back at Facebook: access, or also their data.

use super::{FACEBOOK, World, people};
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::facebook::{ALICE, CHLOE, CallFault, CallKind, CallbackKind, CallbackOrder};
use serde_json::{Value, json};

const OTHER: &str = "another";

impl World {
    async fn withdraw(&self, kind: CallbackKind, person: &str) -> (u16, Value) {
        let answer = self.sandbox().facebook().call_back(&CallbackOrder::of(kind, person)).await.expect("an answer");
        self.settled().await;
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    async fn history_types(&self, account: &str) -> Vec<Value> {
        let history = self.admin(account).get(&format!("{FACEBOOK}/history")).await.ok();
        history["lines"].as_array().expect("lines").iter().map(|line| line["event"]["type"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_removes_the_app_is_disconnected_everywhere_and_keeps_what_came() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.with_newsletter(OTHER).await;
    let leads = [world.leads(DEMO).await.len(), world.leads(OTHER).await.len()];
    assert_eq!(world.withdraw(CallbackKind::Deauthorize, ALICE).await.0, 200);
    for (account, leads) in [DEMO, OTHER].into_iter().zip(leads) {
        let view = world.admin(account).get(FACEBOOK).await.ok();
        assert_eq!((&view["status"], &view["connected"]), (&json!("Disconnected"), &json!(false)), "{view}");
        assert_eq!(world.leads(account).await.len(), leads);
    }
    // Nobody gets anything any more.
    world.sandbox().facebook().add_leads(&people(2)).expect("leads");
    world.facebook_tells().await;
    assert_eq!(world.leads(DEMO).await.len(), leads[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_older_than_the_consent_is_not_meant_and_a_forged_one_is_refused() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let facebook = world.sandbox().facebook();
    let old = facebook.callback(&CallbackOrder::of(CallbackKind::Deauthorize, ALICE)).expect("a callback");
    world.clock.advance(TimeDelta::minutes(5));
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    assert_eq!(old.deliver().await.expect("an answer").0, 200);
    world.settled().await;
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["status"], "Active");

    let forged = CallbackOrder { forged: true, ..CallbackOrder::of(CallbackKind::Deletion, ALICE) };
    assert_eq!(facebook.call_back(&forged).await.expect("an answer").status, 401);
    assert_eq!(world.withdraw(CallbackKind::Deletion, CHLOE).await.0, 200, "nothing of hers is here");
    world.settled().await;
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["status"], "Active");
    let unknown = world.stranger(None).get("/webhooks/facebook/deletion/0123456789abcdef0123456789abcdef").await;
    unknown.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_erases_the_persons_data_for_good_and_says_how_far_it_is() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    world.sandbox().facebook().add_leads(&people(3)).expect("leads");
    world.facebook_tells().await;
    let told = world.told_of_leads().await.len();
    // A disconnect keeps the records, and the deletion finds them all the same.
    world.admin(DEMO).post(&format!("{FACEBOOK}/disconnect"), &json!({})).await.ok();
    world.settled().await;
    let leads = world.leads(DEMO).await;
    let emails: Vec<String> =
        leads.iter().filter_map(|lead| Some(lead["record"]["email"].as_str()?.to_owned())).collect();
    assert!(emails.len() > 3);

    let (status, answer) = world.withdraw(CallbackKind::Deletion, ALICE).await;
    let code = answer["confirmation_code"].as_str().expect("a code").to_owned();
    assert_eq!(status, 200);
    assert!(answer["url"].as_str().expect("a URL").ends_with(&format!("/webhooks/facebook/deletion/{code}")));
    let state = world.stranger(None).get(&format!("/webhooks/facebook/deletion/{code}")).await;
    assert!(state.text.contains("has deleted"), "{state:?}");
    assert_eq!(world.leads(DEMO).await.len(), 0);
    let view = world.admin(DEMO).get(FACEBOOK).await.ok();
    assert_eq!((&view["account"], &view["settings"]["resources"]), (&Value::Null, &json!([])), "{view}");
    assert!(world.history_types(DEMO).await.contains(&json!("data_erased")));
    let items = json!(world.items().await).to_string();
    assert!(emails.iter().all(|email| !items.contains(email.as_str())), "an address of a person is still in the table");

    // Connected again, what was erased does not come back: neither as a record nor as an event.
    world.clock.advance(TimeDelta::minutes(2));
    world.with_newsletter(DEMO).await;
    assert_eq!(world.leads(DEMO).await.len(), 0);
    assert_eq!(world.told_of_leads().await.len(), told);
    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    world.facebook_tells().await;
    assert_eq!(world.leads(DEMO).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_whose_message_is_lost_or_repeated_is_carried_out_once_by_whoever_comes() {
    let world = World::of(crate::world::Plan { by_hand: true, events: 10, ..Default::default() }).await;
    world.sandbox().facebook().set_notify(sandbox::Notify::Queue);
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    let (_, answer) = world.withdraw(CallbackKind::Deletion, ALICE).await;
    let path = format!("/webhooks/facebook/deletion/{}", answer["confirmation_code"].as_str().expect("a code"));
    assert!(world.stranger(None).get(&path).await.text.contains("is deleting"));
    // The message of the callback is lost; the sweep finds the entry.
    world.clock.advance(TimeDelta::minutes(6));
    world.schedule("schedule-health").await;
    let mail = world.delivered().await;
    let messages: Vec<_> = mail.into_iter().filter(|(function, _)| function == "lifecycle-worker").collect();
    let (function, last) = messages.last().expect("a message");
    for _ in 0..2 {
        world.invoke(function, last.clone(), TimeDelta::seconds(100)).await;
    }
    assert!(world.stranger(None).get(&path).await.text.contains("has deleted"));
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["account"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_requests_of_one_second_have_the_same_body_and_are_both_carried_out() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let facebook = world.sandbox().facebook();
    let order = |kind| facebook.callback(&CallbackOrder::of(kind, ALICE)).expect("a callback");
    let (deletion, deauthorize) = (order(CallbackKind::Deletion), order(CallbackKind::Deauthorize));
    assert_eq!(deletion.body, deauthorize.body);
    let (status, text) = deletion.deliver().await.expect("an answer");
    assert_eq!((status, deauthorize.deliver().await.expect("an answer").0), (200, 200));
    world.settled().await;
    assert_eq!(world.leads(DEMO).await.len(), 0);
    // Told twice, it is the same request: who has connected again since is not touched.
    world.clock.advance(TimeDelta::minutes(2));
    world.with_newsletter(DEMO).await;
    let again = deletion.deliver().await.expect("an answer");
    world.settled().await;
    assert_eq!((again.0, again.1), (200, text));
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["status"], "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_comes_late_erases_all_the_same() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let old =
        world.sandbox().facebook().callback(&CallbackOrder::of(CallbackKind::Deletion, ALICE)).expect("a callback");
    world.clock.advance(TimeDelta::minutes(25));
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    assert_eq!(old.deliver().await.expect("an answer").0, 200);
    world.settled().await;
    assert_eq!(world.leads(DEMO).await.len(), 0);
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok()["connected"], json!(false));
}

/// A tenant whose leads could not be read, more of them than one page of an erasure has, and a deletion so much later.
async fn erased_unread(after: TimeDelta) -> World {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let facebook = world.sandbox().facebook();
    facebook.fault(CallFault::error(100, Some(33)).on(CallKind::Lead).times(1000));
    facebook.add_leads(&people(60)).expect("leads");
    world.facebook_tells().await;
    assert_eq!(world.kept().await.len(), 60);
    world.clock.advance(after);
    let (status, answer) = world.withdraw(CallbackKind::Deletion, ALICE).await;
    assert_eq!(status, 200);
    let code = answer["confirmation_code"].as_str().expect("a code");
    let state = world.stranger(None).get(&format!("/webhooks/facebook/deletion/{code}")).await;
    assert!(state.text.contains("has deleted"), "{state:?}");
    assert_eq!(world.kept().await.len(), 0);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_takes_kept_leads_too_and_they_do_not_come_back() {
    let world = erased_unread(TimeDelta::hours(1)).await;
    world.sandbox().facebook().reset_switches();
    world.clock.advance(TimeDelta::minutes(2));
    world.with_newsletter(DEMO).await;
    assert_eq!(world.leads(DEMO).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_takes_kept_leads_whose_time_is_over_before_the_broom_does() {
    erased_unread(TimeDelta::days(91)).await;
}
