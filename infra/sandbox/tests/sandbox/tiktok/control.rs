//! The page's buttons and the calls of scripts.

use sandbox::tiktok::{ADA, FIRST_ACCOUNT, SECOND_ACCOUNT, SHORT_FORM};
use serde_json::{Value, json};

use super::support::{authorization_url, connect, data, exchange, queued, taken};
use crate::support::{Answer, World, buttons, text};

async fn call(world: &World, method: &str, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    world.send(method, &format!("/_sandbox/tiktok/{path}"), &headers, &body.to_string()).await
}

#[tokio::test]
async fn every_button_of_the_index_page_is_understood() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    data(&ada.subscribe(json!({ "advertiser_id": FIRST_ACCOUNT })).await);
    let buttons = buttons(&world, "tiktok").await;
    assert!(buttons.len() > 35, "{}", buttons.len());
    for (path, body) in buttons {
        let answer = call(&world, "POST", &path, &body).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.body);
    }
    let standing = call(&world, "GET", "switches", &Value::Null).await.json();
    assert_eq!(
        (&standing["wire"], &standing["csv"]["guard"], &standing["taskPolls"]),
        (&json!("raw"), &json!("formula"), &json!(5))
    );
    let after = call(&world, "DELETE", "switches", &Value::Null).await.json();
    let fresh = call(&queued().await, "GET", "switches", &Value::Null).await.json();
    assert_eq!(after, fresh);
    assert_ne!(standing, fresh);
}

#[tokio::test]
async fn scripts_make_leads_and_see_what_has_become_of_them() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    data(&ada.subscribe(json!({ "advertiser_id": FIRST_ACCOUNT })).await);
    let order = json!({ "form": SHORT_FORM, "count": 3, "perPost": 1 });
    let made = call(&world, "POST", "leads", &order).await.json();
    assert_eq!(made["changed"].as_array().unwrap().len(), 3);
    let counts = call(&world, "GET", "webhooks", &Value::Null).await.json();
    assert_eq!((&counts["due"], &counts["waiting"]), (&json!(3), &json!(3)));
    call(&world, "POST", "events", &json!({ "object": 14 })).await;
    assert_eq!(call(&world, "POST", "forged", &json!({ "kind": "unsigned" })).await.json()["addresses"], 1);
    assert_eq!(taken(&world).len(), 5);

    let state = call(&world, "GET", "state", &Value::Null).await.json();
    assert_eq!((state["accounts"].as_array().unwrap().len(), state["forms"].as_array().unwrap().len()), (4, 6));
    assert_eq!(state["subscriptions"][0]["alive"], true);
    assert!(!state.to_string().contains(&ada.token), "tokens are left out");
    let requests = call(&world, "GET", "requests", &Value::Null).await.json();
    assert_eq!(requests, json!({ "oauth2/access_token": 1, "subscription/subscribe": 1 }));
    assert_eq!(call(&world, "DELETE", "requests", &Value::Null).await.status, 204);
    assert_eq!(call(&world, "GET", "requests", &Value::Null).await.json(), json!({}));
}

#[tokio::test]
async fn scripts_consent_and_change_who_may_do_what() {
    let world = World::new().await;
    let url = authorization_url(&world, &[]);
    let body =
        json!({ "authorization_url": url.as_str(), "person": "grace", "accounts": [SECOND_ACCOUNT], "leave_out": [4] });
    let redirect = call(&world, "POST", "consent", &body).await.json();
    let redirect = url::Url::parse(text(&redirect, "redirect")).unwrap();
    let reply = data(&exchange(&world, &crate::support::parameter(&redirect, "auth_code").unwrap()).await);
    assert_eq!(
        (&reply["advertiser_ids"], &reply["scope"]),
        (&json!([SECOND_ACCOUNT]), &json!([680, 12_010_000, 12_020_000]))
    );

    let added = call(&world, "POST", "acts", &json!({ "act": "addForm", "account": FIRST_ACCOUNT, "title": "New" }))
        .await
        .json();
    let form = text(&added, "id");
    assert_eq!(call(&world, "POST", "leads", &json!({ "form": form })).await.status, 200);
    let questions = json!([{ "key": "q", "label": "A question?" }]);
    let asked = json!({ "act": "addForm", "account": FIRST_ACCOUNT, "title": "Asks", "questions": questions });
    assert_eq!(call(&world, "POST", "acts", &asked).await.status, 200);
    assert_eq!(call(&world, "POST", "acts", &json!({ "act": "removeForm", "form": form })).await.status, 200);
    assert_eq!(call(&world, "POST", "leads", &json!({ "form": form })).await.status, 400);
}

#[tokio::test]
async fn what_scripts_get_wrong_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let before = world.sandbox.export();
    let wrong = [
        ("switches", json!({ "unknown": 1 })),
        ("switches", json!({ "faults": [{ "fault": "nonsense" }] })),
        ("switches", json!({ "faults": [{ "fault": "code", "subcode": 1 }] })),
        ("leads", json!({ "form": "1" })),
        ("leads", json!({ "messageTo": "1" })),
        ("leads", json!({ "amount": 1 })),
        ("acts", json!({ "act": "removeAccount", "account": "1" })),
        ("acts", json!({ "act": "cancel", "person": "nobody" })),
        ("acts", json!({ "act": "setRole", "person": "nobody", "account": FIRST_ACCOUNT })),
        ("acts", json!({ "act": "dance" })),
        ("consent", json!({ "authorization_url": "x" })),
        ("events", json!({})),
        ("forged", json!({ "kind": "perfect" })),
    ];
    for (path, body) in wrong {
        let answer = call(&world, "POST", path, &body).await;
        assert_eq!(answer.status, 400, "{path} {body}: {}", answer.body);
        assert!(!text(&answer.json(), "error").is_empty());
    }
    assert_eq!(world.sandbox.export(), before);
    assert_eq!(world.sandbox.tiktok().switches(), Default::default());
}
