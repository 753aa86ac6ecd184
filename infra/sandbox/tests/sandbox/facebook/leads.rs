//! Leads: fields, lists, retention, test leads.

use chrono::Duration;
use sandbox::facebook::{ALICE, ARCHIVED_FORM, BAKERY, BOB, CATERING_FORM, Consent, NEWSLETTER_FORM, TEST_RIDE_FORM};
use serde_json::{Value, json};

use super::support::{code, data, queued};
use crate::support::text;

const ALL: &str = "id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,is_organic,\
                   platform,partner_name,retailer_item_id,field_data,custom_disclaimer_responses,\
                   post_submission_check_result,home_listing,vehicle";
const WITHOUT_ADS: &str = "id,created_time,form_id,is_organic,platform,field_data,custom_disclaimer_responses";

fn ids(leads: &[Value]) -> Vec<String> {
    leads.iter().map(|lead| text(lead, "id").to_owned()).collect()
}

#[tokio::test]
async fn a_lead_shows_what_is_named_and_little_otherwise() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let lead = world.order(json!({ "forms": [CATERING_FORM], "organic": false })).remove(0);
    let bare = world.read(&lead, &bakery).await.json();
    let mut names: Vec<&String> = bare.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["created_time", "field_data", "id"]);
    assert_eq!(text(&bare, "created_time"), "2026-11-22T10:00:00+0000");

    let all = world.graph("GET", &lead, &bakery, &[("fields", ALL)]).await.json();
    assert_eq!((&all["id"], &all["form_id"], &all["is_organic"]), (&json!(lead), &json!(CATERING_FORM), &json!(false)));
    assert!(["fb", "ig"].contains(&text(&all, "platform")));
    assert!(text(&all, "campaign_name").contains("Frühling") && text(&all, "ad_id") != text(&all, "adset_id"));
    let answers = all["field_data"].as_array().unwrap();
    let of = |key: &str| answers.iter().find(|answer| answer["name"] == key).unwrap()["values"].as_array().unwrap();
    assert_eq!(of("work_email").len(), 1);
    assert!(!of("welche_produkte?").is_empty());
    let disclaimers = all["custom_disclaimer_responses"].as_array().unwrap();
    assert_eq!(disclaimers.len(), 2);
    assert!(disclaimers.iter().all(|one| ["1", ""].contains(&text(one, "is_checked"))));

    let organic = world.order(json!({ "organic": true })).remove(0);
    let all = world.graph("GET", &organic, &bakery, &[("fields", ALL)]).await.json();
    assert_eq!((&all["is_organic"], all.get("ad_id")), (&json!(true), None));
    let answer = world.graph("GET", &organic, &bakery, &[("fields", "id,everything")]).await;
    assert_eq!(code(&answer), (100, 0));
    assert!(answer.body.contains("nonexistent field (everything)"));
}

