//! Subscriptions.

use super::*;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use http::Method;

const ADDRESS: &str = "https://api.example.com/webhooks/tiktok-lead-ads";

fn until() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_975_200, 0).unwrap()
}

async fn subscribe(tiktok: &TikTok, owner: &str, former: Option<&str>) -> Result<Subscribed, SubscribeError> {
    let (owner, token, address) = (resource(owner), "canary-token".into(), Url::parse(ADDRESS).unwrap());
    let app = app();
    let request = SubscribeRequest {
        app: &app,
        resource: &owner,
        id: "channel-1",
        token: &token,
        address: &address,
        until: until(),
        former,
    };
    tiktok.provider.webhook().unwrap().subscribe(&access(), &request).await
}

async fn class(tiktok: &TikTok, owner: &str) -> FailureClass {
    match subscribe(tiktok, owner, None).await.unwrap_err() {
        SubscribeError::Failed(error) => error.class,
        SubscribeError::Unwatchable => panic!("it can be watched"),
    }
}

fn subscribed(id: &str) -> Response<Bytes> {
    granted(json!({ "subscription_id": id }))
}

fn listed(id: &str, address: &str, owner: (&str, &str), pages: u64) -> Response<Bytes> {
    listed_by(TOKEN, id, address, owner, pages)
}

fn listed_by(token: &str, id: &str, address: &str, owner: (&str, &str), pages: u64) -> Response<Bytes> {
    let detail = json!({ "access_token": token, owner.0: owner.1, "lead_source": "INSTANT_FORM" });
    let one = json!({ "subscription_id": id, "subscribe_entity": "LEAD", "callback_url": address, "subscription_detail": detail });
    granted(json!({ "subscriptions": [one], "page_info": { "total_page": pages } }))
}

#[test]
fn the_owner_of_a_form_is_watched_for_each_integration_and_looked_at_daily() {
    let tiktok = TikTok::answering([]);
    let webhook = tiktok.provider.webhook().unwrap();
    assert_eq!(webhook.watched(&resource("advertiser:11/900")), resource("advertiser:11"));
    assert_eq!(webhook.watched(&resource("library:5/900")), resource("library:5"));
    assert!(webhook.subscribes() && !webhook.is_shared());
    assert_eq!(webhook.lasts(), TimeDelta::days(1), "an access that was lost ends within the day");
}

fn detail_of(request: &Request<Bytes>) -> Value {
    json_body(request)["subscription_detail"].clone()
}

#[tokio::test]
async fn a_subscription_is_made_with_everything_in_the_body() {
    let tiktok = TikTok::answering([subscribed("s1")]);
    let made = subscribe(&tiktok, "library:5", None).await.unwrap();
    assert_eq!(made, Subscribed { remote: "s1".to_owned(), until: until() });
    let request = tiktok.request();
    assert_eq!((request.method(), path(&request).as_str()), (&Method::POST, "subscription/subscribe/"));
    let expected = json!({
        "app_id": "app-7", "secret": SECRET, "subscribe_entity": "LEAD", "callback_url": ADDRESS,
        "subscription_detail": { "access_token": TOKEN, "library_id": "5", "lead_source": "INSTANT_FORM" },
    });
    assert_eq!(json_body(&request), expected);
}

#[tokio::test]
async fn an_account_is_subscribed_to_by_itself_until_its_leads_are_moved() {
    let (no_form, a_form) = (granted(json!({})), granted(json!({ "list": [{ "page_id": "900" }] })));
    for first in [vec![granted(json!({ "list": [] }))], vec![refused(40001)], vec![library(), no_form]] {
        let tiktok = TikTok::answering(first.into_iter().chain([subscribed("s1")]));
        subscribe(&tiktok, "advertiser:11", None).await.unwrap();
        assert_eq!(detail_of(tiktok.wire.requests().last().unwrap())["advertiser_id"], "11");
    }
    // The former one, of the account itself, hears no more.
    let former = listed("s1", ADDRESS, ("advertiser_id", "11"), 1);
    let tiktok = TikTok::answering([library(), a_form.clone(), former, subscribed("s2")]);
    assert_eq!(subscribe(&tiktok, "advertiser:11", Some("s1")).await.unwrap().remote, "s2");
    let detail = detail_of(tiktok.wire.requests().last().unwrap());
    assert_eq!((&detail["library_id"], detail.get("advertiser_id")), (&json!("5"), None));
    // That of the library is kept.
    let tiktok = TikTok::answering([library(), a_form, listed("s2", ADDRESS, ("library_id", "5"), 1)]);
    assert_eq!(subscribe(&tiktok, "advertiser:11", Some("s2")).await.unwrap().remote, "s2");
}

fn library() -> Response<Bytes> {
    granted(json!({ "list": [{ "library_id": "5", "advertiser_id": "11" }] }))
}

#[tokio::test]
async fn the_id_is_found_at_either_place() {
    for body in [
        json!({ "code": 0, "data": { "subscription_id": 7126711421177430274u64 } }),
        json!({ "code": 0, "subscription_id": "7126711421177430274" }),
        json!({ "code": 0, "subscription_id": "7126711421177430274", "data": {} }),
    ] {
        let tiktok = TikTok::answering([answer(200, &body.to_string())]);
        assert_eq!(subscribe(&tiktok, "library:5", None).await.unwrap().remote, "7126711421177430274");
    }
    assert_eq!(class(&TikTok::answering([granted(json!({}))]), "library:5").await, FailureClass::OurBug);
}

