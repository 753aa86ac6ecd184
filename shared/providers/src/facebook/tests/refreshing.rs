//! The daily check, the exchange in the last quarter of a token's time, and the end of a grant.

use super::*;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;

const DAY: i64 = 24 * 60 * 60;

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc2822(NOW).unwrap().to_utc()
}

/// A token of 60 days that is so old now.
fn credential(age: TimeDelta) -> Credential {
    let issued = (now() - age).timestamp();
    let grant = json!({ "user": "10001", "token": LONG, "issued_at": issued, "expires_at": issued + 60 * DAY });
    Credential(grant.to_string().into())
}

fn debugged(changes: Value) -> Response<Bytes> {
    let mut data = json!({ "app_id": "app1", "is_valid": true, "expires_at": now().timestamp() + 15 * DAY,
        "data_access_expires_at": 1_803_117_600, "issued_at": now().timestamp() - 45 * DAY, "user_id": "10001",
        "scopes": ["leads_retrieval"] });
    for (name, value) in changes.as_object().unwrap() {
        data[name] = value.clone();
    }
    with_headers(&json!({ "data": data }), &[("date", NOW)])
}

fn exchanged(token: &str, days: i64) -> Response<Bytes> {
    with_headers(&json!({ "access_token": token, "expires_in": days * DAY }), &[("date", NOW)])
}

fn accounts() -> Response<Bytes> {
    ok(&json!({ "data": [{ "id": PAGE_ID, "access_token": OF_PAGE }] }))
}

async fn refresh(facebook: &Facebook, credential: &Credential) -> Result<Refreshed, ProviderError> {
    let refreshed = facebook.provider.refresh(&app(), credential).await;
    assert_hides_canaries(&refreshed);
    refreshed
}

#[tokio::test]
async fn a_younger_token_is_checked_and_its_pages_are_listed_anew() {
    let facebook = Facebook::answering(vec![debugged(json!({})), accounts()]);
    let refreshed = refresh(&facebook, &credential(TimeDelta::days(45) - TimeDelta::seconds(1))).await.unwrap();
    assert_eq!(facebook.asked(), ["GET /debug_token", "GET /me/accounts"]);
    assert!(refreshed.credential.is_none());
    assert_eq!(refreshed.access.expires_in, Some(TimeDelta::days(1)));
    assert_eq!(refreshed.access.token.expose_secret(), access().token.expose_secret());
    assert_eq!(refreshed.scopes.unwrap(), ["leads_retrieval"]);
    assert_eq!(refreshed.consent_ends.unwrap().timestamp(), 1_803_117_600);
}

#[tokio::test]
async fn from_the_forty_fifth_day_it_is_exchanged_and_the_new_one_is_used() {
    let facebook = Facebook::answering(vec![debugged(json!({})), exchanged("canary-new", 60), accounts()]);
    let refreshed = refresh(&facebook, &credential(TimeDelta::days(45))).await.unwrap();
    assert_eq!(facebook.asked(), ["GET /debug_token", "POST /oauth/access_token", "GET /me/accounts"]);
    let grant: Value = serde_json::from_str(refreshed.credential.unwrap().0.expose_secret()).unwrap();
    let (issued, ends) = (now().timestamp(), now().timestamp() + 60 * DAY);
    assert_eq!(grant, json!({ "user": "10001", "token": "canary-new", "issued_at": issued, "expires_at": ends }));
    assert_called_with(&facebook.wire.requests()[2], "canary-new");
}

#[tokio::test]
async fn a_token_that_is_given_back_as_it_was_is_not_stored_again() {
    let facebook = Facebook::answering(vec![debugged(json!({})), exchanged(LONG, 15), accounts()]);
    assert!(refresh(&facebook, &credential(TimeDelta::days(45))).await.unwrap().credential.is_none());
    let longer = Facebook::answering(vec![debugged(json!({})), exchanged(LONG, 60), accounts()]);
    assert!(refresh(&longer, &credential(TimeDelta::days(45))).await.unwrap().credential.is_some());
}

