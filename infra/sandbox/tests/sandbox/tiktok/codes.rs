//! Paths, codes, limits and outages.

use chrono::Duration;
use sandbox::tiktok::{ADA, CLIENT_ID, CLIENT_SECRET, FIRST_ACCOUNT, Fault, FaultKind, SECOND_ACCOUNT};
use serde_json::{Value, json};

use super::support::{Tenant, connect, data, envelope, path, post, queued, switch};
use crate::support::{World, encoded};

const APP: [(&str, &str); 2] = [("app_id", CLIENT_ID), ("secret", CLIENT_SECRET)];

async fn forms(tenant: &Tenant<'_>, account: &str) -> Value {
    tenant.get("page/get", &[("advertiser_id", account)]).await
}

#[tokio::test]
async fn a_path_without_the_slash_at_its_end_reaches_nothing() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    let headers = [("access-token", ada.token.as_str())];
    let query = encoded(&APP);
    for path in ["open_api/v1.3/oauth2/advertiser/get", "open_api/v1.3/nothing/", "nothing", "open_api/v1.3/"] {
        let answer = world.send("GET", &format!("/tiktok/{path}?{query}"), &headers, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (404, "404 page not found"), "{path}");
        assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
        assert_eq!(answer.header("date"), Some("Sun, 22 Nov 2026 10:00:00 GMT"));
    }
    let method = world.send("POST", &path("oauth2/advertiser/get"), &headers, "{}").await;
    assert_eq!(method.status, 405);
    let old = world.send("GET", &format!("/tiktok/open_api/v1.2/oauth2/advertiser/get/?{query}"), &headers, "").await;
    assert_eq!(envelope(&old)["code"], 40_006);
}

#[tokio::test]
async fn every_answer_tells_the_sandboxs_time_and_no_limit() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    world.advance(Duration::seconds(3_661));
    let address = format!("{}?{}", path("oauth2/advertiser/get"), encoded(&APP));
    let answer = world.send("GET", &address, &[("access-token", &ada.token)], "").await;
    assert_eq!(answer.header("date"), Some("Sun, 22 Nov 2026 11:01:01 GMT"));
    assert_eq!(answer.head.to_lowercase().matches("\ndate:").count(), 1);
    let head = answer.head.to_lowercase();
    assert!(!head.contains("ratelimit") && !head.contains("rate-limit") && !head.contains("retry-after"));
    let again = world.send("GET", &address, &[("access-token", &ada.token)], "").await;
    assert_ne!(answer.json()["request_id"], again.json()["request_id"]);
}

#[tokio::test]
async fn every_code_can_be_had_by_switch() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    let codes = [
        40_000, 40_001, 40_002, 40_006, 40_007, 40_008, 40_009, 40_010, 40_013, 40_014, 40_016, 40_050, 40_051, 40_100,
        40_101, 40_102, 40_103, 40_104, 40_105, 40_106, 40_107, 40_110, 40_113, 40_115, 40_118, 40_119, 40_125, 40_132,
        40_133, 40_200, 40_201, 40_202, 40_300, 40_301, 50_000, 50_002, 51_010,
    ];
    for code in codes {
        world.sandbox.tiktok().fault(Fault::code(code).on("page/get").times(1));
        let answer = forms(&ada, FIRST_ACCOUNT).await;
        assert_eq!((&answer["code"], &answer["data"]), (&json!(code), &json!({})));
        assert!(!answer["message"].as_str().unwrap().is_empty());
    }
    data(&forms(&ada, FIRST_ACCOUNT).await);
    switch(&world, json!({ "faults": [{ "fault": "partial", "count": 1 }] }));
    let partial = forms(&ada, FIRST_ACCOUNT).await;
    assert_eq!((&partial["code"], partial["data"]["list"].as_array().unwrap().len()), (&json!(20_001), 4));
}

#[tokio::test]
async fn the_limit_per_second_is_over_in_the_next_one() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    switch(&world, json!({ "limits": { "qps": 2 } }));
    for _ in 0..2 {
        world.advance(Duration::seconds(1));
        data(&forms(&ada, FIRST_ACCOUNT).await);
        data(&forms(&ada, SECOND_ACCOUNT).await);
        assert_eq!(forms(&ada, FIRST_ACCOUNT).await["code"], 40_100);
        assert_eq!(forms(&ada, FIRST_ACCOUNT).await["code"], 40_100);
    }
    world.sandbox.tiktok().reset_switches();
    data(&forms(&ada, FIRST_ACCOUNT).await);
}

#[tokio::test]
async fn the_limit_per_minute_closes_for_five() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    switch(&world, json!({ "limits": { "qpm": 2 } }));
    data(&forms(&ada, FIRST_ACCOUNT).await);
    data(&forms(&ada, FIRST_ACCOUNT).await);
    assert_eq!(forms(&ada, FIRST_ACCOUNT).await["code"], 40_016);
    world.advance(Duration::seconds(299));
    assert_eq!(forms(&ada, FIRST_ACCOUNT).await["code"], 40_016);
    world.advance(Duration::seconds(1));
    data(&forms(&ada, FIRST_ACCOUNT).await);
}

#[tokio::test]
async fn the_limit_per_day_closes_until_midnight_of_utc() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    switch(&world, json!({ "limits": { "qpd": 1 } }));
    data(&forms(&ada, FIRST_ACCOUNT).await);
    assert_eq!(forms(&ada, FIRST_ACCOUNT).await["code"], 40_016);
    world.advance(Duration::seconds(14 * 3_600 - 1));
    assert_eq!(forms(&ada, FIRST_ACCOUNT).await["code"], 40_016);
    world.advance(Duration::seconds(1));
    data(&forms(&ada, FIRST_ACCOUNT).await);
}

#[tokio::test]
async fn the_limit_of_one_advertiser_is_not_that_of_another() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    switch(&world, json!({ "limits": { "advertiserQps": 1 } }));
    data(&forms(&ada, FIRST_ACCOUNT).await);
    assert_eq!(forms(&ada, FIRST_ACCOUNT).await["code"], 40_133);
    data(&forms(&ada, SECOND_ACCOUNT).await);
}

#[tokio::test]
async fn outages_are_no_envelopes_and_what_was_done_stays_done() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let detail = json!({ "access_token": ada.token, "advertiser_id": FIRST_ACCOUNT });
    let body = json!({
        "app_id": CLIENT_ID, "secret": CLIENT_SECRET, "subscribe_entity": "LEAD",
        "callback_url": "https://hooks.example.com/", "subscription_detail": detail,
    });
    let subscribe = || post(&world, "subscription/subscribe", &[], &body);
    let faults =
        [(FaultKind::Unavailable, 503, 0), (FaultKind::CommitThenTimeout, 504, 1), (FaultKind::Malformed, 200, 2)];
    for (kind, status, made) in faults {
        world.sandbox.tiktok().fault(Fault::always(kind).times(1));
        let answer = subscribe().await;
        assert_eq!(answer.status, status);
        assert!(serde_json::from_str::<Value>(&answer.body).is_err(), "{}", answer.body);
        assert_eq!(world.sandbox.tiktok().subscriptions().len(), made);
    }
    world.sandbox.tiktok().fault(Fault { after: 1, delay_ms: 1, ..Fault::always(FaultKind::Slow) });
    data(&envelope(&subscribe().await));
    data(&envelope(&subscribe().await));
    assert_eq!(world.sandbox.tiktok().requests("subscription/subscribe"), 5);
}
