//! What apps are told, how it is signed, and how it gets there.

use chrono::Duration;
use sandbox::{
    Notify,
    facebook::{
        ALICE, BAKERY, BOB, CATERING_FORM, CLIENT_ID, CLIENT_SECRET, CYCLING, Callback, CallbackKind, CallbackOrder,
        Delivery, DeliveryKind, FITNESS, Forgery, NEWSLETTER_FORM, OTHER_CLIENT_SECRET, TEST_RIDE_FORM, TRIAL_FORM,
    },
};
use serde_json::{Value, json};

use super::support::{APP_TOKEN, CALLBACK, code, data, queued};
use crate::{
    receiver::{Hook, eventually, hex, hmac_hex},
    support::{World, text},
};

fn is_genuine(delivery: &Delivery) -> bool {
    let signature = format!("sha256={}", hmac_hex(CLIENT_SECRET, &delivery.body));
    delivery.header("x-hub-signature-256") == Some(&signature)
}

fn changes(delivery: &Delivery) -> Vec<Value> {
    let body: Value = serde_json::from_str(&delivery.body).unwrap();
    let entries = body["entry"].as_array().unwrap();
    entries.iter().flat_map(|entry| entry["changes"].as_array().unwrap().clone()).collect()
}

fn taken(world: &World) -> Vec<Delivery> {
    world.sandbox.facebook().take_deliveries()
}

async fn subscribe(world: &World, callback: &str, verify_token: &str) -> crate::support::Answer {
    let params = [
        ("object", "page"),
        ("callback_url", callback),
        ("verify_token", verify_token),
        ("fields", "leadgen"),
        ("include_values", "true"),
    ];
    world.graph("POST", &format!("{CLIENT_ID}/subscriptions"), APP_TOKEN, &params).await
}

#[tokio::test]
async fn a_lead_is_told_of_without_answers_and_signed_over_the_raw_body() {
    let world = queued().await;
    world.order(json!({}));
    assert!(taken(&world).is_empty(), "the page tells nobody yet");
    world.subscribed_bakery().await;
    let lead = world.order(json!({ "forms": [CATERING_FORM], "organic": false })).remove(0);
    let told = taken(&world);
    assert_eq!((told.len(), told[0].address.as_str(), told[0].kind), (1, CALLBACK, DeliveryKind::Webhook));
    assert!(is_genuine(&told[0]));
    assert_eq!(told[0].header("content-type"), Some("application/json"));
    assert!(told[0].header("x-hub-signature").unwrap().starts_with("sha1="));
    let body: Value = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!((&body["object"], &body["entry"][0]["id"]), (&json!("page"), &json!(BAKERY)));
    assert!(body["entry"][0]["time"].as_i64().unwrap() >= 1_795_341_600);
    let change = &changes(&told[0])[0];
    assert_eq!(change["field"], "leadgen");
    let value = &change["value"];
    assert_eq!(
        (&value["leadgen_id"], &value["form_id"], &value["page_id"], &value["created_time"]),
        (&json!(lead), &json!(CATERING_FORM), &json!(BAKERY), &json!(1_795_341_600))
    );
    assert!(value["ad_id"].is_string() && value["adgroup_id"].is_string() && value.get("field_data").is_none());
    world.order(json!({ "organic": true }));
    assert!(changes(&taken(&world)[0])[0]["value"].get("ad_id").is_none());
}

