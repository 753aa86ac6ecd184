//! Pages, their forms, who may read leads, and who is told.

use sandbox::facebook::{
    ALICE, ARCHIVED_FORM, BAKERY, BOB, CATERING_FORM, CHLOE, CLIENT_ID, CYCLING, Consent, DRAFT_FORM, GALLERY,
    NEWSLETTER_FORM,
};
use serde_json::json;

use super::support::{code, data, queued};
use crate::support::{buttons, text};

const FORM_FIELDS: &str = "id,name,status,locale,leads_count,expired_leads_count,created_time,page_id,questions";

#[tokio::test]
async fn accounts_are_paged_by_cursor_and_page_tokens_stay_the_same() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let query = [("fields", "id,name,access_token,tasks,category"), ("limit", "1")];
    let first = world.graph("GET", "me/accounts", &alice, &query).await.json();
    let page = &first["data"][0];
    assert_eq!(
        (&page["id"], &page["name"], &page["category"]),
        (&json!(BAKERY), &json!("Bäckerei Amann"), &json!("Bakery"))
    );
    assert!(page["tasks"].as_array().unwrap().contains(&json!("MANAGE")));
    let next = text(&first["paging"], "next");
    assert!(next.contains("access_token=") && !next.contains("appsecret_proof"), "{next}");
    let url = url::Url::parse(next).unwrap();
    assert_eq!(
        code(&world.send("GET", &url[url::Position::BeforePath..], &[], "").await),
        (100, 0),
        "the proof is ours to add"
    );

    let after = text(&first["paging"]["cursors"], "after");
    let second = world.graph("GET", "me/accounts", &alice, &[("limit", "1"), ("after", after)]).await.json();
    assert_eq!(second["data"][0]["id"], CYCLING);
    assert!(second["paging"].get("next").is_none() && second["paging"]["cursors"]["after"].is_string());
    let after = text(&second["paging"]["cursors"], "after");
    let third = world.graph("GET", "me/accounts", &alice, &[("after", after)]).await.json();
    assert_eq!(third, json!({ "data": [] }), "behind the last one is nothing");

    assert_eq!(world.page_token(&alice, BAKERY).await, text(page, "access_token"));
    let other = world.user(ALICE).await;
    assert_ne!(world.page_token(&other, BAKERY).await, text(page, "access_token"));
    assert_eq!(code(&world.graph("GET", "me/accounts", &alice, &[("after", "?")]).await), (100, 0));
    assert_eq!(code(&world.graph("GET", "me/accounts", &alice, &[("limit", "0")]).await), (100, 0));
}

#[tokio::test]
async fn without_the_permission_the_list_of_pages_is_empty() {
    let world = queued().await;
    let alice = world.user_as(&Consent { decline: vec!["pages_show_list".to_owned()], ..Consent::default() }).await;
    assert!(data(&world.read("me/accounts", &alice).await).is_empty());
}

#[tokio::test]
async fn forms_are_those_of_the_page_with_questions_and_counts() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let forms =
        data(&world.graph("GET", &format!("{BAKERY}/leadgen_forms"), &bakery, &[("fields", FORM_FIELDS)]).await);
    let ids: Vec<&str> = forms.iter().map(|form| text(form, "id")).collect();
    assert_eq!(ids, [NEWSLETTER_FORM, CATERING_FORM, ARCHIVED_FORM, DRAFT_FORM]);
    let statuses: Vec<&str> = forms.iter().map(|form| text(form, "status")).collect();
    assert_eq!(statuses, ["ACTIVE", "ACTIVE", "ARCHIVED", "DRAFT"]);
    assert_eq!((&forms[0]["leads_count"], &forms[0]["page_id"]), (&json!(5), &json!(BAKERY)));
    assert!(forms[0]["expired_leads_count"].as_u64().unwrap() >= 1);
    assert!(text(&forms[0], "created_time").ends_with("+0000"));
    let questions = forms[1]["questions"].as_array().unwrap();
    let email = questions.iter().find(|question| question["key"] == "work_email").unwrap();
    assert_eq!((&email["type"], email.get("options")), (&json!("WORK_EMAIL"), None));
    let choice = questions.iter().find(|question| question["key"] == "welche_produkte?").unwrap();
    assert_eq!((&choice["type"], choice["options"].as_array().unwrap().len()), (&json!("CUSTOM"), 3));
    assert!(choice["options"][0]["key"].is_string() && choice["options"][0]["value"].is_string());

    let one = world.read(CATERING_FORM, &bakery).await.json();
    assert_eq!(
        one,
        json!({ "locale": "de_DE", "name": "Catering-Anfrage für Büros", "status": "ACTIVE", "id": CATERING_FORM })
    );
    world.act(json!({ "act": "addForm", "page": BAKERY, "id": "172000000000099", "name": "New" }));
    world.act(json!({ "act": "setFormStatus", "form": NEWSLETTER_FORM, "status": "ARCHIVED" }));
    world.act(json!({ "act": "removeForm", "form": CATERING_FORM }));
    let forms = data(&world.graph("GET", &format!("{BAKERY}/leadgen_forms"), &bakery, &[("limit", "100")]).await);
    let seen: Vec<(&str, &str)> = forms.iter().map(|form| (text(form, "id"), text(form, "status"))).collect();
    assert_eq!(
        seen,
        [
            (NEWSLETTER_FORM, "ARCHIVED"),
            (ARCHIVED_FORM, "ARCHIVED"),
            (DRAFT_FORM, "DRAFT"),
            ("172000000000099", "ACTIVE")
        ]
    );
    assert_eq!(code(&world.read(CATERING_FORM, &bakery).await), (100, 33));
}

