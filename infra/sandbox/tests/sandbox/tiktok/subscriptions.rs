//! Subscribing, and who is told.

use sandbox::tiktok::{
    ADA, CLIENT_ID, CLIENT_SECRET, Consent, FIRST_ACCOUNT, GRACE, LIBRARY, LIBRARY_FORM, LONG_FORM, MOVED_ACCOUNT,
    OTHER_LIBRARY, Role, SECOND_ACCOUNT, SECOND_FORM, SHORT_FORM, Scope,
};
use serde_json::{Value, json};

use super::support::{
    HOOK, Tenant, connect, connect_as, data, envelope, generate, lead_ids, post, queued, switch, taken,
};
use crate::support::{World, text};

fn first(form: Option<&str>) -> Value {
    let mut detail = json!({ "advertiser_id": FIRST_ACCOUNT, "lead_source": "INSTANT_FORM" });
    if let Some(form) = form {
        detail["page_id"] = json!(form);
    }
    detail
}

async fn unsubscribe(world: &World, id: &str) -> Value {
    let body = json!({ "app_id": CLIENT_ID, "secret": CLIENT_SECRET, "subscription_id": id });
    envelope(&post(world, "subscription/unsubscribe", &[], &body).await)
}

/// To how many posts one more lead of the form leads.
fn told(world: &World, form: &str) -> usize {
    taken(world);
    generate(world, json!({ "form": form }));
    taken(world).len()
}

#[tokio::test]
async fn a_subscription_is_made_listed_and_ended() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let made = data(&ada.subscribe(first(Some(SHORT_FORM))).await);
    let id = text(&made, "subscription_id").to_owned();
    assert_eq!(id.len(), 19);
    let expected = json!([{
        "subscription_id": id,
        "subscribe_entity": "LEAD",
        "callback_url": HOOK,
        "subscription_detail": {
            "access_token": ada.token, "lead_source": "INSTANT_FORM", "advertiser_id": FIRST_ACCOUNT, "page_id": SHORT_FORM,
        },
    }]);
    assert_eq!(json!(ada.subscriptions().await), expected);
    assert_eq!((told(&world, SHORT_FORM), told(&world, LONG_FORM)), (1, 0));
    assert_eq!(unsubscribe(&world, &id).await["code"], 0);
    assert_eq!(unsubscribe(&world, &id).await["code"], 40_301);
    assert_eq!((ada.subscriptions().await.len(), told(&world, SHORT_FORM)), (0, 0));

    switch(&world, json!({ "subscriptionIdBeside": true }));
    let beside = ada.subscribe(first(None)).await;
    assert_eq!((&beside["code"], &beside["data"]), (&json!(0), &json!({})));
    assert_eq!(beside["subscription_id"], ada.subscriptions().await[0]["subscription_id"]);
    assert_eq!((told(&world, SHORT_FORM), told(&world, LONG_FORM)), (1, 1));
}

#[tokio::test]
async fn overlapping_subscriptions_and_several_tenants_are_each_told() {
    let world = queued().await;
    let (ada, tenant, grace) = (connect(&world, ADA).await, connect(&world, ADA).await, connect(&world, GRACE).await);
    ada.subscribe(first(None)).await;
    ada.subscribe(first(Some(SHORT_FORM))).await;
    tenant.subscribe_at("https://hooks.example.com/other", first(None)).await;
    let second = json!({ "advertiser_id": SECOND_ACCOUNT });
    grace.subscribe(second.clone()).await;
    tenant.subscribe(second).await;
    let ids = generate(&world, json!({}));
    let posts = taken(&world);
    assert_eq!(posts.len(), 3);
    assert!(posts.iter().all(|one| lead_ids(one) == ids));
    assert_eq!(posts.iter().filter(|one| one.address == HOOK).count(), 2);
    assert_eq!((told(&world, LONG_FORM), told(&world, SECOND_FORM), told(&world, LIBRARY_FORM)), (2, 2, 0));
}

#[tokio::test]
async fn subscriptions_die_silently_with_their_token() {
    let world = queued().await;
    let (ada, tenant) = (connect(&world, ADA).await, connect(&world, ADA).await);
    ada.subscribe(first(None)).await;
    tenant.subscribe(first(None)).await;
    let body = json!({ "app_id": CLIENT_ID, "secret": CLIENT_SECRET, "access_token": ada.token });
    post(&world, "oauth2/revoke_token", &[], &body).await;
    assert_eq!((tenant.subscriptions().await.len(), told(&world, SHORT_FORM)), (1, 1));
    switch(&world, json!({ "listDeadSubscriptions": true }));
    assert_eq!((tenant.subscriptions().await.len(), told(&world, SHORT_FORM)), (2, 1));
    world.sandbox.tiktok().cancel(ADA).unwrap();
    assert_eq!(told(&world, SHORT_FORM), 0);
    connect(&world, ADA).await;
    assert_eq!(told(&world, SHORT_FORM), 0, "a new grant does not bring the old subscription back");
}