#[tokio::test]
async fn text_that_is_not_ascii_is_escaped_before_it_is_signed_and_ids_may_be_numbers() {
    let world = queued().await;
    world.subscribed_bakery().await;
    world.facebook_switch(json!({ "numericIds": true, "note": "Zoë 🦊 a/b <c> 1% @" }));
    let lead: u64 = world.order(json!({})).remove(0).parse().unwrap();
    let told = taken(&world);
    assert!(told[0].body.is_ascii() && is_genuine(&told[0]));
    assert!(told[0].body.contains(r"Zo\u00eb \ud83e\udd8a a\/b \u003cc> 1\u0025 \u0040"), "{}", told[0].body);
    let value = &changes(&told[0])[0]["value"];
    assert_eq!((&value["leadgen_id"], &value["note"]), (&json!(lead), &json!("Zoë 🦊 a/b <c> 1% @")));
    let rewritten = serde_json::from_str::<Value>(&told[0].body).unwrap().to_string();
    assert_ne!(hmac_hex(CLIENT_SECRET, &rewritten), hmac_hex(CLIENT_SECRET, &told[0].body), "the raw bytes count");
}

#[tokio::test]
async fn one_message_may_tell_of_several_pages_and_of_a_thousand_leads() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let bob = world.user(BOB).await;
    for (user, page) in [(&alice, BAKERY), (&alice, CYCLING), (&bob, FITNESS)] {
        let token = world.page_token(user, page).await;
        world.graph("POST", &format!("{page}/subscribed_apps"), &token, &[("subscribed_fields", "leadgen")]).await;
    }
    let forms = [NEWSLETTER_FORM, TEST_RIDE_FORM, TRIAL_FORM];
    world.order(json!({ "forms": forms, "count": 7, "together": true }));
    let told = taken(&world);
    assert_eq!((told.len(), changes(&told[0]).len()), (1, 7));
    let body: Value = serde_json::from_str(&told[0].body).unwrap();
    let pages: Vec<&str> = body["entry"].as_array().unwrap().iter().map(|entry| text(entry, "id")).collect();
    assert_eq!(pages, [BAKERY, CYCLING, FITNESS]);
    world.order(json!({ "count": 1_001, "together": true }));
    let sizes: Vec<usize> = taken(&world).iter().map(|delivery| changes(delivery).len()).collect();
    assert_eq!(sizes, [1_000, 1]);
}

#[tokio::test]
async fn webhooks_are_repeated_reordered_lost_and_held_back() {
    let world = queued().await;
    world.subscribed_bakery().await;
    world.order(json!({ "copies": 3 }));
    let told = taken(&world);
    assert!(told.len() == 3 && told.iter().all(|one| one.body == told[0].body));

    let leads = world.order(json!({ "count": 20, "shuffled": true }));
    let told: Vec<String> = taken(&world).into_iter().flat_map(|delivery| delivery.about).collect();
    assert_ne!(told, leads);
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    assert_eq!(sorted(told), sorted(leads));

    world.order(json!({ "count": 5, "lost": true }));
    world.facebook_switch(json!({ "webhooks": "drop" }));
    world.order(json!({}));
    assert!(taken(&world).is_empty());
    world.facebook_switch(json!({ "webhooks": "duplicate" }));
    world.order(json!({}));
    assert_eq!(taken(&world).len(), 2);
    world.facebook_switch(json!({ "webhooks": "hold" }));
    world.order(json!({ "count": 3 }));
    assert!(taken(&world).is_empty());
    assert_eq!(world.sandbox.facebook().delivery_counts().held, 3);
    world.facebook_switch(json!({ "releaseWebhooks": true }));
    assert_eq!(taken(&world).len(), 3);
    world.facebook_switch(json!({ "webhooks": "deliver", "reorder": true }));
    let leads = world.order(json!({ "count": 20 }));
    let told: Vec<String> = taken(&world).into_iter().flat_map(|delivery| delivery.about).collect();
    assert_ne!(told, leads);

    let answer = world.control("redeliver", json!({ "leads": [leads[0]], "copies": 4 })).await;
    assert_eq!(answer.json(), json!({ "messages": 4 }));
    assert_eq!(taken(&world).len(), 4);
}

