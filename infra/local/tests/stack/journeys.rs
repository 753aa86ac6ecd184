//! What a stack does.

use crate::http::{get, post, send};
use crate::world::World;
use local::issuer::Member;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_request_reaches_a_function_with_the_environment_of_the_template() {
    let world = World::new();
    let running = world.start().await;
    let vars = get(&running.api, "/environment").await.json();
    assert_eq!(vars["TABLE_NAME"], "aura-local");
    assert_eq!(vars["QUEUE_URL"], format!("{}000000000000/jobs", running.aws));
    assert!(
        vars["KEYS"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:secretsmanager:eu-central-1:000000000000:secret:aura/local/keys-")
    );
    assert_eq!(vars["AWS_ACCESS_KEY_ID"], "AKIAFRONT");
    assert_eq!(vars["AWS_LAMBDA_FUNCTION_NAME"], "aura-local-front");
    assert_eq!(vars["GOOGLE_CALENDAR_URL"], format!("{}google/calendar/v3", running.sandbox));
    for name in ["FACEBOOK_DIALOG_URL", "FACEBOOK_GRAPH_URL"] {
        assert_eq!(vars[name], format!("{}facebook", running.sandbox), "without a version");
    }
    assert_eq!(vars["TIKTOK_AUTH_URL"], format!("{}tiktok/portal/auth", running.sandbox));
    assert_eq!(vars["TIKTOK_API_URL"], format!("{}tiktok/open_api/v1.3/", running.sandbox));
    running.stop().await;
}

#[tokio::test]
async fn secrets_are_made_once_and_the_sandbox_client_is_put_where_the_provider_looks() {
    let world = World::new();
    let running = local::start(world.kept()).await.unwrap();
    let secrets = running.embedded().unwrap().secrets().clone();
    let keys: Value = serde_json::from_str(&secrets.value("aura/local/keys").unwrap()).unwrap();
    assert_eq!(keys["k1"].as_str().unwrap().len(), 32);
    let client: Value = serde_json::from_str(&secrets.value("aura/local/providers/google-calendar").unwrap()).unwrap();
    assert_eq!(client["client_id"], sandbox::google::CLIENT_ID);
    let app: Value = serde_json::from_str(&secrets.value("aura/local/providers/facebook-lead-ads").unwrap()).unwrap();
    assert_eq!(app["verify_token"], sandbox::facebook::VERIFY_TOKEN);
    let app: Value = serde_json::from_str(&secrets.value("aura/local/providers/tiktok-lead-ads").unwrap()).unwrap();
    assert_eq!(app["client_secret"], sandbox::tiktok::CLIENT_SECRET);
    running.stop().await;
    drop(secrets);
    let again = local::start(world.kept()).await.unwrap();
    let kept: Value =
        serde_json::from_str(&again.embedded().unwrap().secrets().value("aura/local/keys").unwrap()).unwrap();
    assert_eq!(kept, keys);
    again.stop().await;
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart_and_gone_after_a_fresh_one() {
    let world = World::new();
    let running = local::start(world.kept()).await.unwrap();
    let token = running.token(Member::Admin, "demo").unwrap();
    assert_eq!(get(&running.api, "/count").await.body, "\"1\"");
    running.stop().await;

    let again = local::start(world.kept()).await.unwrap();
    assert_eq!(get(&again.api, "/count").await.body, "\"2\"");
    let key = |token: &str| token.split('.').next().unwrap().to_owned();
    assert_eq!(key(&again.token(Member::Admin, "demo").unwrap()), key(&token));
    again.stop().await;

    let fresh = local::start(local::Options { fresh: true, ..world.kept() }).await.unwrap();
    assert_eq!(get(&fresh.api, "/count").await.body, "\"1\"");
    assert_ne!(key(&fresh.token(Member::Admin, "demo").unwrap()), key(&token));
    fresh.stop().await;
}

#[tokio::test]
async fn a_token_of_the_local_issuer_opens_a_closed_route() {
    let world = World::new();
    let running = world.start().await;
    assert_eq!(get(&running.api, "/closed").await.status, 401);
    for path in ["/_local/token?member=admin", "/_local/token?member=viewer&account=acme"] {
        let token = get(&running.api, path).await.json()["token"].as_str().unwrap().to_owned();
        let header = format!("authorization: Bearer {token}\r\n");
        assert_eq!(send(&running.api, "GET", "/closed", &header, "").await.status, 200);
    }
    assert_eq!(get(&running.api, "/_local/token?member=root").await.status, 400);
    assert_eq!(get(&running.api, "/_local/token?member=admin&account=a%20b").await.status, 400);
    running.stop().await;
}

#[tokio::test]
async fn a_message_that_failed_comes_back_alone() {
    let world = World::new();
    let running = world.start().await;
    for body in ["fine", "fail"] {
        assert_eq!(post(&running.api, "/send", body).await.status, 200);
    }
    running.drained(Duration::from_secs(20)).await.unwrap();
    let seen = world.seen.all();
    let count =
        |body: &str, failed: bool| seen.iter().filter(|it| **it == json!({"body": body, "failed": failed})).count();
    assert_eq!((count("fine", false), count("fail", true), count("fail", false)), (1, 1, 1), "{seen:?}");
    let batches = running.metrics()["metrics"][0].clone();
    assert_eq!((batches["name"].as_str(), batches["dimensions"]["op"].as_str()), (Some("batches"), Some("work")));
    running.stop().await;
}

#[tokio::test]
async fn a_schedule_is_fired_by_any_of_its_names() {
    let world = World::new();
    let running = world.start().await;
    for name in ["tick", "Minute", "worker"] {
        assert_eq!(post(&running.api, &format!("/_local/schedules/{name}"), "").await.status, 200, "{name}");
    }
    assert_eq!(post(&running.api, "/_local/schedules/none", "").await.status, 404);
    let seen = world.seen.all();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|event| event["detail-type"] == "Scheduled Event"));
    running.stop().await;
}