#[tokio::test]
async fn fields_of_ads_take_a_permission_and_a_role_and_the_rest_does_not() {
    let world = queued().await;
    let lead = world.order(json!({ "organic": false })).remove(0);
    let alice = world.user_as(&Consent { decline: vec!["ads_management".to_owned()], ..Consent::default() }).await;
    let bob = world.user(BOB).await;
    let list = format!("{NEWSLETTER_FORM}/leads");
    for (user, expected) in [(&alice, 200), (&bob, 10)] {
        let token = world.page_token(user, BAKERY).await;
        for path in [lead.as_str(), list.as_str()] {
            assert_eq!(code(&world.graph("GET", path, &token, &[("fields", ALL)]).await), (expected, 0), "{path}");
            assert_eq!(world.graph("GET", path, &token, &[("fields", WITHOUT_ADS)]).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn the_list_is_newest_first_paged_and_filtered() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let path = format!("{NEWSLETTER_FORM}/leads");
    let start = 1_795_341_600_i64;
    let old = world.order(json!({ "count": 3, "lost": true }));
    world.advance(Duration::seconds(10));
    let new = world.order(json!({ "count": 4, "lost": true }));
    let since = |at: i64| json!([{ "field": "time_created", "operator": "GREATER_THAN", "value": at }]).to_string();
    let mut expected: Vec<String> = new.iter().rev().cloned().collect();
    let filter = since(start + 9);
    assert_eq!(ids(&data(&world.graph("GET", &path, &bakery, &[("filtering", &filter)]).await)), expected);
    let filter = since(start);
    assert_eq!(
        ids(&data(&world.graph("GET", &path, &bakery, &[("filtering", &filter)]).await)),
        expected,
        "greater, not equal"
    );
    let filter = since(start - 1);
    expected.extend(old.iter().rev().cloned());

    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![("filtering", filter.as_str()), ("limit", "2")];
        query.extend(after.as_deref().map(|after| ("after", after)));
        let page = world.graph("GET", &path, &bakery, &query).await.json();
        seen.extend(ids(page["data"].as_array().unwrap()));
        if seen.len() == 2 {
            world.order(json!({ "count": 2, "lost": true }));
            world.act(json!({ "act": "deleteLead", "lead": seen[1] }));
        }
        if page["paging"].get("next").is_none() {
            break;
        }
        after = page["paging"]["cursors"]["after"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, expected, "what comes or goes meanwhile shifts nothing");

    world.facebook_switch(json!({ "pageSize": 1 }));
    assert_eq!(data(&world.graph("GET", &path, &bakery, &[("limit", "100")]).await).len(), 1);
    for wrong in [
        "{",
        "[{\"field\":\"id\",\"operator\":\"GREATER_THAN\",\"value\":1}]",
        "[{\"field\":\"time_created\",\"operator\":\"EQUAL\",\"value\":1}]",
    ] {
        assert_eq!(code(&world.graph("GET", &path, &bakery, &[("filtering", wrong)]).await), (100, 0), "{wrong}");
    }
}

#[tokio::test]
async fn a_limit_above_the_most_is_lowered() {
    let world = queued().await;
    let bakery = world.bakery().await;
    world.order(json!({ "count": 120, "lost": true }));
    let path = format!("{NEWSLETTER_FORM}/leads");
    assert_eq!(data(&world.graph("GET", &path, &bakery, &[("limit", "1000")]).await).len(), 100);
    assert_eq!(data(&world.read(&path, &bakery).await).len(), 25);
}

#[tokio::test]
async fn after_ninety_days_a_lead_is_only_counted() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let lead = world.order(json!({ "lost": true })).remove(0);
    let counts = |form: Value| (form["leads_count"].as_u64().unwrap(), form["expired_leads_count"].as_u64().unwrap());
    let fields = [("fields", "leads_count,expired_leads_count")];
    let (all, expired) = counts(world.graph("GET", NEWSLETTER_FORM, &bakery, &fields).await.json());
    assert!(all == 6 && expired >= 1, "{all} {expired}");
    world.advance(Duration::days(90) - Duration::seconds(1));
    world.user(ALICE).await;
    assert_eq!(ids(&data(&world.read(&format!("{NEWSLETTER_FORM}/leads"), &bakery).await)), [lead.as_str()]);
    world.advance(Duration::seconds(1));
    assert!(data(&world.read(&format!("{NEWSLETTER_FORM}/leads"), &bakery).await).is_empty());
    assert_eq!(code(&world.read(&lead, &bakery).await), (100, 33));
    assert_eq!(counts(world.graph("GET", NEWSLETTER_FORM, &bakery, &fields).await.json()), (6, 6));
}

#[tokio::test]
async fn a_lead_that_is_deleted_or_of_another_page_is_not_visible() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let (own, foreign) =
        (world.order(json!({})).remove(0), world.order(json!({ "forms": [TEST_RIDE_FORM] })).remove(0));
    for id in [foreign.as_str(), "123"] {
        assert_eq!(code(&world.read(id, &bakery).await), (100, 33));
        assert_eq!(code(&world.graph("DELETE", id, &bakery, &[]).await), (100, 33));
    }
    assert_eq!(world.graph("DELETE", &own, &bakery, &[]).await.json(), json!({ "success": true }));
    assert_eq!(code(&world.read(&own, &bakery).await), (100, 33));
    assert_eq!(code(&world.graph("DELETE", &own, &bakery, &[]).await), (100, 33));
    assert!(!ids(&data(&world.read(&format!("{NEWSLETTER_FORM}/leads"), &bakery).await)).contains(&own));
    assert_eq!(code(&world.read("somebody", &bakery).await), (803, 0));
}

#[tokio::test]
async fn leads_of_an_ad_are_listed_too() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let lead = world.order(json!({ "organic": false })).remove(0);
    let ad = world.graph("GET", &lead, &bakery, &[("fields", "ad_id")]).await.json();
    let leads =
        data(&world.graph("GET", &format!("{}/leads", text(&ad, "ad_id")), &bakery, &[("fields", "id,ad_id")]).await);
    assert!(ids(&leads).contains(&lead));
    assert!(leads.iter().all(|one| one["ad_id"] == ad["ad_id"]));
    assert_eq!(code(&world.read("1/leads", &bakery).await), (100, 33));
}