#[tokio::test]
async fn forged_messages_are_not_signed_by_the_app() {
    let world = World::with(|options| {
        options.notify = Notify::Queue;
        let url = CALLBACK.parse().unwrap();
        options.facebook.callback = Some(Callback { url, verify_token: "v".to_owned() });
        options.facebook.deauthorize = Some("http://127.0.0.1:1/deauthorize".parse().unwrap());
        options.facebook.deletion = Some("http://127.0.0.1:1/deletion".parse().unwrap());
    })
    .await;
    world.subscribed_bakery().await;
    let lead = world.order(json!({})).remove(0);
    taken(&world);
    for kind in ["badSignature", "noSignature", "sha1Only", "otherSecret", "tampered"] {
        for lead in [lead.as_str(), "99"] {
            let answer = world.control("forge", json!({ "forge": kind, "lead": lead })).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let told = taken(&world);
            assert!(told.len() == 1 && !is_genuine(&told[0]), "{kind}");
            assert!(told[0].body.contains(lead) && serde_json::from_str::<Value>(&told[0].body).is_ok());
            let has = |name: &str| told[0].header(name).is_some();
            assert_eq!(has("x-hub-signature-256"), !["noSignature", "sha1Only"].contains(&kind));
            assert_eq!(has("x-hub-signature"), kind != "noSignature");
        }
    }
    for forgery in [Forgery::Deauthorize { person: ALICE.to_owned() }, Forgery::Deletion { person: ALICE.to_owned() }] {
        world.sandbox.facebook().forge(&forgery).unwrap();
        assert_ne!(signed_person(&taken(&world)[0], CLIENT_SECRET), Some(ALICE.to_owned()));
    }
}

/// The person of a `signed_request` whose signature is right.
fn signed_person(delivery: &Delivery, secret: &str) -> Option<String> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let (_, signed) =
        url::form_urlencoded::parse(delivery.body.as_bytes()).find(|(name, _)| name == "signed_request")?;
    let (signature, payload) = signed.split_once('.')?;
    let right = hex(&URL_SAFE_NO_PAD.decode(signature).ok()?) == hmac_hex(secret, payload);
    let told: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    assert_eq!((&told["algorithm"], &told["issued_at"]), (&json!("HMAC-SHA256"), &json!(1_795_341_600)));
    right.then(|| text(&told, "user_id").to_owned())
}

#[tokio::test]
async fn a_person_who_removes_the_app_makes_it_be_called_back() {
    let hook = Hook::open(|_, request| match request.contains("/deletion") {
        true => (200, json!({ "url": "https://example.com/x", "confirmation_code": "c0de" }).to_string()),
        false => (200, String::new()),
    })
    .await;
    let base = hook.url.clone();
    let world = World::with(|options| {
        options.facebook.deauthorize = Some(base.join("/deauthorize").unwrap());
        options.facebook.deletion = Some(base.join("/deletion").unwrap());
        options.notify = Notify::Queue;
    })
    .await;
    world.user(ALICE).await;
    world.act(json!({ "act": "removeApp", "person": ALICE, "deleteData": true }));
    let told = world.sandbox.facebook().waiting();
    assert_eq!(
        told.iter().map(|one| one.kind).collect::<Vec<_>>(),
        [DeliveryKind::Deauthorize, DeliveryKind::Deletion]
    );
    assert!(told.iter().all(|one| signed_person(one, CLIENT_SECRET).as_deref() == Some(ALICE)));
    world.sandbox.facebook().set_notify(Notify::Send);
    eventually(|| world.sandbox.facebook().delivery_counts().delivered == 2).await;
    let reply = &world.sandbox.facebook().deletion_replies()[0];
    assert_eq!((reply.person.as_str(), reply.confirmation_code.as_deref()), (ALICE, Some("c0de")));
    let impossible = json!({ "act": "removeApp", "person": ALICE });
    assert_eq!(world.control("acts", impossible).await.status, 400, "nothing is left to remove");
}