#[tokio::test]
async fn a_refresh_keeps_the_subscription() {
    let world = queued().await;
    switch(&world, json!({ "tokens": { "expiring": { "seconds": 60 } } }));
    let reply = data(&super::support::exchange(&world, &super::support::code(&world, &Consent::default())).await);
    let ada = Tenant { world: &world, token: text(&reply, "access_token").to_owned() };
    ada.subscribe(first(None)).await;
    let body = json!({
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "refresh_token", "refresh_token": reply["refresh_token"],
    });
    post(&world, "tt_user/oauth2/refresh_token", &[], &body).await;
    assert_eq!(told(&world, SHORT_FORM), 1);
}

#[tokio::test]
async fn only_admins_subscribe_by_account() {
    let world = queued().await;
    let (ada, grace) = (connect(&world, ADA).await, connect(&world, GRACE).await);
    assert_eq!(grace.subscribe(first(None)).await["code"], 40_125);
    let blind = connect_as(&world, &Consent { leave_out: vec![Scope::Leads.id()], ..Consent::default() }).await;
    assert_eq!(blind.subscribe(first(None)).await["code"], 40_001);
    data(&ada.subscribe(first(None)).await);
    world.sandbox.tiktok().set_role(ADA, FIRST_ACCOUNT, None).unwrap();
    assert_eq!(ada.subscribe(first(None)).await["code"], 40_106);
    assert_eq!(told(&world, SHORT_FORM), 0, "an account that is lost is not told of");
    world.sandbox.tiktok().set_role(ADA, MOVED_ACCOUNT, Some(Role::Operator)).unwrap();
    data(&ada.subscribe(json!({ "library_id": LIBRARY })).await);
    assert_eq!(told(&world, LIBRARY_FORM), 1);
    assert_eq!(ada.subscribe(json!({ "advertiser_id": MOVED_ACCOUNT })).await["code"], 40_002);
    assert_eq!(ada.subscribe(json!({ "library_id": OTHER_LIBRARY })).await["code"], 40_119);
}

#[tokio::test]
async fn a_subscription_by_account_hears_no_more_once_leads_are_moved() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    data(&ada.subscribe(json!({ "advertiser_id": SECOND_ACCOUNT })).await);
    let library = world.sandbox.tiktok().move_leads(SECOND_ACCOUNT).unwrap();
    assert_eq!(told(&world, SECOND_FORM), 0);
    data(&ada.subscribe(json!({ "library_id": library, "page_id": SECOND_FORM })).await);
    assert_eq!(told(&world, SECOND_FORM), 1);
}

#[tokio::test]
async fn direct_messages_have_a_subscription_of_their_own() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let messages = json!({ "advertiser_id": FIRST_ACCOUNT, "lead_source": "DIRECT_MESSAGE" });
    data(&ada.subscribe(messages.clone()).await);
    let mut with_form = messages;
    with_form["page_id"] = json!(SHORT_FORM);
    assert_eq!(ada.subscribe(with_form).await["code"], 40_002);
    assert_eq!(told(&world, SHORT_FORM), 0);
    let ids = generate(&world, json!({ "messageTo": FIRST_ACCOUNT }));
    let posts = taken(&world);
    let event = super::support::event(&posts[0]);
    assert_eq!((lead_ids(&posts[0]), &event["entry"][0]["page_id"]), (ids, &json!(0)));
    assert_eq!(event["entry"][0]["lead_source"], "DIRECT_MESSAGE");
}

#[tokio::test]
async fn what_is_no_subscription_is_refused() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let good = json!({
        "app_id": CLIENT_ID, "secret": CLIENT_SECRET, "subscribe_entity": "LEAD", "callback_url": HOOK,
        "subscription_detail": { "access_token": ada.token, "advertiser_id": FIRST_ACCOUNT },
    });
    let wrong = [
        ("/secret", json!("wrong"), 40_113),
        ("/app_id", json!("1"), 40_113),
        ("/subscribe_entity", json!("AD"), 40_002),
        ("/callback_url", json!("http://hooks.example.com/"), 40_002),
        ("/callback_url", json!("nowhere"), 40_002),
        ("/subscription_detail", json!("x"), 40_002),
        ("/subscription_detail/access_token", json!("x"), 40_105),
        ("/subscription_detail/access_token", json!(""), 40_002),
        ("/subscription_detail/advertiser_id", json!("1"), 40_300),
        ("/subscription_detail/advertiser_id", json!(7_126_711_421_177_430_275_u64), 40_002),
    ];
    for (place, value, code) in wrong {
        let mut body = good.clone();
        *body.pointer_mut(place).unwrap() = value;
        let answer = envelope(&post(&world, "subscription/subscribe", &[], &body).await);
        assert_eq!(answer["code"], code, "{place}: {answer}");
    }
    assert_eq!(ada.subscribe(first(Some(SECOND_FORM))).await["code"], 40_007);
    assert_eq!(ada.subscriptions().await.len(), 0, "nothing that was refused has changed anything");
    data(&envelope(&post(&world, "subscription/subscribe", &[], &good).await));
    assert_eq!(ada.subscriptions().await.len(), 1);
}
