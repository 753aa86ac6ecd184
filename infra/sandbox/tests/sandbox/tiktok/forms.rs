//! Forms, libraries, fields, and one lead of a form.

use sandbox::tiktok::{
    ADA, Consent, FIRST_ACCOUNT, GRACE, JAPANESE_FORM, LIBRARY, LIBRARY_FORM, LONG_FORM, MOVED_ACCOUNT, OTHER_ACCOUNT,
    OTHER_LIBRARY, Role, SECOND_ACCOUNT, SHORT_FORM, Scope,
};
use serde_json::{Value, json};

use super::support::{connect, connect_as, data, generate, switch};
use crate::support::{World, text};

fn ids(data: &Value) -> Vec<&str> {
    data["list"].as_array().unwrap().iter().map(|one| text(one, "page_id")).collect()
}

#[tokio::test]
async fn forms_are_listed_in_pages_and_by_status_title_and_time() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    for number in 0..120 {
        world.advance(chrono::Duration::seconds(1));
        world.sandbox.tiktok().add_form(FIRST_ACCOUNT, &format!("Form {number}"), vec![]).unwrap();
    }
    let page = async |page: &str, size: &str| {
        let of_account = [("advertiser_id", FIRST_ACCOUNT), ("business_type", "LEAD_GEN")];
        ada.get("page/get", &[&of_account[..], &[("page", page), ("page_size", size)]].concat()).await
    };
    let first = data(&page("1", "100").await);
    assert_eq!(first["page_info"], json!({ "page": 1, "page_size": 100, "total_number": 124, "total_page": 2 }));
    let second = data(&page("2", "100").await);
    let mut all = [ids(&first), ids(&second)].concat();
    assert_eq!((ids(&first).len(), ids(&second).len()), (100, 24));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 124, "none twice");
    assert!(all.iter().all(|id| id.len() == 19));
    assert_eq!(data(&page("3", "100").await)["list"], json!([]));
    assert_eq!(page("1", "101").await["code"], 40_002);
    assert_eq!(page("0", "10").await["code"], 40_002);

    let filtered =
        async |name: &str, value: &str| ada.get("page/get", &[("advertiser_id", FIRST_ACCOUNT), (name, value)]).await;
    let draft = data(&filtered("status", "EDITED").await);
    assert_eq!((text(&draft["list"][0], "title"), &draft["list"][0]["status"]), ("Draft of a form", &json!("EDITED")));
    assert_eq!(ids(&draft).len(), 1);
    assert_eq!(data(&filtered("status", "PUBLISHED").await)["page_info"]["total_number"], 123);
    assert_eq!(filtered("status", "published").await["code"], 40_002);
    assert_eq!(ids(&data(&filtered("title", "資料").await)), [JAPANESE_FORM]);
    assert_eq!(data(&filtered("business_type", "OTHER").await)["list"], json!([]));
    let range = r#"{"start":"2026-11-22 10:00:01","end":"2026-11-22 10:00:03"}"#;
    assert_eq!(data(&filtered("update_time_range", range).await)["page_info"]["total_number"], 3);
    assert_eq!(filtered("update_time_range", r#"{"start":"2026"}"#).await["code"], 40_002);
}

#[tokio::test]
async fn a_moved_account_is_reached_by_its_library_alone() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    let libraries = data(&ada.get("page/library/get", &[]).await);
    assert_eq!(libraries["list"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&libraries["list"][0]["library_id"], &libraries["list"][0]["advertiser_id"]),
        (&json!(LIBRARY), &json!(MOVED_ACCOUNT))
    );
    assert_eq!(ids(&data(&ada.get("page/get", &[("library_id", LIBRARY)]).await)), [LIBRARY_FORM]);
    assert_eq!(ada.get("page/get", &[("advertiser_id", MOVED_ACCOUNT)]).await["code"], 40_002);
    switch(&world, json!({ "movedAccounts": "empty" }));
    assert_eq!(data(&ada.get("page/get", &[("advertiser_id", MOVED_ACCOUNT)]).await)["list"], json!([]));
    let query = [("advertiser_id", MOVED_ACCOUNT), ("page_id", LIBRARY_FORM)];
    assert_eq!(ada.get("page/field/get", &query).await["code"], 40_007);

    assert_eq!(ada.get("page/get", &[("library_id", OTHER_LIBRARY)]).await["code"], 40_119);
    assert_eq!(ada.get("page/get", &[("library_id", "1")]).await["code"], 40_301);
    assert_eq!(ada.get("page/get", &[("library_id", LIBRARY), ("advertiser_id", FIRST_ACCOUNT)]).await["code"], 40_002);
    assert_eq!(ada.get("page/get", &[]).await["code"], 40_002);

    let library = world.sandbox.tiktok().move_leads(SECOND_ACCOUNT).unwrap();
    assert_eq!(data(&ada.get("page/library/get", &[]).await)["list"].as_array().unwrap().len(), 2);
    assert_eq!(ids(&data(&ada.get("page/get", &[("library_id", &library)]).await)).len(), 1);
    assert_eq!(world.sandbox.tiktok().move_leads(SECOND_ACCOUNT).unwrap(), library);
}

