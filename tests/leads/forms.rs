//! What a person sees of a form: its mapping before it is saved, a test lead, its figures, its former leads.

use super::{FACEBOOK, World, form, people};
use crate::world::DEMO;
use sandbox::facebook::{ARCHIVED_FORM, CATERING_FORM, LeadOrder};
use sandbox::facebook::{BAKERY, CHLOE, CallFault, CallKind, Consent, GALLERY, NEWSLETTER_FORM};
use serde_json::{Value, json};

const OTHER: &str = "another";

impl World {
    async fn preview(&self, account: &str, body: &Value) -> crate::world::Answer {
        self.admin(account).post(&format!("{FACEBOOK}/mapping/preview"), body).await
    }

    async fn figures(&self, account: &str) -> Value {
        self.admin(account).get(&format!("{FACEBOOK}/reconciliation")).await.ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_a_mapping_makes_of_a_lead_and_changes_nothing() {
    let world = World::of_leads().await;
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    let newsletter = form(BAKERY, NEWSLETTER_FORM);
    let before = world.admin(DEMO).get(FACEBOOK).await.ok();

    let usual = world.preview(DEMO, &json!({ "form": newsletter })).await.ok();
    let questions = usual["questions"].as_array().expect("questions");
    assert_eq!(usual["answers"].as_array().expect("answers").len(), questions.len(), "{usual}");
    assert_eq!(usual["contact"]["email"], "grace.hopper@example.com", "{usual}");
    assert_eq!(usual["problems"], json!([]));

    let mapping = json!({ "fields": { "email": { "property": "second mail" }, "tel": { "field": "phone" } } });
    let answers = json!([{ "key": "email", "values": ["a@example.com"] }, { "key": "tel", "values": ["030 1234567"] }]);
    let tried = json!({ "form": newsletter, "mapping": mapping, "answers": answers });
    let foreign = world.preview(DEMO, &tried).await.ok();
    assert_eq!(foreign["contact"]["properties"]["second mail"], "a@example.com");
    assert_eq!(foreign["problems"][0]["code"], "not_a_phone_number", "{foreign}");
    let mut with_country = tried.clone();
    with_country["mapping"]["defaultCountry"] = json!("DE");
    let german = world.preview(DEMO, &with_country).await.ok();
    assert_eq!(german["contact"]["phone"], "+49301234567", "{german}");
    assert_eq!(world.admin(DEMO).get(FACEBOOK).await.ok(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_refused_for_what_is_not_ours_and_for_what_cannot_be() {
    let world = World::of_leads().await;
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    let newsletter = form(BAKERY, NEWSLETTER_FORM);
    let bad = json!({ "form": newsletter, "mapping": { "fields": { "x": { "property": "<script>" } } } });
    world.preview(DEMO, &bad).await.problem(422, "invalid_mapping");
    let large = json!({ "form": newsletter, "answers": [{ "key": "x", "values": ["y".repeat(9000)] }] });
    world.preview(DEMO, &large).await.problem(422, "sample_too_large");
    world.preview(DEMO, &json!({ "form": newsletter, "mappings": {} })).await.problem(400, "bad_request");
    world
        .viewer(DEMO)
        .post(&format!("{FACEBOOK}/mapping/preview"), &json!({ "form": newsletter }))
        .await
        .problem(403, "unauthorized_access");

    let chloe = Consent { person: Some(CHLOE.to_owned()), pages: Some(vec![GALLERY.to_owned()]), ..Consent::default() };
    world.connect_facebook(OTHER, &chloe).await.ok();
    for guess in [newsletter.clone(), form(GALLERY, NEWSLETTER_FORM), "page:1/2".into(), "anything".into()] {
        let refused = world.preview(OTHER, &json!({ "form": guess })).await;
        assert!(matches!(refused.status, 404 | 422), "{guess}: {refused:?}");
        let refused = world.admin(OTHER).post(&format!("{FACEBOOK}/test-lead"), &json!({ "form": guess })).await;
        refused.problem(422, "form_not_chosen");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_lead_comes_by_webhook_is_marked_and_may_be_asked_for_again() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let (admin, newsletter) = (world.admin(DEMO), form(BAKERY, NEWSLETTER_FORM));
    let mut sent = Vec::new();
    for _ in 0..2 {
        let answer = admin.post(&format!("{FACEBOOK}/test-lead"), &json!({ "form": newsletter })).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        sent.push(answer.body["lead"].as_str().expect("an id").to_owned());
        assert!(world.facebook_tells().await.iter().all(|status| *status == 200));
    }
    assert_ne!(sent[0], sent[1]);
    let leads = world.leads(DEMO).await;
    for id in &sent {
        let lead = leads.iter().find(|lead| lead["id"] == id.as_str()).expect("the test lead");
        assert_eq!((&lead["record"]["test"], &lead["record"]["via"]), (&json!(true), &json!("webhook")));
    }
    admin.post(&format!("{FACEBOOK}/pause"), &json!({})).await.ok();
    admin.post(&format!("{FACEBOOK}/test-lead"), &json!({ "form": newsletter })).await.problem(409, "not_active");
    admin
        .post(&format!("{FACEBOOK}/test-lead"), &json!({ "form": form(BAKERY, CATERING_FORM) }))
        .await
        .problem(422, "form_not_chosen");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_say_how_leads_came_what_waits_and_what_the_provider_counts() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let there = world.leads(DEMO).await.len();
    let first = &world.figures(DEMO).await["forms"][0];
    assert_eq!(first["received"], json!({ "webhook": 0, "reconciliation": 0, "backfill": there }));
    assert_eq!((&first["waiting"], &first["missing"]), (&json!(0), &json!(0)));
    assert!(first["provider"]["total"].as_u64().expect("a number") >= there as u64, "{first}");
    assert!(first["fullyReadAt"].is_string() && first["readAt"].is_string());

    world.sandbox().facebook().add_leads(&people(3)).expect("leads");
    world.facebook_tells().await;
    world.sandbox().facebook().fault(CallFault::error(100, Some(33)).on(CallKind::Lead).times(1));
    world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
    world.facebook_tells().await;
    let waits = &world.figures(DEMO).await["forms"][0];
    assert_eq!((&waits["received"]["webhook"], &waits["waiting"]), (&json!(3), &json!(1)), "{waits}");

    world.clock.advance(chrono::TimeDelta::hours(1));
    world.sandbox().facebook().add_leads(&LeadOrder { lost: true, ..people(2) }).expect("leads");
    world.admin(DEMO).post(&format!("{FACEBOOK}/sync"), &json!({})).await;
    world.settled().await;
    let last = &world.figures(DEMO).await["forms"][0];
    assert_eq!((&last["waiting"], &last["received"]["reconciliation"]), (&json!(0), &json!(2)), "{last}");
    assert_eq!(last["received"]["webhook"], 4, "what waited was told by webhook: {last}");
    world.viewer(DEMO).get(&format!("{FACEBOOK}/reconciliation")).await.problem(403, "unauthorized_access");
}

#[tokio::test(flavor = "multi_thread")]
async fn former_leads_of_a_form_are_left_out_for_ever_when_a_person_says_so() {
    let world = World::of_leads().await;
    world.connect_facebook(DEMO, &super::alice()).await.ok();
    let admin = world.admin(DEMO);
    let newsletter = form(BAKERY, NEWSLETTER_FORM);
    let body = json!({ "resources": [newsletter], "backfill": false });
    admin.json("PATCH", &format!("{FACEBOOK}/settings"), &body, &[]).await.ok();
    world.settled().await;
    assert_eq!(world.leads(DEMO).await.len(), 0);
    let settings = admin.get(FACEBOOK).await.ok()["settings"].clone();
    assert!(settings["leadsSince"][&newsletter].is_string(), "{settings}");
    assert_eq!(settings["forms"][&newsletter]["fields"]["email"], json!({ "field": "email" }), "{settings}");

    world.sandbox().facebook().add_leads(&people(2)).expect("leads");
    world.facebook_tells().await;
    // In full, a day later: what is older stays out.
    world.clock.advance(chrono::TimeDelta::hours(25));
    admin.post(&format!("{FACEBOOK}/sync"), &json!({})).await;
    world.settled().await;
    assert_eq!(world.leads(DEMO).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn mappings_of_all_forms_together_are_bounded_and_another_choice_forgets_them() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let (admin, path) = (world.admin(DEMO), format!("{FACEBOOK}/settings"));
    let (newsletter, catering) = (form(BAKERY, NEWSLETTER_FORM), form(BAKERY, CATERING_FORM));
    let fields: serde_json::Map<String, Value> =
        (0..200).map(|at| (format!("{at:0>250}"), json!({ "property": "p".repeat(64) }))).collect();
    let forms: serde_json::Map<String, Value> =
        [&newsletter, &catering].into_iter().map(|form| (form.clone(), json!({ "fields": fields }))).collect();
    let both = json!({ "resources": [newsletter, catering], "forms": forms });
    let saved = admin.json("PATCH", &path, &both, &[]).await;
    assert_eq!(saved.status, 200, "two of them fit: {saved:?}");
    let third = form(BAKERY, ARCHIVED_FORM);
    let mut all = both.clone();
    all["resources"] = json!([newsletter, catering, third]);
    all["forms"] = json!({ third.as_str(): { "fields": fields } });
    admin.json("PATCH", &path, &all, &[]).await.problem(422, "mappings_too_large");
    let saved = admin.get(FACEBOOK).await.ok()["settings"]["forms"].clone();
    assert_eq!(saved.as_object().expect("forms").len(), 2);
    admin.json("PATCH", &path, &json!({ "resources": [newsletter] }), &[]).await.ok();
    let saved = admin.get(FACEBOOK).await.ok()["settings"]["forms"].clone();
    assert_eq!(saved.as_object().expect("forms").keys().collect::<Vec<_>>(), [&newsletter]);
}
