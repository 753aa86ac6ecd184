//! Single leads, and test leads.

use super::*;
use domain::lead::LeadSource;

pub(super) fn lead() -> Value {
    json!({
        "id": LEAD_ID, "created_time": "2026-11-21T19:58:45+0000", "form_id": FORM_ID, "is_organic": false,
        "platform": "ig", "ad_id": "23842", "ad_name": "Autumn", "adset_id": 23_843, "adset_name": "All of Bonn",
        "campaign_id": "23844", "campaign_name": "2026",
        "field_data": [
            { "name": "full_name", "values": ["Zoë Canary"] },
            { "name": "colours", "values": ["red", "green"] },
            { "name": "nothing" },
        ],
        "custom_disclaimer_responses": [
            { "checkbox_key": "newsletter", "is_checked": "1" },
            { "checkbox_key": "phone", "is_checked": "" },
        ],
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut changed = lead();
    change(&mut changed);
    changed
}

async fn fetch(facebook: &Facebook) -> Result<RawLead, ProviderError> {
    facebook.provider.leads().unwrap().fetch(&access(), &form(), &lead_id()).await
}

async fn fetched(lead: &Value) -> Result<RawLead, ProviderError> {
    fetch(&Facebook::answering_one(200, lead)).await
}

#[tokio::test]
async fn a_lead_has_its_answers_in_order_its_consents_and_where_it_came_from() {
    let facebook = Facebook::answering_one(200, &lead());
    let lead = fetch(&facebook).await.unwrap();
    assert_eq!(facebook.asked(), [format!("GET /{LEAD_ID}")]);
    assert_called_with(&facebook.request(), OF_PAGE);
    let fields = &query(&facebook.request())["fields"];
    for field in
        ["id", "created_time", "form_id", "field_data", "custom_disclaimer_responses", "ad_id", "campaign_name"]
    {
        assert!(fields.split(',').any(|named| named == field), "{field} of {fields}");
    }
    assert_eq!((lead.id.as_str(), lead.form.as_str()), (LEAD_ID, FORM_ID));
    assert_eq!(lead.created.to_rfc3339(), "2026-11-21T19:58:45+00:00");
    let answers: Vec<_> = lead.answers.iter().map(|answer| (answer.key.as_str(), answer.values.join("|"))).collect();
    let expected = [
        ("full_name", "Zoë Canary"),
        ("colours", "red|green"),
        ("nothing", ""),
        ("newsletter", "true"),
        ("phone", "false"),
    ];
    assert_eq!(answers, expected.map(|(key, values)| (key, values.to_owned())));
    let source = LeadSource {
        ad: Some("23842".into()),
        ad_name: Some("Autumn".into()),
        ad_group: Some("23843".into()),
        ad_group_name: Some("All of Bonn".into()),
        campaign: Some("23844".into()),
        campaign_name: Some("2026".into()),
        platform: Some("ig".into()),
        organic: false,
    };
    assert_eq!((lead.source.clone(), lead.test), (source, false));
    assert!(!format!("{lead:?}").contains("Zoë"));
}

#[tokio::test]
async fn an_organic_lead_has_no_ad_and_the_least_that_is_a_lead_is_one() {
    let least =
        json!({ "id": LEAD_ID, "created_time": "2026-11-21T19:58:45+0000", "form_id": FORM_ID, "is_organic": true });
    let least = fetched(&least).await.unwrap();
    assert_eq!((least.answers.len(), least.source), (0, LeadSource { organic: true, ..LeadSource::default() }));
    for time in
        [json!("2026-11-21T20:58:45+0100"), json!("2026-11-21T19:58:45Z"), json!(1_795_291_125), json!("1795291125")]
    {
        let created = fetched(&changed(|lead| lead["created_time"] = time)).await.unwrap().created;
        assert_eq!(created.to_rfc3339(), "2026-11-21T19:58:45+00:00");
    }
}

#[tokio::test]
async fn odd_values_are_kept_word_for_word() {
    let body =
        lead().to_string().replace(r#"["red","green"]"#, r#"[12345678901234567890123, 1.10, true, null, {"a": [1]}]"#);
    let facebook = Facebook::answering(vec![answer(200, &body)]);
    let values = fetch(&facebook).await.unwrap().answers[1].values.clone();
    assert_eq!(values, ["12345678901234567890123", "1.10", "true", "null", r#"{"a": [1]}"#]);
    let odd = changed(|lead| lead["ad_name"] = json!({ "deep": [] }));
    assert_eq!(fetched(&odd).await.unwrap().source.ad_name.as_deref(), Some(r#"{"deep":[]}"#));
}

#[tokio::test]
async fn dummy_data_make_a_test_lead() {
    let is_test = |value: &'static str| async move {
        fetched(&changed(|lead| lead["field_data"][1]["values"] = json!(["x", value]))).await.unwrap().test
    };
    assert!(is_test("<test lead: dummy data for colours>").await);
    for value in
        ["test lead: dummy data for colours", "<test lead>", "test@example.com", "I said <test lead: dummy data for x>"]
    {
        assert!(!is_test(value).await, "{value}");
    }
}

#[tokio::test]
async fn refused_ad_fields_are_left_out() {
    for code in [10, 200, 299] {
        let facebook = Facebook::answering(vec![refusal(code, None), ok(&lead())]);
        assert!(fetch(&facebook).await.is_ok());
        let fields = query(&facebook.wire.requests()[1])["fields"].clone();
        let of_ads = |name: &str| ["ad_", "adset_", "campaign_"].iter().any(|of| name.starts_with(of));
        assert!(fields.contains("field_data") && !fields.split(',').any(of_ads), "{fields}");
    }
    let facebook = Facebook::answering(vec![refusal(200, None), refusal(200, None)]);
    assert_failed(fetch(&facebook).await, FailureClass::MissingPermission, "200");
}

#[tokio::test]
async fn a_lead_of_another_form_or_with_another_id_is_refused() {
    for form in [json!("172036835026335"), json!(null)] {
        let foreign = changed(|lead| lead["form_id"] = form);
        assert_failed(fetched(&foreign).await, FailureClass::PermanentRecord, "another_form");
    }
    let other = changed(|lead| lead["id"] = json!("233370042045346"));
    assert_failed(fetched(&other).await, FailureClass::PermanentRecord, "another_lead");
    let numbers = changed(|lead| {
        lead["id"] = json!(233_370_042_045_345_u64);
        lead["form_id"] = json!(172_036_835_026_334_u64);
    });
    assert!(fetched(&numbers).await.is_ok());
}

#[tokio::test]
async fn a_lead_that_is_not_visible_says_nothing_about_its_form() {
    let facebook = Facebook::answering(vec![refusal(100, Some(33))]);
    assert_failed(fetch(&facebook).await, FailureClass::PermanentRecord, "100.33");
    let facebook = Facebook::answering(vec![]);
    let leads = facebook.provider.leads().unwrap();
    for id in ["me", "..", "1/leads", "1?fields=x", "a"] {
        let id = ExternalId::parse(id).unwrap();
        assert_failed(leads.fetch(&access(), &form(), &id).await, FailureClass::PermanentRecord, "unusable_id");
    }
    let foreign = leads.fetch(&access(), &foreign_form(), &lead_id()).await;
    assert_failed(foreign, FailureClass::ResourceNotFound, "page_not_granted");
}

#[tokio::test]
async fn a_lead_without_a_time_cannot_be_read_and_spoils_no_form() {
    for time in [json!("yesterday"), json!(null), json!({}), json!("2026-13-21T19:58:45+0000")] {
        let lead = changed(|lead| lead["created_time"] = time);
        assert_failed(fetched(&lead).await, FailureClass::PermanentRecord, "unreadable_lead");
    }
    assert_failed(fetched(&json!([])).await, FailureClass::PermanentRecord, "unreadable_lead");
    let page = Facebook::answering(vec![answer(200, "<html>canary</html>")]);
    assert_failed(fetch(&page).await, FailureClass::OurBug, "unreadable_answer");
}

async fn send_test(facebook: &Facebook) -> Result<Option<ExternalId>, ProviderError> {
    facebook.provider.leads().unwrap().send_test(&access(), &form()).await
}

#[tokio::test]
async fn a_former_test_lead_goes_before_a_new_one_is_made() {
    let former = json!({ "data": [{ "id": "77" }, { "id": 78 }] });
    let gone = refusal(100, Some(33));
    let facebook =
        Facebook::answering(vec![ok(&former), ok(&json!({ "success": true })), gone, ok(&json!({ "id": 79 }))]);
    assert_eq!(send_test(&facebook).await.unwrap().unwrap().as_str(), "79");
    let edge = format!("/{FORM_ID}/test_leads");
    assert_eq!(
        facebook.asked(),
        [format!("GET {edge}"), "DELETE /77".into(), "DELETE /78".into(), format!("POST {edge}")]
    );
    for request in facebook.wire.requests() {
        assert_called_with(&request, OF_PAGE);
    }

    let none = || ok(&json!({ "data": [] }));
    assert_eq!(send_test(&Facebook::answering(vec![none(), ok(&json!({ "success": true }))])).await.unwrap(), None);
    let kept = Facebook::answering(vec![ok(&former), refusal(200, None)]);
    assert_failed(send_test(&kept).await, FailureClass::MissingPermission, "200");
    let lost = Facebook::over(vec![Ok(none()), Err(WireError::Timeout)], &[]);
    assert_failed(send_test(&lost).await, FailureClass::Transient, "timeout");
}
