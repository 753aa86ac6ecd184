//! What webhooks say, how they are signed, and how they get lost.

use sandbox::{
    Notification,
    tiktok::{
        ADA, CLIENT_SECRET, FIRST_ACCOUNT, Forgery, ForgeryKind, JAPANESE_FORM, PlainEvent, SHORT_FORM, signature,
    },
};
use serde_json::json;

use super::support::{HOOK, Tenant, connect, data, event, generate, lead_ids, queued, switch, taken};
use crate::{
    receiver::{Hook, eventually, hmac_hex},
    support::{World, text},
};

async fn subscribed(world: &World) -> Tenant<'_> {
    let ada = connect(world, ADA).await;
    data(&ada.subscribe(json!({ "advertiser_id": FIRST_ACCOUNT })).await);
    ada
}

/// HMAC-SHA256 over these very bytes, in lowercase hexadecimal digits.
fn over_bytes(body: &str) -> String {
    hmac_hex(CLIENT_SECRET, body)
}

fn signed(webhook: &Notification) -> &str {
    webhook.header("x-open-signature").unwrap()
}

#[tokio::test]
async fn an_event_carries_the_answers_and_its_ids_are_numbers() {
    let world = queued().await;
    subscribed(&world).await;
    let order = json!({ "answers": { "email": "jane@example.com", "phone_number": "+1 555", "name": "Jane Doe" }, "ageSeconds": 5 });
    let id = generate(&world, order).remove(0);
    let posts = taken(&world);
    assert_eq!((posts.len(), posts[0].address.as_str()), (1, HOOK));
    assert_eq!(posts[0].header("content-type"), Some("application/json"));
    let event = event(&posts[0]);
    assert_eq!((&event["object"], &event["time"]), (&json!(1), &json!(1_795_341_600)));
    assert!(event["request_id"].is_u64());
    let lead = &event["entry"][0];
    assert_eq!(lead["id"].as_u64().unwrap().to_string(), id);
    assert!(lead["id"].as_u64().unwrap() > 1 << 53, "no double holds it");
    for number in ["page_id", "advertiser_id", "campaign_id", "adgroup_id", "ad_id", "library_id"] {
        assert!(lead[number].is_u64(), "{number}");
    }
    assert_eq!((&lead["library_id"], &lead["create_time"]), (&json!(0), &json!(1_795_341_595)));
    assert_eq!((text(lead, "page_name"), text(lead, "lead_source")), ("Newsletter", "INSTANT_FORM"));
    assert_eq!(
        lead["changes"],
        json!([
            { "field": "email", "value": "jane@example.com" },
            { "field": "phone_number", "value": "+1 555" },
            { "field": "name", "value": "Jane Doe" },
        ])
    );
    switch(&world, json!({ "values": "object" }));
    generate(&world, json!({ "answers": { "email": "jane@example.com" } }));
    let as_object = super::support::event(&taken(&world)[0]);
    assert_eq!(as_object["entry"][0]["changes"][0]["value"], json!({ "value": "jane@example.com" }));
}