#[tokio::test]
async fn a_page_that_disappears_takes_everything_with_it() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let lead = world.order(json!({})).remove(0);
    world.act(json!({ "act": "removePage", "page": BAKERY }));
    let edge = format!("{BAKERY}/leadgen_forms");
    for path in [BAKERY, edge.as_str(), NEWSLETTER_FORM, lead.as_str()] {
        assert_eq!(code(&world.read(path, &bakery).await), (100, 33), "{path}");
    }
    world.act(json!({ "act": "restorePage", "page": BAKERY }));
    assert_eq!(world.read(&lead, &bakery).await.status, 200);
}

#[tokio::test]
async fn forms_and_leads_take_the_token_of_their_page() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let cycling = world.page_token(&alice, CYCLING).await;
    for path in [format!("{BAKERY}/leadgen_forms"), format!("{NEWSLETTER_FORM}/leads"), NEWSLETTER_FORM.to_owned()] {
        let answer = world.read(&path, &alice).await;
        assert_eq!(code(&answer), (190, 0), "{path}");
        assert!(answer.body.contains("must be called with a Page Access Token"), "{}", answer.body);
        assert_eq!(code(&world.read(&path, &cycling).await), (100, 33), "{path}: another page's");
    }
}

#[tokio::test]
async fn has_lead_access_says_why_not_and_what_helps() {
    let world = queued().await;
    let fields = [("fields", "has_lead_access")];
    let bakery = world.bakery().await;
    let fine = world.graph("GET", BAKERY, &bakery, &fields).await.json()["has_lead_access"].clone();
    assert_eq!((&fine["can_access_lead"], &fine["enabled_lead_access_manager"]), (&json!(true), &json!(false)));
    assert!(fine.get("failure_reason").is_none() && fine["is_page_admin"] == true);

    let chloe = world.user(CHLOE).await;
    let gallery = world.page_token(&chloe, GALLERY).await;
    for token in [&chloe, &gallery] {
        let not = world.graph("GET", GALLERY, token, &fields).await.json()["has_lead_access"].clone();
        assert_eq!(
            (&not["can_access_lead"], &not["app_has_leads_permission"], &not["user_has_leads_permission"]),
            (&json!(false), &json!(false), &json!(true))
        );
        assert!(
            text(&not, "failure_reason").contains("Lead Access Manager")
                && !text(&not, "failure_resolution").is_empty()
        );
    }
    let listed = data(&world.graph("GET", "me/accounts", &chloe, &fields).await);
    assert_eq!((&listed[0]["id"], &listed[0]["has_lead_access"]["can_access_lead"]), (&json!(GALLERY), &json!(false)));
    world.act(json!({ "act": "assignLeadAccess", "page": GALLERY }));
    let fine = world.graph("GET", GALLERY, &gallery, &fields).await.json();
    assert_eq!(fine["has_lead_access"]["can_access_lead"], true);

    let declined =
        Consent { decline: vec!["leads_retrieval".to_owned()], person: Some(BOB.to_owned()), ..Consent::default() };
    let bob = world.user_as(&declined).await;
    let not = world.graph("GET", BAKERY, &bob, &fields).await.json()["has_lead_access"].clone();
    assert_eq!((&not["can_access_lead"], &not["is_page_admin"]), (&json!(false), &json!(false)));
    assert!(text(&not, "failure_reason").contains("leads_retrieval"));
}

#[tokio::test]
async fn the_leads_access_manager_hides_leads_and_refuses_lists() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let lead = world.order(json!({})).remove(0);
    world.act(json!({ "act": "revokeLeadAccess", "page": BAKERY }));
    assert_eq!(code(&world.read(&lead, &bakery).await), (100, 33));
    assert_eq!(code(&world.read(&format!("{NEWSLETTER_FORM}/leads"), &bakery).await), (200, 0));
    assert_eq!(world.read(&format!("{BAKERY}/leadgen_forms"), &bakery).await.status, 200, "forms are no leads");
    world.act(json!({ "act": "assignLeadAccess", "page": BAKERY }));
    assert_eq!(world.read(&lead, &bakery).await.status, 200);
}

