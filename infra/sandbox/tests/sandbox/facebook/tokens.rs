//! Codes, tokens, and what kills them.

use chrono::Duration;
use sandbox::facebook::{
    ALICE, BAKERY, BOB, CLIENT_ID, CLIENT_SECRET, CYCLING, Consent, OTHER_CLIENT_ID, OTHER_CLIENT_SECRET,
};
use serde_json::{Value, json};

use super::support::{APP_TOKEN, REDIRECT, code, data, queued};
use crate::receiver::hmac_hex;
use crate::support::{World, encoded, text};

async fn debug(world: &World, token: &str) -> Value {
    let answer = world.graph("GET", "debug_token", APP_TOKEN, &[("input_token", token)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"].clone()
}

#[tokio::test]
async fn a_code_becomes_a_short_token_and_that_one_of_sixty_days() {
    let world = queued().await;
    let code_text = world.code_as(&Consent::default());
    let short = world.redeem(&code_text).await.json();
    assert_eq!(short["token_type"], "bearer");
    assert!((3_600..=7_200).contains(&short["expires_in"].as_i64().unwrap()));
    assert!(short.get("refresh_token").is_none());
    assert_eq!(code(&world.redeem(&code_text).await), (100, 36_009), "a code is good once");
    let long = world.prolong(text(&short, "access_token")).await.json();
    let seconds = long["expires_in"].as_i64().unwrap();
    assert!((5_180_000..=5_184_000).contains(&seconds), "{seconds}");
    world.advance(Duration::hours(3));
    assert_eq!(code(&world.prolong(text(&short, "access_token")).await), (190, 463), "too late");
    let again = world.prolong(text(&long, "access_token")).await.json();
    assert_eq!(again["expires_in"].as_i64().unwrap(), seconds - 3 * 3_600, "a long-lived one gains no time");
    world.advance(Duration::days(60));
    assert_eq!(code(&world.read("me", text(&long, "access_token")).await), (190, 463));
}

#[tokio::test]
async fn a_code_is_good_for_its_app_address_and_ten_minutes_only() {
    let world = queued().await;
    let asked = |fields: [(&'static str, String); 4]| {
        let fields = fields.map(|(name, value)| (name, value));
        fields.to_vec()
    };
    let good = |code: &str| {
        asked([
            ("client_id", CLIENT_ID.to_owned()),
            ("client_secret", CLIENT_SECRET.to_owned()),
            ("redirect_uri", REDIRECT.to_owned()),
            ("code", code.to_owned()),
        ])
    };
    let code_text = world.code_as(&Consent::default());
    for (place, value, expected) in [
        (0, "1", (101, 0)),
        (1, "wrong", (1, 0)),
        (2, "http://127.0.0.1:8787/other", (100, 36_008)),
        (3, "AQnever", (100, 0)),
    ] {
        let mut fields = good(&code_text);
        fields[place].1 = value.to_owned();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = world.form("/facebook/v26.0/oauth/access_token", &fields).await;
        assert_eq!((answer.status, code(&answer)), (400, expected), "{value}");
    }
    world.advance(Duration::minutes(10));
    assert_eq!(code(&world.redeem(&code_text).await), (100, 36_007));
}

#[tokio::test]
async fn every_call_with_a_token_proves_the_app_secret() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let wrong = hmac_hex("another secret", &alice);
    let right = hmac_hex(CLIENT_SECRET, &alice);
    for (proof, status) in [(None, 400), (Some(wrong.as_str()), 400), (Some(right.as_str()), 200)] {
        let mut query = vec![("access_token", alice.as_str())];
        query.extend(proof.map(|proof| ("appsecret_proof", proof)));
        let answer = world.send("GET", &format!("/facebook/v26.0/me?{}", encoded(&query)), &[], "").await;
        assert_eq!(answer.status, status, "{}", answer.body);
        let header = [("authorization", format!("Bearer {alice}"))].map(|(name, value)| (name, value));
        let headers: Vec<(&str, &str)> = header.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let query = proof.map(|proof| encoded(&[("appsecret_proof", proof)])).unwrap_or_default();
        let answer = world.send("GET", &format!("/facebook/v26.0/me?{query}"), &headers, "").await;
        assert_eq!(answer.status, status, "a header is as good as a parameter: {}", answer.body);
    }
    let bare =
        format!("/facebook/v26.0/debug_token?{}", encoded(&[("access_token", APP_TOKEN), ("input_token", &alice)]));
    assert_eq!(code(&world.send("GET", &bare, &[], "").await), (100, 0), "the app's own token too");
    assert_eq!(code(&world.send("GET", "/facebook/v26.0/me", &[], "").await), (2500, 0));
    assert_eq!(code(&world.read("me", "EAAnonsense").await), (190, 0));
}

#[tokio::test]
async fn the_app_token_tells_what_a_token_is() {
    let world = queued().await;
    let granted = Consent { decline: vec!["ads_management".to_owned()], ..Consent::default() };
    let alice = world.user_as(&granted).await;
    let now = 1_795_341_600;
    let user = debug(&world, &alice).await;
    assert_eq!(user["is_valid"], true);
    assert_eq!((&user["type"], &user["app_id"], &user["user_id"]), (&json!("USER"), &json!(CLIENT_ID), &json!(ALICE)));
    assert_eq!(user["data_access_expires_at"].as_i64(), Some(now + 90 * 86_400));
    assert_eq!(user["issued_at"].as_i64(), Some(now));
    let scopes = user["scopes"].as_array().unwrap();
    assert!(scopes.contains(&json!("leads_retrieval")) && !scopes.contains(&json!("ads_management")));
    let granular = user["granular_scopes"].as_array().unwrap();
    assert!(granular.contains(&json!({ "scope": "leads_retrieval", "target_ids": [BAKERY, CYCLING] })), "{granular:?}");

    let bakery = world.page_token(&alice, BAKERY).await;
    let page = debug(&world, &bakery).await;
    assert_eq!((&page["type"], &page["profile_id"], &page["expires_at"]), (&json!("PAGE"), &json!(BAKERY), &json!(0)));
    assert_eq!(debug(&world, "EAAnonsense").await["is_valid"], false);
    assert_eq!(debug(&world, APP_TOKEN).await["type"], "APP");
    let query = [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    let path = format!("/facebook/v26.0/oauth/access_token?{}", encoded(&query));
    assert_eq!(text(&world.send("GET", &path, &[], "").await.json(), "access_token"), APP_TOKEN);
    assert_eq!(code(&world.graph("GET", "debug_token", &alice, &[("input_token", &alice)]).await), (15, 0));
    let other = format!("{OTHER_CLIENT_ID}|{OTHER_CLIENT_SECRET}");
    assert_eq!(code(&world.graph("GET", "debug_token", &other, &[("input_token", &alice)]).await), (100, 0));
}

#[tokio::test]
async fn each_death_of_a_token_has_its_subcode() {
    let cases = [
        (json!({ "act": "removeApp", "person": ALICE }), (190, 458), true),
        (json!({ "act": "checkpoint", "person": ALICE }), (190, 459), true),
        (json!({ "act": "changePassword", "person": ALICE }), (190, 460), true),
        (json!({ "act": "unconfirm", "person": ALICE }), (190, 464), true),
        (json!({ "act": "logOut", "person": ALICE }), (190, 467), true),
        (json!({ "act": "expireDataAccess", "person": ALICE }), (190, 0), true),
        (json!({ "act": "losePageRole", "person": ALICE, "page": BAKERY }), (190, 492), false),
    ];
    for (act, expected, user_too) in cases {
        let world = queued().await;
        let (alice, bob) = (world.user(ALICE).await, world.user(BOB).await);
        let bakery = world.page_token(&alice, BAKERY).await;
        let through_bob = world.page_token(&bob, BAKERY).await;
        world.act(act.clone());
        let answer = world.read("me", &bakery).await;
        assert_eq!((answer.status, code(&answer)), (400, expected), "{act}");
        let dead = debug(&world, &bakery).await;
        assert_eq!(dead["is_valid"], false);
        assert_eq!(dead["error"]["code"], 190);
        let user = world.read("me", &alice).await;
        assert_eq!(user.status != 200, user_too, "{act}: {}", user.body);
        assert_eq!(world.read("me", &through_bob).await.status, 200, "{act}: the page through somebody else lives on");
    }
}

#[tokio::test]
async fn user_tokens_expire_and_page_tokens_live_on_until_ninety_days_after_the_login() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let bakery = world.page_token(&alice, BAKERY).await;
    world.act(json!({ "act": "expireTokens", "person": ALICE }));
    assert_eq!(code(&world.read("me", &alice).await), (190, 463));
    assert_eq!(world.read("me", &bakery).await.status, 200);
    world.advance(Duration::days(90));
    assert_eq!(code(&world.read("me", &bakery).await), (190, 0));
    let expired = data(&world.read(&format!("{ALICE}/permissions"), APP_TOKEN).await);
    assert!(expired.contains(&json!({ "permission": "leads_retrieval", "status": "expired" })));
    world.user(ALICE).await;
    assert_eq!(world.read("me", &bakery).await.status, 200, "a login gives another 90 days to all tokens");
}

#[tokio::test]
async fn a_checkpoint_passes_and_a_password_does_not_come_back() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    world.act(json!({ "act": "checkpoint", "person": ALICE }));
    let error = world.read("me", &alice).await.json()["error"].clone();
    assert!(error["error_user_msg"].is_string() && error["error_user_title"].is_string(), "{error}");
    world.act(json!({ "act": "passCheckpoint", "person": ALICE }));
    assert_eq!(world.read("me", &alice).await.status, 200);
    world.act(json!({ "act": "changePassword", "person": ALICE }));
    world.user(ALICE).await;
    assert_eq!(code(&world.read("me", &alice).await), (190, 460));
}

#[tokio::test]
async fn taking_the_permissions_back_ends_every_token_of_the_person_for_this_app() {
    let world = queued().await;
    let (first, second, bob) = (world.user(ALICE).await, world.user(ALICE).await, world.user(BOB).await);
    let answer = world.graph("DELETE", "me/permissions/ads_management", &first, &[]).await;
    assert_eq!(answer.json(), json!({ "success": true }));
    assert_eq!(world.read("me", &first).await.status, 200, "one permission is not the grant");
    assert_eq!(world.graph("DELETE", &format!("{BOB}/permissions"), &first, &[]).await.status, 400, "not her own");
    let answer = world.graph("DELETE", &format!("{ALICE}/permissions"), APP_TOKEN, &[]).await;
    assert_eq!(answer.json(), json!({ "success": true }));
    for token in [&first, &second] {
        assert_eq!(code(&world.read("me", token).await), (190, 458), "another tenant's token of the same person too");
    }
    assert_eq!(world.read("me", &bob).await.status, 200);
    assert_eq!(world.sandbox.facebook().live_tokens(CLIENT_ID, ALICE), 0);
    world.user(ALICE).await;
    assert_eq!(code(&world.read("me", &first).await), (190, 458), "a new grant does not wake old tokens");
    assert!(
        world.sandbox.facebook().take_deliveries().is_empty(),
        "the app is called back only when the person does it"
    );
}

#[tokio::test]
async fn the_state_outlives_the_process_and_switches_do_not() {
    let world = queued().await;
    let token = world.subscribed_bakery().await;
    let leads = world.order(json!({ "count": 2 }));
    let kept = world.sandbox.export();
    let next = World::with(|options| options.restore = Some(kept)).await;
    assert!(next.sandbox.restored());
    assert_eq!(next.read(&leads[1], &token).await.status, 200);
    assert!(next.sandbox.facebook().is_subscribed(BAKERY, CLIENT_ID));
    let mut older = world.sandbox.export();
    older["state"].as_object_mut().unwrap().remove("facebook");
    let next = World::with(|options| options.restore = Some(older)).await;
    assert!(next.sandbox.restored(), "what was kept before there was a Facebook is good");
    assert_eq!(next.sandbox.facebook().overview()["pages"].as_array().unwrap().len(), 4);
}
