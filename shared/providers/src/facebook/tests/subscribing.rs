//! A page's subscription.

use super::*;
use chrono::TimeDelta;

fn subscribed(apps: Value) -> Response<Bytes> {
    ok(&json!({ "data": apps }))
}

fn done() -> Response<Bytes> {
    ok(&json!({ "success": true }))
}

async fn subscribe(facebook: &Facebook, resource: &ResourceId) -> Result<Subscribed, SubscribeError> {
    let address = "https://example.com/webhooks/facebook-lead-ads".parse().unwrap();
    let request = SubscribeRequest {
        app: &app(),
        resource,
        id: "019365a0-0000-7000-8000-0000000000c1",
        token: &"canary-channel-token".into(),
        address: &address,
        until: "2026-12-01T08:00:00Z".parse().unwrap(),
        former: Some(PAGE_ID),
    };
    let result = facebook.provider.webhook().unwrap().subscribe(&access(), &request).await;
    assert_hides_canaries(&(&result, &request));
    result
}

fn page() -> ResourceId {
    owner().resource().unwrap()
}

#[test]
fn a_form_is_watched_by_its_page_which_serves_everybody() {
    let facebook = Facebook::answering(vec![]);
    let webhook = facebook.provider.webhook().unwrap();
    assert!(webhook.subscribes() && webhook.is_shared());
    assert_eq!(webhook.lasts(), TimeDelta::days(1));
    assert_eq!(webhook.watched(&form().resource().unwrap()), page());
    assert_eq!(webhook.watched(&page()), page());
}

#[tokio::test]
async fn a_new_subscription_keeps_the_fields_of_others() {
    let apps = json!([
        { "id": "app2", "subscribed_fields": ["leadgen", "messages"] },
        { "id": "app1", "subscribed_fields": ["feed", "ratings"] },
    ]);
    let facebook = Facebook::answering(vec![subscribed(apps), done()]);
    let made = subscribe(&facebook, &page()).await.unwrap();
    let until = "2026-12-01T08:00:00Z".parse().unwrap();
    assert_eq!(made, Subscribed { remote: PAGE_ID.to_owned(), until });
    let edge = format!("/{PAGE_ID}/subscribed_apps");
    assert_eq!(facebook.asked(), [format!("GET {edge}"), format!("POST {edge}")]);
    let requests = facebook.wire.requests();
    assert_eq!(pairs(requests[1].body())["subscribed_fields"], "feed,ratings,leadgen");
    requests.iter().for_each(|request| assert_called_with(request, OF_PAGE));

    let first = Facebook::answering(vec![subscribed(json!([])), done()]);
    subscribe(&first, &page()).await.unwrap();
    assert_eq!(pairs(first.wire.requests()[1].body())["subscribed_fields"], "leadgen");
}

#[tokio::test]
async fn fields_that_cannot_be_read_are_not_overwritten() {
    let apps =
        json!([{ "id": "app2", "subscribed_fields": 7 }, { "id": "app1", "subscribed_fields": [{ "name": "feed" }] }]);
    let facebook = Facebook::answering(vec![subscribed(apps)]);
    let Err(SubscribeError::Failed(error)) = subscribe(&facebook, &page()).await else { panic!() };
    assert_failed(Err::<(), _>(error), FailureClass::OurBug, "unreadable_answer");
}

#[tokio::test]
async fn a_subscription_that_is_alive_stays_as_it_is() {
    let facebook =
        Facebook::answering(vec![subscribed(json!([{ "id": "app1", "subscribed_fields": ["feed", "leadgen"] }]))]);
    assert_eq!(subscribe(&facebook, &page()).await.unwrap().remote, PAGE_ID);
    assert_eq!(facebook.request().method(), Method::GET);
}

#[tokio::test]
async fn a_page_that_is_not_reached_is_refused_without_a_call() {
    let facebook = Facebook::answering(vec![]);
    for (id, code) in
        [("page:999", "page_not_granted"), ("advertiser:138124712925158", "page_not_granted"), ("x", "not_a_page")]
    {
        let Err(SubscribeError::Failed(error)) = subscribe(&facebook, &resource(id)).await else { panic!() };
        assert_failed(Err::<(), _>(error), FailureClass::ResourceNotFound, code);
        assert_failed(unsubscribe(&facebook, id).await, FailureClass::ResourceNotFound, code);
    }
}

#[tokio::test]
async fn a_missing_permission_is_told() {
    for answers in [vec![refusal(200, None)], vec![subscribed(json!([])), refusal(200, None)]] {
        let Err(SubscribeError::Failed(error)) = subscribe(&Facebook::answering(answers), &page()).await else {
            panic!()
        };
        assert_failed(Err::<(), _>(error), FailureClass::MissingPermission, "200");
    }
}

async fn unsubscribe(facebook: &Facebook, id: &str) -> Result<(), ProviderError> {
    let resource = resource(id);
    let ending = EndingSubscription { app: &app(), resource: &resource, id: "c1", remote: PAGE_ID };
    facebook.provider.webhook().unwrap().unsubscribe(&access(), &ending).await
}

#[tokio::test]
async fn a_subscription_is_ended_and_one_that_has_ended_is_a_success() {
    for answer in [done(), refusal(100, Some(33))] {
        let facebook = Facebook::answering(vec![answer]);
        unsubscribe(&facebook, page().as_str()).await.unwrap();
        assert_eq!(facebook.asked(), [format!("DELETE /{PAGE_ID}/subscribed_apps")]);
        assert_called_with(&facebook.request(), OF_PAGE);
    }
    let dead = Facebook::answering(vec![refusal(190, None)]);
    assert_failed(unsubscribe(&dead, page().as_str()).await, FailureClass::DeadCredentials, "190");
}