#[tokio::test]
async fn what_is_said_on_the_bus_is_listed_and_delivered_by_its_rule() {
    let world = World::new();
    let running = world.start().await;
    get(&running.api, "/say").await;
    let listed = get(&running.api, "/_local/events").await.json();
    assert_eq!(listed["events"][0]["detail"], json!({"word": "hello"}));
    assert_eq!(listed["events"][0]["bus"], "aura");
    let delivered = async {
        while world.seen.all().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), delivered).await.unwrap();
    assert_eq!(world.seen.all()[0]["detail-type"], "said");
    running.stop().await;
}

#[tokio::test]
async fn a_plan_is_told_to_the_function_that_listens() {
    let world = World::new();
    let running = world.start().await;
    let answer = post(&running.api, "/_local/plan", r#"{"account":"demo","plan":"pro"}"#).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"account": "demo", "plan": "pro"})));
    for wrong in [r#"{"account":"demo","plan":"gold"}"#, r#"{"account":"a b","plan":"pro"}"#, "no"] {
        assert_eq!(post(&running.api, "/_local/plan", wrong).await.status, 400, "{wrong}");
    }
    let seen = world.seen.all();
    assert_eq!(seen.len(), 1, "{seen:?}");
    let told: Value = serde_json::from_str(seen[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(told["detail-type"], "billing.subscription.changed");
    assert_eq!(told["detail"], json!({"account": "demo", "plan": "pro", "version": 0}));
    running.stop().await;
}

#[tokio::test]
async fn a_function_may_do_what_its_role_allows_and_no_more() {
    let world = World::new();
    let running = world.start().await;
    let refusal = get(&running.api, "/forbidden").await.body;
    assert!(refusal.contains("front is not authorized to perform: dynamodb:DeleteTable"), "{refusal}");
    running.stop().await;
}

#[tokio::test]
async fn two_stacks_run_side_by_side() {
    let (left, right) = (World::new(), World::new());
    let (one, two) = (left.start().await, right.start().await);
    assert_ne!(one.api, two.api);
    assert_eq!(get(&one.api, "/count").await.body, "\"1\"");
    assert_eq!(get(&two.api, "/count").await.body, "\"1\"");
    one.stop().await;
    two.stop().await;
}
