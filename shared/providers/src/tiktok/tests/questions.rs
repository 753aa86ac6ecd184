//! What a form asks, test leads, and what TikTok cannot do.

use super::*;
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::lead::{ContactField, Question};

async fn questions(tiktok: &TikTok, owner: &str) -> Result<Vec<Question>, ProviderError> {
    tiktok.provider.leads().unwrap().questions(&access(), &form(owner)).await
}

fn fields() -> Response<Bytes> {
    granted(json!({ "fields": ["email", "phone_number", "Which car?"], "meta": { "page_id": "900" } }))
}

fn library() -> Response<Bytes> {
    granted(json!({ "list": [{ "library_id": "5", "advertiser_id": "11" }] }))
}

#[tokio::test]
async fn questions_come_in_order_with_what_they_stand_for() {
    let tiktok = TikTok::answering([fields()]);
    let questions = questions(&tiktok, "library:5").await.unwrap();
    let expected = [
        Question { key: "email".into(), label: "Email".into(), standard: Some(ContactField::Email) },
        Question { key: "phone_number".into(), label: "Phone number".into(), standard: Some(ContactField::Phone) },
        Question { key: "Which car?".into(), label: "Which car?".into(), standard: None },
    ];
    assert_eq!(questions, expected);
    let request = tiktok.request();
    assert_eq!(path(&request), "lead/field/get/");
    assert_eq!(query(&request), [pair("lead_source", "INSTANT_FORM"), pair("library_id", "5"), pair("page_id", "900")]);
    assert_token(&request);
}

#[tokio::test]
async fn the_older_endpoint_is_asked_when_the_newer_one_is_refused() {
    for refusal in [refused(40002), refused(40001), answer(404, "404 page not found")] {
        let tiktok = TikTok::answering([refusal, fields()]);
        assert_eq!(questions(&tiktok, "advertiser:11").await.unwrap().len(), 3);
        let requests = tiktok.wire.requests();
        assert_eq!(path(&requests[1]), "page/field/get/");
        assert_eq!(query(&requests[1]), [pair("advertiser_id", "11"), pair("page_id", "900")]);
    }
    for (code, class) in [(40105, FailureClass::DeadCredentials), (40100, FailureClass::RateLimited)] {
        let tiktok = TikTok::answering([refused(code)]);
        assert_eq!(questions(&tiktok, "advertiser:11").await.unwrap_err().class, class);
    }
}

#[tokio::test]
async fn the_library_is_asked_when_the_account_is_refused() {
    let tiktok = TikTok::answering([refused(40001), refused(40001), library(), fields()]);
    assert_eq!(questions(&tiktok, "advertiser:11").await.unwrap().len(), 3);
    assert_eq!(query(&tiktok.wire.requests()[3])[1], pair("library_id", "5"));

    let tiktok = TikTok::answering([refused(40301), refused(40301), granted(json!({ "list": [] }))]);
    assert_eq!(questions(&tiktok, "advertiser:11").await.unwrap_err().code, "40301");
    let unknown = questions(&TikTok::answering([]), "page:1").await.unwrap_err();
    assert_eq!((unknown.class, unknown.code.as_str()), (FailureClass::ResourceNotFound, "unknown_owner"));
}

async fn send_test(tiktok: &TikTok) -> Result<Option<ExternalId>, ProviderError> {
    tiktok.provider.leads().unwrap().send_test(&access(), &form("advertiser:11")).await
}

fn test_lead(id: &str) -> Response<Bytes> {
    granted(json!({ "lead_data": { "email": "canary@example.com" }, "meta_data": { "lead_id": id, "page_id": "900" } }))
}

#[tokio::test]
async fn a_former_test_lead_goes_before_the_next_comes() {
    let tiktok = TikTok::answering([test_lead("71"), granted(json!({})), test_lead("72")]);
    assert_eq!(send_test(&tiktok).await.unwrap(), Some(ExternalId::parse("72").unwrap()));
    assert_eq!(tiktok.paths(), ["page/lead/mock/get/", "page/lead/mock/delete/", "page/lead/mock/create/"]);
    let requests = tiktok.wire.requests();
    let about = json!({ "advertiser_id": "11", "page_id": "900", "lead_source": "INSTANT_FORM" });
    let mut former = about.clone();
    former["lead_id"] = json!("71");
    assert_eq!((json_body(&requests[1]), json_body(&requests[2])), (former, about));
    requests.iter().for_each(assert_token);
}

#[tokio::test]
async fn a_form_without_a_test_lead_gets_its_first() {
    for nothing in [granted(json!({})), granted(json!({ "meta_data": {} })), refused(40301), refused(40002)] {
        let tiktok = TikTok::answering([nothing, granted(json!({ "lead_id": 7126711421177430274u64 }))]);
        let id = send_test(&tiktok).await.unwrap().unwrap();
        assert_eq!((id.as_str(), tiktok.wire.requests().len()), ("7126711421177430274", 2));
    }
    let tiktok = TikTok::answering([granted(json!({})), granted(json!({}))]);
    assert_eq!(send_test(&tiktok).await.unwrap(), None);
}

#[tokio::test]
async fn a_test_lead_is_made_once_and_may_lack_a_permission() {
    let tiktok = TikTok::on(vec![Ok(granted(json!({}))), Err(WireError::Timeout)]);
    assert_eq!(send_test(&tiktok).await.unwrap_err().class, FailureClass::Transient);
    assert_eq!(tiktok.wire.requests().len(), 2);
    let tiktok = TikTok::answering([refused(40001), granted(json!({ "list": [] }))]);
    let error = send_test(&tiktok).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::MissingPermission, "40001"));
}

#[tokio::test]
async fn nothing_can_be_fetched_or_counted() {
    let tiktok = TikTok::answering([]);
    let leads = tiktok.provider.leads().unwrap();
    let error = leads.fetch(&access(), &form("advertiser:11"), &ExternalId::parse("1").unwrap()).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::PermanentRecord, "not_fetchable"));
    assert_eq!(leads.count(&access(), &form("advertiser:11")).await.unwrap(), None);
}
