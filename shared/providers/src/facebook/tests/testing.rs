//! The test of a connection: whether leads may be read, and whether the chosen forms are there.

use super::*;
use crate::error::Explanation;

fn accessible(may: bool) -> Response<Bytes> {
    let reason = "CRM access has been revoked from Lead Access Manager.";
    let access = json!({ "can_access_lead": may, "app_has_leads_permission": may, "user_has_leads_permission": true,
        "is_page_admin": true, "enabled_lead_access_manager": true, "failure_reason": reason,
        "failure_resolution": "Add the app under Leads Access." });
    ok(&json!({ "id": PAGE_ID, "has_lead_access": access }))
}

fn listed(forms: Value) -> Response<Bytes> {
    ok(&json!({ "data": forms }))
}

fn chosen(ids: &[&str]) -> Vec<ResourceId> {
    ids.iter().map(|id| resource(&format!("page:{PAGE_ID}/{id}"))).collect()
}

async fn test(answers: Vec<Response<Bytes>>, resources: &[ResourceId]) -> (Result<(), ProviderError>, Vec<String>) {
    let facebook = Facebook::answering(answers);
    let tested = facebook.provider.test(&access(), resources).await;
    for request in facebook.wire.requests().iter().filter(|request| request.uri().path() != "/v26.0/me") {
        assert_called_with(request, OF_PAGE);
    }
    (tested, facebook.asked())
}

#[tokio::test]
async fn without_forms_one_call_checks_the_access() {
    let (tested, asked) = test(vec![ok(&json!({ "id": "10001" }))], &[]).await;
    assert_eq!((tested, asked), (Ok(()), vec!["GET /me".to_owned()]));
    let (tested, _) = test(vec![refusal(190, Some(460))], &[]).await;
    assert_failed(tested, FailureClass::DeadCredentials, "190.460");
}

#[tokio::test]
async fn two_calls_check_a_page_however_many_of_its_forms_are_chosen() {
    let (tested, asked) =
        test(vec![accessible(true), ok(&json!({ "id": "1", "page_id": PAGE_ID }))], &chosen(&["1"])).await;
    assert_eq!((tested, asked), (Ok(()), vec![format!("GET /{PAGE_ID}"), "GET /1".to_owned()]));

    let forms = json!([{ "id": "1", "status": "ACTIVE" }, { "id": 2, "status": "ARCHIVED" }, { "id": "3" }]);
    let (tested, asked) = test(vec![accessible(true), listed(forms)], &chosen(&["1", "2", "3"])).await;
    assert_eq!((tested, asked), (Ok(()), vec![format!("GET /{PAGE_ID}"), format!("GET /{PAGE_ID}/leadgen_forms")]));
}

#[tokio::test]
async fn refused_lead_access_is_explained_in_metas_own_words() {
    let (tested, asked) = test(vec![accessible(false)], &chosen(&["1"])).await;
    let error = tested.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::MissingPermission, "no_lead_access"));
    let words = Explanation {
        reason: "CRM access has been revoked from Lead Access Manager.".to_owned(),
        resolution: Some("Add the app under Leads Access.".to_owned()),
    };
    assert_eq!(error.explanation, Some(words));
    assert_eq!(asked.len(), 1);

    let silent = ok(&json!({ "id": PAGE_ID, "has_lead_access": { "can_access_lead": false } }));
    let (tested, _) = test(vec![silent], &chosen(&["1"])).await;
    assert_eq!(tested.unwrap_err().explanation, None);
    let (tested, _) = test(vec![refusal(200, None)], &chosen(&["1"])).await;
    assert_failed(tested, FailureClass::MissingPermission, "200");
}

#[tokio::test]
async fn a_form_that_is_gone_is_told_from_a_permission() {
    let deleted = ok(&json!({ "id": "1", "status": "DELETED", "page_id": PAGE_ID }));
    let (tested, _) = test(vec![accessible(true), deleted], &chosen(&["1"])).await;
    assert_failed(tested, FailureClass::ResourceNotFound, "form_deleted");

    let (tested, _) = test(vec![accessible(true), refusal(100, Some(33))], &chosen(&["1"])).await;
    assert_failed(tested, FailureClass::ResourceNotFound, "100.33");

    let elsewhere = ok(&json!({ "id": "1", "status": "ACTIVE", "page_id": 5 }));
    let (tested, _) = test(vec![accessible(true), elsewhere], &chosen(&["1"])).await;
    assert_failed(tested, FailureClass::ResourceNotFound, "form_of_another_page");

    let forms = listed(json!([{ "id": "1", "status": "ACTIVE" }]));
    let (tested, asked) = test(vec![accessible(true), forms, refusal(100, Some(33))], &chosen(&["1", "2"])).await;
    assert_failed(tested, FailureClass::ResourceNotFound, "100.33");
    assert_eq!(asked[2], "GET /2");
}

#[tokio::test]
async fn what_the_access_does_not_reach_is_gone_without_a_call() {
    for (id, code) in [
        ("page:999/1", "page_not_granted"),
        ("advertiser:138124712925158/1", "page_not_granted"),
        ("page:138124712925158", "not_a_form"),
        ("172036835026334", "not_a_form"),
    ] {
        let (tested, asked) = test(vec![], &[resource(id)]).await;
        assert_failed(tested, FailureClass::ResourceNotFound, code);
        assert!(asked.is_empty());
    }
}