#[tokio::test]
async fn a_page_subscription_is_replaced_looked_at_and_removed() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let path = format!("{BAKERY}/subscribed_apps");
    assert!(data(&world.read(&path, &bakery).await).is_empty());
    for fields in ["leadgen,feed", "leadgen"] {
        let answer = world.graph("POST", &path, &bakery, &[("subscribed_fields", fields)]).await;
        assert_eq!(answer.json(), json!({ "success": true }));
    }
    let apps = data(&world.read(&path, &bakery).await);
    assert_eq!(
        (apps.len(), &apps[0]["id"], &apps[0]["subscribed_fields"]),
        (1, &json!(CLIENT_ID), &json!(["leadgen"]))
    );
    assert_eq!(code(&world.graph("POST", &path, &bakery, &[]).await), (100, 0));
    assert_eq!(code(&world.graph("POST", &path, &bakery, &[("subscribed_fields", "leads")]).await), (100, 0));
    assert_eq!(world.graph("DELETE", &path, &bakery, &[]).await.json(), json!({ "success": true }));
    assert!(data(&world.read(&path, &bakery).await).is_empty());
    assert_eq!(world.graph("DELETE", &path, &bakery, &[]).await.status, 200, "nothing to remove is fine");

    let declined = Consent { decline: vec!["pages_manage_metadata".to_owned()], ..Consent::default() };
    let other = queued().await;
    let alice = other.user_as(&declined).await;
    let bakery = other.page_token(&alice, BAKERY).await;
    assert_eq!(code(&other.graph("POST", &path, &bakery, &[("subscribed_fields", "leadgen")]).await), (200, 0));
    assert!(!other.sandbox.facebook().is_subscribed(BAKERY, CLIENT_ID));
}

#[tokio::test]
async fn each_permission_that_was_declined_is_missed_where_it_is_needed() {
    let cases: [(&str, &str, u64); 4] = [
        ("leads_retrieval", "leads", 200),
        ("pages_read_engagement", "leads", 10),
        ("pages_manage_ads", "leads", 200),
        ("pages_manage_ads", "", 200),
    ];
    for (permission, edge, expected) in cases {
        let world = queued().await;
        let alice = world.user_as(&Consent { decline: vec![permission.to_owned()], ..Consent::default() }).await;
        let bakery = world.page_token(&alice, BAKERY).await;
        let answer = world.read(&format!("{NEWSLETTER_FORM}/{edge}"), &bakery).await;
        assert_eq!(code(&answer), (expected, 0), "{permission}");
        assert!(answer.body.contains(permission));
    }
}

#[tokio::test]
async fn the_page_has_buttons_and_each_is_understood() {
    let world = queued().await;
    let buttons = buttons(&world, "facebook").await;
    assert!(buttons.len() > 40, "{buttons:?}");
    for (path, body) in buttons {
        world.sandbox.facebook().reset_switches();
        world.act(json!({ "act": "restorePage", "page": BAKERY }));
        world.act(json!({ "act": "setFormStatus", "form": NEWSLETTER_FORM, "status": "ACTIVE" }));
        world.act(json!({ "act": "passCheckpoint", "person": ALICE }));
        world.user(ALICE).await;
        let answer = world.control(&path, body.clone()).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.body);
    }
}

#[tokio::test]
async fn what_the_controls_do_not_understand_is_refused_with_the_reason() {
    let world = queued().await;
    for (path, body) in [
        ("acts", json!({ "act": "changePassword", "person": "1" })),
        ("acts", json!({ "act": "dance" })),
        ("acts", json!({ "act": "removePage", "page": "1" })),
        ("acts", json!({ "act": "addForm", "page": BAKERY, "id": NEWSLETTER_FORM, "name": "x" })),
        ("acts", json!({ "act": "declinePermission", "person": ALICE, "permission": "leads_retrieval" })),
        ("leads", json!({ "forms": ["1"] })),
        ("leads", json!({ "count": 10_001 })),
        ("redeliver", json!({ "leads": ["1"] })),
        ("switches", json!({ "faults": [{ "fault": "dance" }] })),
        ("switches", json!({ "faults": [{ "fault": "error", "retryAfterSeconds": 1 }] })),
        ("consent", json!({ "authorization_url": "x" })),
    ] {
        let before = world.sandbox.facebook().overview();
        let answer = world.control(path, body.clone()).await;
        assert_eq!(answer.status, 400, "{path} {body}");
        assert!(!text(&answer.json(), "error").is_empty());
        assert_eq!(world.sandbox.facebook().overview(), before);
    }
}