#[tokio::test]
async fn a_former_subscription_that_is_listed_is_kept() {
    let tiktok = TikTok::answering([
        listed("s0", ADDRESS, ("library_id", "5"), 2),
        listed("s1", ADDRESS, ("library_id", "5"), 2),
    ]);
    let kept = subscribe(&tiktok, "library:5", Some("s1")).await.unwrap();
    assert_eq!(kept, Subscribed { remote: "s1".to_owned(), until: until() });
    let requests = tiktok.wire.requests();
    assert_eq!(tiktok.paths(), ["subscription/get/", "subscription/get/"]);
    let expected = [
        pair("app_id", "app-7"),
        pair("page", "2"),
        pair("page_size", "1000"),
        pair("secret", SECRET),
        pair("subscribe_entity", "LEAD"),
    ];
    assert_eq!(query(&requests[1]), expected);
}

#[tokio::test]
async fn a_token_that_the_list_hides_is_believed() {
    let tiktok = TikTok::answering([listed_by("****", "s1", ADDRESS, ("library_id", "5"), 1)]);
    assert_eq!(subscribe(&tiktok, "library:5", Some("s1")).await.unwrap().remote, "s1");
}

#[tokio::test]
async fn a_former_subscription_that_died_or_tells_somebody_else_is_made_anew() {
    let elsewhere = "https://old.example.com/webhooks/tiktok-lead-ads";
    for list in [
        granted(json!({ "subscriptions": [] })),
        granted(json!({})),
        listed("s0", ADDRESS, ("library_id", "5"), 1),
        listed("s1", elsewhere, ("library_id", "5"), 1),
        listed("s1", ADDRESS, ("library_id", "6"), 1),
        listed_by("canary-former-token", "s1", ADDRESS, ("library_id", "5"), 1),
    ] {
        let tiktok = TikTok::answering([list, subscribed("s2")]);
        assert_eq!(subscribe(&tiktok, "library:5", Some("s1")).await.unwrap().remote, "s2");
    }
}

#[tokio::test]
async fn an_account_that_is_refused_is_subscribed_to_by_its_library() {
    let tiktok = TikTok::answering([library(), granted(json!({})), refused(40001), library(), subscribed("s1")]);
    assert_eq!(subscribe(&tiktok, "advertiser:11", None).await.unwrap().remote, "s1");
    assert_eq!(detail_of(tiktok.wire.requests().last().unwrap())["library_id"], "5");
}

#[tokio::test]
async fn a_refusal_is_told_and_nothing_is_made_twice() {
    use FailureClass::*;
    for (code, expected) in
        [(40105, DeadCredentials), (40113, OurConfiguration), (40100, RateLimited), (50000, Transient)]
    {
        assert_eq!(class(&TikTok::answering([refused(code)]), "library:5").await, expected, "{code}");
    }
    let not_admin = TikTok::answering([refused(40125)]);
    assert_eq!(class(&not_admin, "library:5").await, MissingPermission);
    assert_eq!(class(&TikTok::answering([]), "nonsense").await, ResourceNotFound);
    let lost = TikTok::on(vec![Err(WireError::Timeout)]);
    assert_eq!(class(&lost, "library:5").await, Transient);
    assert_eq!(lost.wire.requests().len(), 1);
}

async fn unsubscribe(tiktok: &TikTok) -> Result<(), ProviderError> {
    let (owner, app) = (resource("advertiser:11"), app());
    let ending = EndingSubscription { app: &app, resource: &owner, id: "channel-1", remote: "s1" };
    tiktok.provider.webhook().unwrap().unsubscribe(&access(), &ending).await
}

#[tokio::test]
async fn a_subscription_is_ended_by_the_application() {
    let tiktok = TikTok::answering([granted(json!({}))]);
    unsubscribe(&tiktok).await.unwrap();
    let request = tiktok.request();
    assert_eq!((request.method(), path(&request).as_str()), (&Method::POST, "subscription/unsubscribe/"));
    assert_eq!(json_body(&request), json!({ "app_id": "app-7", "secret": SECRET, "subscription_id": "s1" }));
    assert!(!request.headers().contains_key("access-token"));
}

#[tokio::test]
async fn one_that_has_ended_is_ended() {
    for code in [40007, 40300, 40301, 40050] {
        unsubscribe(&TikTok::answering([refused(code)])).await.unwrap();
    }
    unsubscribe(&TikTok::answering([refused(40002), granted(json!({ "subscriptions": [] }))])).await.unwrap();
    let there = TikTok::answering([refused(40002), listed("s1", ADDRESS, ("library_id", "5"), 1)]);
    assert_eq!(unsubscribe(&there).await.unwrap_err().code, "40002");
    assert_eq!(
        unsubscribe(&TikTok::answering([refused(40113)])).await.unwrap_err().class,
        FailureClass::OurConfiguration
    );
}