#[tokio::test]
async fn a_token_without_an_end_is_never_exchanged_and_one_of_unknown_age_goes_by_what_facebook_says() {
    let unknown = Credential(json!({ "user": "10001", "token": LONG }).to_string().into());
    let endless = Facebook::answering(vec![debugged(json!({ "expires_at": 0 })), accounts()]);
    assert!(refresh(&endless, &unknown).await.unwrap().credential.is_none());

    let old = Facebook::answering(vec![debugged(json!({})), exchanged("canary-new", 60), accounts()]);
    assert!(refresh(&old, &unknown).await.unwrap().credential.is_some());

    // An answer without a date: nobody knows how old the token is.
    let mut undated = debugged(json!({}));
    undated.headers_mut().remove("date");
    let undated = Facebook::answering(vec![undated, exchanged("canary-new", 60), accounts()]);
    assert!(refresh(&undated, &credential(TimeDelta::days(1))).await.unwrap().credential.is_some());
}

#[tokio::test]
async fn one_lost_page_is_missing_and_all_pages_may_be() {
    for pages in [json!([]), json!([{ "id": "77", "access_token": "canary" }])] {
        let facebook = Facebook::answering(vec![debugged(json!({})), ok(&json!({ "data": pages }))]);
        let access = refresh(&facebook, &credential(TimeDelta::days(1))).await.unwrap().access;
        let nothing = Facebook::answering(vec![]);
        let tested = nothing.provider.test(&access, &[form().resource().unwrap()]).await;
        assert_failed(tested, FailureClass::ResourceNotFound, "page_not_granted");
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_the_end_of_the_grant() {
    for (subcode, code) in [(json!(458), "190.458"), (json!("460"), "190.460"), (json!(null), "190")] {
        let error = json!({ "code": 190, "message": "canary", "subcode": subcode });
        let facebook = Facebook::answering(vec![debugged(json!({ "is_valid": false, "error": error }))]);
        assert_failed(refresh(&facebook, &credential(TimeDelta::days(1))).await, FailureClass::DeadCredentials, code);
    }
    let silent = Facebook::answering_one(200, &json!({ "data": { "is_valid": false, "scopes": [] } }));
    assert_failed(refresh(&silent, &credential(TimeDelta::days(1))).await, FailureClass::DeadCredentials, "190");
    let busy = Facebook::answering(vec![debugged(json!({ "is_valid": false, "error": { "code": 2 } }))]);
    assert_failed(refresh(&busy, &credential(TimeDelta::days(1))).await, FailureClass::Transient, "2");

    let meanwhile = Facebook::answering(vec![debugged(json!({})), refusal(190, Some(467))]);
    assert_failed(refresh(&meanwhile, &credential(TimeDelta::days(1))).await, FailureClass::DeadCredentials, "190.467");
    let expired = Facebook::answering(vec![debugged(json!({})), refusal(190, Some(463))]);
    assert_failed(refresh(&expired, &credential(TimeDelta::days(59))).await, FailureClass::DeadCredentials, "190.463");
}

#[tokio::test]
async fn a_wrong_secret_of_ours_kills_no_grant() {
    for code in [190, 102, 101] {
        let facebook = Facebook::answering(vec![refusal(code, None)]);
        let refreshed = refresh(&facebook, &credential(TimeDelta::days(1))).await;
        assert_failed(refreshed, FailureClass::OurConfiguration, &code.to_string());
    }
}

#[tokio::test]
async fn pages_are_listed_to_the_end_by_cursor_and_never_by_address() {
    let elsewhere = "https://evil.example.com/v26.0/10001/accounts?access_token=canary&after=Y3Vy";
    let first = json!({ "data": [{ "id": "1", "access_token": "canary-1" }],
        "paging": { "cursors": { "before": "x", "after": "Y3Vy" }, "next": elsewhere } });
    let second = json!({ "data": [{ "id": "2", "access_token": "canary-2" }],
        "paging": { "next": "https://graph.facebook.com/x?after=bGFzdA" } });
    let last = json!({ "data": [], "paging": { "cursors": { "after": "more" } } });
    let facebook = Facebook::answering(vec![debugged(json!({})), ok(&first), ok(&second), ok(&last)]);
    let refreshed = refresh(&facebook, &credential(TimeDelta::days(1))).await.unwrap();
    assert_eq!(Keys::of(&refreshed.access).unwrap().pages.len(), 2);
    let requests = facebook.wire.requests();
    let after: Vec<_> = requests[1..].iter().map(|request| query(request).get("after").cloned()).collect();
    assert_eq!(after, [None, Some("Y3Vy".to_owned()), Some("bGFzdA".to_owned())]);
    assert_eq!(facebook.asked()[3], "GET /me/accounts");
}

#[tokio::test]
async fn a_full_page_without_an_address_is_gone_on_from_and_a_list_that_repeats_itself_given_up() {
    let full = |after: &str| {
        let pages: Vec<Value> = (0..100).map(|id| json!({ "id": id.to_string(), "access_token": "canary" })).collect();
        ok(&json!({ "data": pages, "paging": { "cursors": { "after": after } } }))
    };
    let facebook = Facebook::answering(vec![debugged(json!({})), full("a"), accounts()]);
    let refreshed = refresh(&facebook, &credential(TimeDelta::days(1))).await.unwrap();
    assert_eq!(Keys::of(&refreshed.access).unwrap().pages.len(), 101);

    let same = Facebook::answering(vec![debugged(json!({})), full("a"), full("a")]);
    assert_failed(refresh(&same, &credential(TimeDelta::days(1))).await, FailureClass::OurBug, "too_many_pages");
    let mut endless: Vec<_> = (0..50).map(|number| full(&number.to_string())).collect();
    endless.insert(0, debugged(json!({})));
    let endless = Facebook::answering(endless);
    assert_failed(refresh(&endless, &credential(TimeDelta::days(1))).await, FailureClass::OurBug, "too_many_pages");
}

#[tokio::test]
async fn five_hundred_pages_fit_and_more_than_can_be_kept_are_refused_aloud() {
    let keys = |count: usize| {
        let page = |id: usize| Holder { id: format!("10{id:013}"), key: key(&format!("EAA{id:0>220}")) };
        Keys { user: Holder { id: "1".to_owned(), key: key(LONG) }, pages: (0..count).map(page).collect() }.access()
    };
    assert!(keys(500).is_ok());
    assert_failed(keys(700), FailureClass::PermanentConfiguration, "too_many_pages");
    assert!(credential(TimeDelta::days(1)).0.expose_secret().len() < 1_000);
}

#[tokio::test]
async fn a_credential_or_access_that_cannot_be_read_is_our_bug_and_not_shown() {
    let facebook = Facebook::answering(vec![]);
    let broken = Credential(r#"{"canary":1}"#.into());
    assert_failed(refresh(&facebook, &broken).await, FailureClass::OurBug, "unreadable_credential");
    let broken = Access { token: "canary".into(), expires_in: None };
    assert_failed(facebook.provider.identify(&broken).await, FailureClass::OurBug, "unreadable_access");
}

struct Silent;

#[async_trait]
impl crate::http::Wire for Silent {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_over_after_ten_seconds() {
    let endpoints = Endpoints::from_vars(&HashMap::new()).unwrap();
    let silent = FacebookLeadAds::new(endpoints, Arc::new(Silent));
    let began = tokio::time::Instant::now();
    let refreshed = silent.refresh(&app(), &credential(TimeDelta::days(1))).await;
    assert_failed(refreshed, FailureClass::Transient, "timeout");
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn revoking_removes_the_application_and_succeeds_when_that_is_done_already() {
    for answer in [ok(&json!({ "success": true })), refusal(190, Some(458)), refusal(102, None)] {
        let facebook = Facebook::answering(vec![answer]);
        facebook.provider.revoke(&app(), &credential(TimeDelta::days(1))).await.unwrap();
        assert_eq!(facebook.asked(), ["DELETE /10001/permissions"]);
        assert_called_with(&facebook.request(), LONG);
    }
    let refused = Facebook::answering(vec![refusal(100, None)]);
    let refused = refused.provider.revoke(&app(), &credential(TimeDelta::days(1))).await;
    assert_failed(refused, FailureClass::OurBug, "100");
}
