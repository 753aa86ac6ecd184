//! Several who connect the same person or the same page, through one app or through two.

use sandbox::facebook::{ALICE, BAKERY, BOB, CLIENT_ID, CLIENT_SECRET, Consent, OTHER_CLIENT_ID, OTHER_CLIENT_SECRET};
use serde_json::{Value, json};

use super::support::{CALLBACK, REDIRECT, code, queued};
use crate::receiver::{Hook, hmac_hex};
use crate::support::{World, parameter, text};

/// A user token of Alice's for the other app.
async fn alice_elsewhere(world: &World) -> String {
    let url = world.dialog_url(&[("client_id", OTHER_CLIENT_ID)]);
    let redirect = world.sandbox.facebook().consent(&url, &Consent::default()).unwrap();
    let fields = [
        ("client_id", OTHER_CLIENT_ID),
        ("client_secret", OTHER_CLIENT_SECRET),
        ("redirect_uri", REDIRECT),
        ("code", &parameter(&redirect, "code").unwrap()),
    ];
    let reply = world.form("/facebook/v26.0/oauth/access_token", &fields).await.json();
    text(&reply, "access_token").to_owned()
}

/// The bakery's token for the other app, which is told of its leads at `hook` from now on.
async fn subscribed_elsewhere(world: &World, hook: &Hook, include_values: &str) -> String {
    let app_token = format!("{OTHER_CLIENT_ID}|{OTHER_CLIENT_SECRET}");
    let params = [
        ("object", "page"),
        ("callback_url", hook.url.as_str()),
        ("verify_token", "any"),
        ("fields", "leadgen"),
        ("include_values", include_values),
    ];
    let made = world.graph("POST", &format!("{OTHER_CLIENT_ID}/subscriptions"), &app_token, &params).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let alice = alice_elsewhere(world).await;
    let page = world.graph_of(OTHER_CLIENT_SECRET, "GET", BAKERY, &alice, &[("fields", "access_token")]).await.json();
    let bakery = text(&page, "access_token").to_owned();
    let path = format!("{BAKERY}/subscribed_apps");
    let fields = [("subscribed_fields", "leadgen")];
    let made = world.graph_of(OTHER_CLIENT_SECRET, "POST", &path, &bakery, &fields).await;
    assert_eq!(made.status, 200, "{}", made.body);
    bakery
}

async fn willing() -> Hook {
    Hook::open(|_, request| {
        let challenge = request.split("hub.challenge=").nth(1).and_then(|rest| rest.split('&').next());
        (200, challenge.unwrap_or_default().to_owned())
    })
    .await
}

#[tokio::test]
async fn two_apps_have_grants_of_their_own() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let other = alice_elsewhere(&world).await;
    assert_eq!(code(&world.read("me", &other).await), (100, 0), "the proof of another app is none");
    world.act(json!({ "act": "removeApp", "person": ALICE }));
    assert_eq!(code(&world.read("me", &alice).await), (190, 458));
    assert_eq!(world.graph_of(OTHER_CLIENT_SECRET, "GET", "me", &other, &[]).await.status, 200);
}

#[tokio::test]
async fn a_page_tells_both_apps_each_at_its_address_with_its_own_signature() {
    let (world, hook) = (queued().await, willing().await);
    world.subscribed_bakery().await;
    subscribed_elsewhere(&world, &hook, "true").await;
    let lead = world.order(json!({})).remove(0);
    let told = world.sandbox.facebook().take_deliveries();
    let expected = [(CLIENT_ID, CLIENT_SECRET, CALLBACK), (OTHER_CLIENT_ID, OTHER_CLIENT_SECRET, hook.url.as_str())];
    assert_eq!(told.len(), 2);
    for (delivery, (app, secret, address)) in told.iter().zip(expected) {
        assert_eq!((delivery.app.as_str(), delivery.address.as_str()), (app, address));
        let signature = format!("sha256={}", hmac_hex(secret, &delivery.body));
        assert_eq!(delivery.header("X-Hub-Signature-256"), Some(signature.as_str()));
        assert!(delivery.body.contains(&lead));
    }
    world.act(json!({ "act": "disableWebhooks", "app": OTHER_CLIENT_ID }));
    world.order(json!({}));
    assert_eq!(world.sandbox.facebook().take_deliveries().len(), 1, "the failure of one app is not that of the other");
}

#[tokio::test]
async fn an_app_that_wants_no_values_is_told_only_which_fields_changed() {
    let (world, hook) = (queued().await, willing().await);
    subscribed_elsewhere(&world, &hook, "false").await;
    world.order(json!({}));
    let told = world.sandbox.facebook().take_deliveries();
    let body: Value = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!((&body["entry"][0]["changed_fields"], body["entry"][0].get("changes")), (&json!(["leadgen"]), None));
}

#[tokio::test]
async fn a_page_with_two_people_is_lost_to_one_of_them_only() {
    let world = queued().await;
    let (alice, bob) = (world.user(ALICE).await, world.user(BOB).await);
    let (hers, his) = (world.page_token(&alice, BAKERY).await, world.page_token(&bob, BAKERY).await);
    assert_ne!(hers, his);
    world.act(json!({ "act": "losePageRole", "person": BOB, "page": BAKERY }));
    assert_eq!(code(&world.read(BAKERY, &his).await), (190, 492));
    assert_eq!(world.read(BAKERY, &hers).await.status, 200);
    assert_eq!(world.read("me", &bob).await.status, 200, "one page lost is not all lost");
    let tasks = json!(["ANALYZE"]);
    world.act(json!({ "act": "givePageRole", "person": BOB, "page": BAKERY, "tasks": tasks }));
    assert_eq!(world.read(BAKERY, &his).await.status, 200);
}
