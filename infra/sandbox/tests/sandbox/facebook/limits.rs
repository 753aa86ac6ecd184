//! Rate limits and the headers that tell of them.

use chrono::Duration;
use sandbox::facebook::{ALICE, BAKERY, CHLOE, CallFault, GALLERY, NEWSLETTER_FORM, TINY};
use serde_json::{Value, json};

use super::support::{APP_TOKEN, code, queued};
use crate::support::{Answer, text};

fn app_usage(answer: &Answer) -> Value {
    serde_json::from_str(answer.header("x-app-usage").unwrap()).unwrap()
}

/// The one entry of the one business.
fn business_usage(answer: &Answer) -> Value {
    let all: Value = serde_json::from_str(answer.header("x-business-use-case-usage").unwrap()).unwrap();
    let all = all.as_object().unwrap();
    assert_eq!(all.len(), 1);
    all.values().next().unwrap()[0].clone()
}

#[tokio::test]
async fn each_call_tells_how_much_of_its_bucket_is_used() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let bakery = world.page_token(&alice, BAKERY).await;
    world.facebook_switch(json!({ "budget": { "fixed": 4 } }));
    for percent in [25, 50, 75, 100] {
        let usage = app_usage(&world.read("me", &alice).await);
        assert_eq!(usage, json!({ "call_count": percent, "total_time": percent, "total_cputime": percent }));
    }
    let over = world.read("me", &alice).await;
    assert_eq!((over.status, code(&over)), (400, (4, 0)));
    assert_eq!(
        code(&world.read("me/permissions", APP_TOKEN).await),
        (4, 0),
        "the app's own calls are in the same bucket"
    );

    let leads = world.read(&format!("{NEWSLETTER_FORM}/leads"), &bakery).await;
    let usage = business_usage(&leads);
    assert_eq!((&usage["type"], &usage["call_count"]), (&json!("leadgen"), &json!(25)));
    assert_eq!(usage["estimated_time_to_regain_access"], 0);
    assert!(leads.header("x-app-usage").is_none());
    let pages = business_usage(&world.read(BAKERY, &bakery).await);
    assert_eq!((&pages["type"], &pages["call_count"]), (&json!("pages"), &json!(25)));
    for _ in 0..3 {
        world.read(NEWSLETTER_FORM, &bakery).await;
    }
    world.advance(Duration::hours(23) + Duration::seconds(30));
    let over = world.read(NEWSLETTER_FORM, &bakery).await;
    assert_eq!(code(&over), (80_005, 0));
    assert_eq!(business_usage(&over)["estimated_time_to_regain_access"], 60, "minutes, begun ones whole");
    assert!(over.header("retry-after").is_none());
    world.advance(Duration::hours(1));
    assert_eq!(business_usage(&world.read(NEWSLETTER_FORM, &bakery).await)["call_count"], 25);
}

#[tokio::test]
async fn a_page_without_leads_has_a_tiny_budget_when_limits_are_as_documented() {
    let world = queued().await;
    let chloe = world.user(CHLOE).await;
    let gallery = world.page_token(&chloe, GALLERY).await;
    let bakery = world.bakery().await;
    world.facebook_switch(json!({ "budget": "documented" }));
    let path = format!("{GALLERY}/leadgen_forms");
    for _ in 0..TINY {
        assert_eq!(world.read(&path, &gallery).await.status, 200);
    }
    assert_eq!(code(&world.read(&path, &gallery).await), (80_005, 0));
    assert_eq!(business_usage(&world.read(NEWSLETTER_FORM, &bakery).await)["call_count"], 0, "4,800 for each lead");
    world.facebook_switch(json!({ "budget": "generous" }));
    assert_eq!(world.read(&path, &gallery).await.status, 200);
}

#[tokio::test]
async fn a_switched_limit_says_for_how_many_minutes() {
    let world = queued().await;
    let bakery = world.bakery().await;
    world.sandbox.facebook().fault(CallFault::error(80_005, None).times(1).for_minutes(7));
    let over = world.read(NEWSLETTER_FORM, &bakery).await;
    assert_eq!(code(&over), (80_005, 0));
    assert_eq!(business_usage(&over)["estimated_time_to_regain_access"], 7);
    assert_eq!(business_usage(&over)["call_count"], 100);
    assert_eq!(business_usage(&world.read(NEWSLETTER_FORM, &bakery).await)["estimated_time_to_regain_access"], 0);
}

#[tokio::test]
async fn calls_about_an_ad_tell_of_the_ad_account_too() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let lead = world.order(json!({ "organic": false })).remove(0);
    let ad = world.graph("GET", &lead, &bakery, &[("fields", "ad_id")]).await.json();
    let path = format!("{}/leads", text(&ad, "ad_id"));
    let usage = |answer: &Answer| serde_json::from_str::<Value>(answer.header("x-ad-account-usage").unwrap()).unwrap();
    let read = world.read(&path, &bakery).await;
    assert_eq!((read.status, usage(&read)), (200, json!({ "acc_id_util_pct": 0 })));
    world.sandbox.facebook().fault(CallFault::error(80_004, None).times(1).for_minutes(3));
    let over = world.read(&path, &bakery).await;
    assert_eq!((code(&over), usage(&over)), ((80_004, 0), json!({ "acc_id_util_pct": 100 })));
    let of_form = world.read(&format!("{NEWSLETTER_FORM}/leads"), &bakery).await;
    assert_eq!((of_form.status, of_form.header("x-ad-account-usage")), (200, None));
}