#[tokio::test]
async fn the_signature_is_over_the_escaped_form_whatever_is_sent() {
    let world = queued().await;
    subscribed(&world).await;
    let order = json!({ "form": JAPANESE_FORM, "nonAscii": true, "answers": { "name": "äöå😀" } });
    generate(&world, order.clone());
    let escaped = taken(&world).remove(0);
    assert!(escaped.body.is_ascii() && escaped.body.contains(r#""value":"\u00e4\u00f6\u00e5\ud83d\ude00""#));
    assert_eq!(signed(&escaped), over_bytes(&escaped.body), "what is signed is what is sent");

    switch(&world, json!({ "wire": "raw" }));
    generate(&world, order);
    let raw = taken(&world).remove(0);
    assert!(raw.body.contains("äöå😀"));
    assert_ne!(signed(&raw), over_bytes(&raw.body));
    assert_eq!(signed(&raw), signature(CLIENT_SECRET, &raw.body));
    assert_eq!(signed(&raw), over_bytes(&sandbox::tiktok::escaped(&raw.body)));
}

#[tokio::test]
async fn a_burst_comes_in_posts_of_a_thousand() {
    let world = queued().await;
    subscribed(&world).await;
    let ids = generate(&world, json!({ "count": 2_500 }));
    let posts = taken(&world);
    assert_eq!(posts.iter().map(|one| lead_ids(one).len()).collect::<Vec<_>>(), [1_000, 1_000, 500]);
    assert_eq!(posts.iter().flat_map(lead_ids).collect::<Vec<_>>(), ids);
    let mut different = ids;
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 2_500);
}

#[tokio::test]
async fn webhooks_come_twice_out_of_order_late_or_never() {
    let world = queued().await;
    let ada = subscribed(&world).await;
    let ids = generate(&world, json!({ "count": 3, "perPost": 2, "copies": 2, "reverse": true }));
    let told: Vec<Vec<String>> = taken(&world).iter().map(lead_ids).collect();
    let (late, early) = (vec![ids[2].clone(), ids[1].clone()], vec![ids[0].clone()]);
    assert_eq!(told, [late.clone(), late, early.clone(), early]);

    let lost = generate(&world, json!({ "lost": true })).remove(0);
    assert!(taken(&world).is_empty());
    let query = [("advertiser_id", FIRST_ACCOUNT), ("page_id", SHORT_FORM)];
    assert_eq!(data(&ada.get("lead/get", &query).await)["meta_data"]["lead_id"], lost.as_str());

    switch(&world, json!({ "webhooks": "drop" }));
    generate(&world, json!({}));
    switch(&world, json!({ "webhooks": "hold" }));
    generate(&world, json!({}));
    assert!(taken(&world).is_empty());
    let counts = world.sandbox.tiktok().webhook_counts();
    assert_eq!((counts.dropped, counts.held), (1, 1));
    switch(&world, json!({ "releaseWebhooks": true }));
    assert_eq!(taken(&world).len(), 1);
    generate(&world, json!({}));
    world.sandbox.tiktok().reset_switches();
    assert_eq!(taken(&world).len(), 1, "a reset lets go too");

    switch(&world, json!({ "reorder": true }));
    let ids = generate(&world, json!({ "count": 20, "perPost": 1 }));
    let mut told: Vec<String> = taken(&world).iter().flat_map(lead_ids).collect();
    assert_ne!(told, ids);
    told.sort_by_key(|id| ids.iter().position(|one| one == id));
    assert_eq!(told, ids, "each once");
}

#[tokio::test]
async fn forged_webhooks_are_not_signed_with_the_secret_and_tell_of_no_lead() {
    let world = queued().await;
    subscribed(&world).await;
    let before = world.sandbox.tiktok().leads(FIRST_ACCOUNT).len();
    for kind in [ForgeryKind::WrongKey, ForgeryKind::Unsigned, ForgeryKind::Tampered] {
        assert_eq!(world.sandbox.tiktok().forge(&Forgery { kind, address: None }), 1);
        let forged = taken(&world).remove(0);
        assert_eq!(event(&forged)["object"], 1);
        assert_ne!(forged.header("x-open-signature"), Some(over_bytes(&forged.body).as_str()), "{kind:?}");
        assert_eq!(forged.header("x-open-signature").is_none(), kind == ForgeryKind::Unsigned);
    }
    assert_eq!(world.sandbox.tiktok().leads(FIRST_ACCOUNT).len(), before);
    let address = Some("http://127.0.0.1:1/".to_owned());
    world.sandbox.tiktok().forge(&Forgery { address, ..Forgery::default() });
    assert_eq!(taken(&world)[0].address, "http://127.0.0.1:1/");
}

#[tokio::test]
async fn other_events_are_signed_too() {
    let world = queued().await;
    subscribed(&world).await;
    world.sandbox.tiktok().tell_other(PlainEvent { object: 8 });
    let other = taken(&world).remove(0);
    assert_eq!(event(&other)["object"], 8);
    assert_eq!(signed(&other), over_bytes(&other.body));
}

#[tokio::test]
async fn a_callback_may_be_probed() {
    let world = queued().await;
    switch(&world, json!({ "probeCallbacks": true }));
    subscribed(&world).await;
    let probe = taken(&world).remove(0);
    assert_eq!((event(&probe)["entry"].clone(), signed(&probe)), (json!([]), over_bytes(&probe.body).as_str()));
}

#[tokio::test]
async fn test_leads_are_one_per_form_and_are_told_of() {
    let world = queued().await;
    let ada = subscribed(&world).await;
    let body = json!({ "advertiser_id": FIRST_ACCOUNT, "page_id": SHORT_FORM, "lead_source": "INSTANT_FORM" });
    let query = [("advertiser_id", FIRST_ACCOUNT), ("page_id", SHORT_FORM), ("lead_source", "INSTANT_FORM")];
    assert_eq!(data(&ada.get("page/lead/mock/get", &query).await), json!({}));
    let made = data(&ada.post("page/lead/mock/create", &body).await);
    let id = text(&made["meta_data"], "lead_id");
    assert_eq!(lead_ids(&taken(&world)[0]), [id]);
    assert_eq!(data(&ada.get("page/lead/mock/get", &query).await), made);
    assert_eq!(ada.post("page/lead/mock/create", &body).await["code"], 40_050);
    assert!(taken(&world).is_empty());

    let mut delete = body.clone();
    assert_eq!(ada.post("page/lead/mock/delete", &delete).await["code"], 40_002);
    delete["lead_id"] = json!("1");
    assert_eq!(ada.post("page/lead/mock/delete", &delete).await["code"], 40_301);
    delete["lead_id"] = json!(id);
    assert_eq!(ada.post("page/lead/mock/delete", &delete).await["code"], 0);
    assert_eq!(ada.post("page/lead/mock/delete", &delete).await["code"], 40_301);
    assert_eq!(ada.post("page/lead/mock/create", &body).await["code"], 0);
    let blind = super::support::connect_as(
        &world,
        &sandbox::tiktok::Consent { leave_out: vec![12_020_000], ..Default::default() },
    )
    .await;
    assert_eq!(blind.post("page/lead/mock/create", &body).await["code"], 40_001);
}

#[tokio::test]
async fn whatever_is_not_200_is_tried_again() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    let hook = Hook::answering(&[500, 401, 204, 200]).await;
    data(&ada.subscribe_at(hook.url.as_str(), json!({ "advertiser_id": FIRST_ACCOUNT })).await);
    generate(&world, json!({ "nonAscii": true }));
    let counts = || world.sandbox.tiktok().webhook_counts();
    eventually(|| counts().delivered > 0).await;
    assert_eq!((counts().delivered, counts().attempts, counts().failed), (1, 4, 0));
    let arrived = hook.arrived();
    assert!(arrived.iter().all(|one| *one == arrived[0]), "the same each time");
    let (head, body) = arrived[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?a=b HTTP/1.1\r\n"));
    assert!(head.contains(&format!("X-Open-Signature: {}", over_bytes(body))));
    assert!(!head.contains("APIs-Google"));
}