#[tokio::test]
async fn an_archived_form_has_its_leads_and_gets_no_new_ones() {
    let world = queued().await;
    let bakery = world.bakery().await;
    assert!(!data(&world.read(&format!("{ARCHIVED_FORM}/leads"), &bakery).await).is_empty());
    let answer = world.control("leads", json!({ "forms": [ARCHIVED_FORM] })).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(answer.body.contains("not active"));
}

#[tokio::test]
async fn one_test_lead_at_a_time_with_dummy_answers_or_given_ones() {
    let world = queued().await;
    let bakery = world.subscribed_bakery().await;
    let path = format!("{CATERING_FORM}/test_leads");
    let made = world.graph("POST", &path, &bakery, &[]).await.json();
    let id = text(&made, "id");
    let lead = world.graph("GET", id, &bakery, &[("fields", WITHOUT_ADS)]).await.json();
    assert_eq!(lead["field_data"][0]["values"][0], "<test lead: dummy data for first_name>");
    assert_eq!(
        lead["custom_disclaimer_responses"][0],
        json!({ "checkbox_key": "newsletter_einwilligung", "is_checked": "1" })
    );
    assert_eq!(code(&world.graph("POST", &path, &bakery, &[]).await), (100, 0), "one at a time");
    assert_eq!(ids(&data(&world.read(&path, &bakery).await)), [id]);
    assert!(!ids(&data(&world.read(&format!("{CATERING_FORM}/leads"), &bakery).await)).contains(&id.to_owned()));
    let told = world.sandbox.facebook().take_deliveries();
    assert_eq!(told.len(), 1);
    assert!(told[0].body.contains(id) && !told[0].body.contains("ad_id") && !told[0].body.contains("adgroup_id"));

    assert_eq!(world.graph("DELETE", id, &bakery, &[]).await.status, 200);
    let given = json!([{ "name": "first_name", "values": ["Zoë"] }]).to_string();
    let made = world.graph("POST", &path, &bakery, &[("field_data", &given)]).await.json();
    let lead = world.read(text(&made, "id"), &bakery).await.json();
    assert_eq!(lead["field_data"], json!([{ "name": "first_name", "values": ["Zoë"] }]));
    world.graph("DELETE", text(&made, "id"), &bakery, &[]).await;
    for wrong in ["{}", "[{\"name\":\"shoe_size\",\"values\":[\"44\"]}]"] {
        assert_eq!(code(&world.graph("POST", &path, &bakery, &[("field_data", wrong)]).await), (100, 0));
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_leads() {
    let shown = |world: &crate::support::World| world.sandbox.facebook().leads(CATERING_FORM).unwrap();
    let (one, other) = (queued().await, queued().await);
    for world in [&one, &other] {
        world.order(json!({ "forms": [CATERING_FORM], "count": 20 }));
    }
    assert_eq!(shown(&one), shown(&other));
    assert!(shown(&one).len() > 20);
    let names = json!(one.order(json!({ "forms": [CATERING_FORM], "count": 5, "script": "nonAscii" })));
    assert_eq!(names.as_array().unwrap().len(), 5);
    let newest = &shown(&one)[0]["field_data"];
    assert!(
        !newest[0]["values"][0].as_str().unwrap().is_ascii() || !newest[1]["values"][0].as_str().unwrap().is_ascii()
    );
}