#[tokio::test]
async fn a_callback_can_be_ordered_and_its_answer_is_told() {
    let hook = Hook::open(|_, request| match request.contains("/deletion") {
        true => (200, json!({ "url": "https://example.com/x", "confirmation_code": "c0de" }).to_string()),
        false => (403, "no".to_owned()),
    })
    .await;
    let world = queued().await;
    let facebook = world.sandbox.facebook();
    let address = hook.url.join("/deletion").unwrap();
    let order = json!({ "kind": "deletion", "person": ALICE, "address": address.as_str() });
    let told = world.control("callback", order).await.json();
    let deletion = json!({ "person": ALICE, "url": "https://example.com/x", "confirmationCode": "c0de" });
    assert_eq!(
        (&told["why"], &told["answer"]["status"], &told["answer"]["deletion"]),
        (&Value::Null, &json!(200), &deletion)
    );
    assert_eq!(facebook.deletion_replies()[0].confirmation_code.as_deref(), Some("c0de"));

    let elsewhere = Some(hook.url.to_string());
    let stranger =
        CallbackOrder { address: elsewhere, forged: true, ..CallbackOrder::of(CallbackKind::Deauthorize, "1") };
    let answer = facebook.call_back(&stranger).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str(), answer.deletion), (403, "no", None));
    let built = facebook.callback(&stranger).unwrap();
    assert_eq!(hook.arrived()[1].split("\r\n\r\n").nth(1), Some(built.body.as_str()), "what is built is what is sent");
    assert_eq!(signed_person(&built, CLIENT_SECRET), None);
    assert_eq!(signed_person(&built, OTHER_CLIENT_SECRET).as_deref(), Some("1"));
    let genuine = facebook.callback(&CallbackOrder::of(CallbackKind::Deauthorize, BOB)).unwrap();
    assert_eq!(signed_person(&genuine, CLIENT_SECRET).as_deref(), Some(BOB));
    assert!(genuine.address.ends_with("/facebook/deauthorize"));

    let nobody = world.control("callback", json!({ "kind": "deletion", "person": ALICE })).await.json();
    assert!(nobody["answer"].is_null() && text(&nobody, "why").contains("connection"));
    assert!(facebook.waiting().is_empty(), "nothing is tried again");
    let bare = World::with(|options| options.events = 0).await;
    let nowhere = bare.control("callback", json!({ "kind": "deletion", "person": ALICE })).await;
    assert_eq!(nowhere.status, 400);
}

#[tokio::test]
async fn the_apps_own_subscription_takes_a_handshake_and_replaces_the_default() {
    let hook = Hook::open(|_, request| {
        let target = request.split(' ').nth(1).unwrap_or_default();
        let url = url::Url::parse(&format!("http://x{target}")).unwrap();
        let of = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        match of("hub.verify_token").as_deref() {
            Some("right") if of("hub.mode").as_deref() == Some("subscribe") => (200, of("hub.challenge").unwrap()),
            Some("quoted") => (200, format!("\"{}\"", of("hub.challenge").unwrap())),
            _ => (403, String::new()),
        }
    })
    .await;
    let world = queued().await;
    let path = format!("{CLIENT_ID}/subscriptions");
    assert!(data(&world.read(&path, APP_TOKEN).await).is_empty());
    for wrong in ["wrong", "quoted"] {
        assert_eq!(code(&subscribe(&world, hook.url.as_str(), wrong).await), (2200, 0), "{wrong}");
    }
    assert_eq!(
        code(&subscribe(&world, "https://example.com/hook", "right").await),
        (2200, 0),
        "nothing leaves this machine"
    );
    let alice = world.user(ALICE).await;
    assert_eq!(code(&world.read(&path, &alice).await), (15, 0));

    assert_eq!(subscribe(&world, hook.url.as_str(), "right").await.json(), json!({ "success": true }));
    let made = data(&world.read(&path, APP_TOKEN).await);
    assert_eq!(
        (&made[0]["object"], &made[0]["callback_url"], &made[0]["active"]),
        (&json!("page"), &json!(hook.url.as_str()), &json!(true))
    );
    assert_eq!(made[0]["fields"][0]["name"], "leadgen");
    world.subscribed_bakery().await;
    world.order(json!({}));
    assert_eq!(taken(&world)[0].address, hook.url.as_str());
    assert_eq!(world.graph("DELETE", &path, APP_TOKEN, &[("object", "page")]).await.json(), json!({ "success": true }));
    world.order(json!({}));
    assert_eq!(taken(&world)[0].address, CALLBACK);
}