#[tokio::test]
async fn who_may_not_see_an_account_is_told_why() {
    let world = World::new().await;
    let (ada, tiktok) = (connect(&world, ADA).await, world.sandbox.tiktok());
    let of = async |account: &str| ada.get("page/get", &[("advertiser_id", account)]).await;
    assert_eq!(of(OTHER_ACCOUNT).await["code"], 40_106);
    assert_eq!(of("7000000000000000001").await["code"], 40_300);
    tiktok.set_role(ADA, FIRST_ACCOUNT, None).unwrap();
    assert_eq!(of(FIRST_ACCOUNT).await["code"], 40_106);
    tiktok.set_role(ADA, FIRST_ACCOUNT, Some(Role::Operator)).unwrap();
    assert_eq!(of(FIRST_ACCOUNT).await["code"], 0);
    tiktok.remove_account(FIRST_ACCOUNT).unwrap();
    assert_eq!(of(FIRST_ACCOUNT).await["code"], 40_300);
    assert!(tiktok.remove_account(FIRST_ACCOUNT).is_err() && tiktok.remove_form(SHORT_FORM).is_err());
    let one = Consent { accounts: vec![SECOND_ACCOUNT.to_owned()], ..Consent::default() };
    let narrow = connect_as(&world, &one).await;
    assert_eq!(narrow.get("page/get", &[("library_id", LIBRARY)]).await["code"], 40_106, "not in the grant");
    let blind = connect_as(&world, &Consent { leave_out: vec![Scope::Pages.id()], ..Consent::default() }).await;
    assert_eq!(blind.get("page/get", &[("advertiser_id", SECOND_ACCOUNT)]).await["code"], 40_001);
}

#[tokio::test]
async fn fields_are_told_by_key() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    let older = data(&ada.get("page/field/get", &[("advertiser_id", FIRST_ACCOUNT), ("page_id", LONG_FORM)]).await);
    let keys = [
        "first_name",
        "last_name",
        "email",
        "city",
        "country",
        "postal_code",
        "budget_range",
        "Haben Sie noch Fragen?",
    ];
    assert_eq!(older["fields"], json!(keys));
    assert_eq!(
        (text(&older["meta_data"], "page_id"), text(&older["meta_data"], "page_name")),
        (LONG_FORM, "Probefahrt: Größe, Farbe")
    );
    let query = [("advertiser_id", FIRST_ACCOUNT), ("page_id", LONG_FORM), ("lead_source", "INSTANT_FORM")];
    assert_eq!(data(&ada.get("lead/field/get", &query).await), older);
    let messages = [("advertiser_id", FIRST_ACCOUNT), ("lead_source", "DIRECT_MESSAGE")];
    assert_eq!(data(&ada.get("lead/field/get", &messages).await)["fields"], json!(["name", "email", "phone_number"]));
    for wrong in [("page_id", LIBRARY_FORM), ("page_id", "1")] {
        assert_eq!(ada.get("page/field/get", &[("advertiser_id", FIRST_ACCOUNT), wrong]).await["code"], 40_007);
    }
    assert_eq!(
        ada.get("lead/field/get", &[("advertiser_id", FIRST_ACCOUNT), ("lead_source", "X")]).await["code"],
        40_002
    );
    world.sandbox.tiktok().remove_form(LONG_FORM).unwrap();
    assert_eq!(ada.get("lead/field/get", &query).await["code"], 40_007);
}

#[tokio::test]
async fn one_lead_of_a_form_can_be_had_by_admins() {
    let world = World::new().await;
    let (ada, grace) = (connect(&world, ADA).await, connect(&world, GRACE).await);
    let query = [("advertiser_id", FIRST_ACCOUNT), ("page_id", SHORT_FORM), ("lead_source", "INSTANT_FORM")];
    let id = generate(&world, json!({ "answers": { "email": "someone@example.com" } })).remove(0);
    let lead = data(&ada.get("lead/get", &query).await);
    assert_eq!(
        (text(&lead["meta_data"], "lead_id"), text(&lead["lead_data"], "email")),
        (id.as_str(), "someone@example.com")
    );
    assert_eq!(lead["meta_data"]["create_time"], "2026-11-22 10:00:00");
    assert_eq!(grace.get("lead/get", &query).await["code"], 40_125, "an Operator");
    let form = world.sandbox.tiktok().add_form(FIRST_ACCOUNT, "Nobody yet", vec![]).unwrap();
    let empty = ada.get("lead/get", &[("advertiser_id", FIRST_ACCOUNT), ("page_id", &form)]).await;
    assert_eq!(data(&empty), json!({}));
}

#[tokio::test]
async fn the_same_seed_gives_the_same_data() {
    let (one, two) = (World::new().await, World::new().await);
    let other = World::with(|options| options.seed = 2).await;
    let leads = |world: &World| world.sandbox.tiktok().leads(FIRST_ACCOUNT);
    assert_eq!(leads(&one), leads(&two));
    assert_eq!(one.sandbox.tiktok().forms(), two.sandbox.tiktok().forms());
    assert_ne!(leads(&one), leads(&other));
    generate(&one, json!({ "count": 7 }));
    generate(&two, json!({ "count": 7 }));
    assert_eq!(leads(&one), leads(&two));
    assert_eq!(leads(&one).len(), 187, "sixty of each form, and seven");

    let kept = one.sandbox.export();
    let again = World::with(|options| options.restore = Some(kept.clone())).await;
    assert!(again.sandbox.restored());
    assert_eq!(leads(&again), leads(&one));
    let mut older = kept;
    older["state"].as_object_mut().unwrap().remove("tiktok");
    let older = World::with(|options| options.restore = Some(older)).await;
    assert!(older.sandbox.restored());
    assert_eq!(leads(&older).len(), 180, "a state from before there was a TikTok gets the first data");
}