#[tokio::test]
async fn the_configured_callback_can_be_asked_for_its_handshake() {
    let hook = Hook::open(|_, request| {
        let challenge =
            request.split("hub.challenge=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
        if request.contains("hub.verify_token=right") { (200, challenge.to_owned()) } else { (403, String::new()) }
    })
    .await;
    let world = queued().await;
    let callback = Callback { url: hook.url.clone(), verify_token: "right".to_owned() };
    world.sandbox.facebook().set_callback(Some(callback));
    assert_eq!(world.control("handshake", json!({})).await.json(), json!({ "passed": true, "why": null }));
    let failed = world.control("handshake", json!({ "verify_token": "wrong" })).await.json();
    assert_eq!((&failed["passed"], &failed["why"]), (&json!(false), &json!("HTTP Status Code = 403")));
}

#[tokio::test]
async fn a_refused_webhook_is_sent_again_equal_byte_for_byte_until_it_is_taken() {
    let hook = Hook::answering(&[500, 500, 200]).await;
    let world = queued().await;
    let facebook = world.sandbox.facebook();
    facebook.set_callback(Some(Callback { url: hook.url.clone(), verify_token: String::new() }));
    facebook.set_notify(Notify::Send);
    world.subscribed_bakery().await;
    world.order(json!({}));
    eventually(|| facebook.waiting().iter().any(|delivery| delivery.attempts == 2)).await;
    assert_eq!(hook.arrived().len(), 2, "the second attempt is at once");
    world.advance(Duration::seconds(59));
    assert_eq!(facebook.waiting().len(), 1, "the third one is a minute later");
    world.advance(Duration::seconds(1));
    eventually(|| facebook.delivery_counts().delivered == 1).await;
    let arrived = hook.arrived();
    assert!(arrived.len() == 3 && arrived.iter().all(|one| *one == arrived[0]));
    assert!(arrived[0].starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{}", arrived[0]);
}

#[tokio::test]
async fn after_thirty_six_hours_a_webhook_is_dropped_and_the_subscription_is_disabled() {
    let hook = Hook::answering(&[202]).await;
    let world = queued().await;
    let facebook = world.sandbox.facebook();
    facebook.set_callback(Some(Callback { url: hook.url.clone(), verify_token: String::new() }));
    facebook.set_notify(Notify::Send);
    world.subscribed_bakery().await;
    world.order(json!({}));
    for _ in 0..20 {
        let attempts = facebook.delivery_counts().attempts;
        world.advance(Duration::hours(3));
        facebook.hurry();
        eventually(|| facebook.delivery_counts().failed == 1 || facebook.delivery_counts().attempts > attempts).await;
    }
    eventually(|| facebook.delivery_counts().failed == 1).await;
    eventually(|| facebook.overview()["apps"][0]["webhooksDisabled"] == true).await;
    world.order(json!({}));
    assert_eq!(facebook.delivery_counts().due, 1, "nothing more is sent");
    world.act(json!({ "act": "enableWebhooks" }));
    world.order(json!({}));
    assert_eq!(facebook.delivery_counts().due, 2);
}

#[tokio::test]
async fn a_subscription_that_was_lost_sends_nothing() {
    let world = queued().await;
    let bakery = world.subscribed_bakery().await;
    world.act(json!({ "act": "dropSubscription", "page": BAKERY }));
    world.order(json!({}));
    assert!(taken(&world).is_empty());
    assert!(data(&world.read(&format!("{BAKERY}/subscribed_apps"), &bakery).await).is_empty());
}
