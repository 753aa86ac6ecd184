use super::*;
use chrono::TimeDelta;
use domain::failure::FailureClass;
use http::Method;
use secrecy::{ExposeSecret, SecretString};

const REDIRECT: &str = "https://api.example.com/oauth/callback/google-calendar";
const SCOPES: &str = "openid email https://www.googleapis.com/auth/calendar.calendarlist.readonly \
                      https://www.googleapis.com/auth/calendar.events";

fn authorize(login_hint: Option<&str>) -> Url {
    let (redirect_uri, state, verifier) = (Url::parse(REDIRECT).unwrap(), "state-1".into(), VERIFIER.into());
    let request =
        AuthorizeRequest { app: &app(), redirect_uri: &redirect_uri, state: &state, verifier: &verifier, login_hint };
    Google::answering(vec![]).provider.authorize_url(&request).unwrap()
}

async fn exchange(google: &Google) -> Result<Authorization, ProviderError> {
    let (redirect_uri, code, verifier): (_, SecretString, SecretString) =
        (Url::parse(REDIRECT).unwrap(), CODE.into(), VERIFIER.into());
    let request = ExchangeRequest { app: &app(), redirect_uri: &redirect_uri, code: &code, verifier: &verifier };
    assert_hides_canaries(&request);
    google.provider.exchange_code(&request).await
}

async fn exchanged(body: &str) -> Result<Authorization, ProviderError> {
    exchange(&Google::answering_one(200, body)).await
}

fn assert_hides_canaries(value: &impl std::fmt::Debug) {
    assert!(!format!("{value:?} {value:#?}").contains("canary"), "a secret shows");
}

#[test]
fn the_authorization_url_asks_for_everything_that_google_needs_to_be_asked() {
    let url = authorize(Some("ada@example.com"));
    assert_eq!((url.host_str(), url.path()), (Some("accounts.google.com"), "/o/oauth2/v2/auth"));
    let mut query = pairs(url.query().unwrap());
    query.sort();
    let challenge = ring::digest::digest(&ring::digest::SHA256, VERIFIER.as_bytes());
    let challenge = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, challenge);
    let expected = [
        pair("access_type", "offline"),
        pair("client_id", "client-1"),
        pair("code_challenge", &challenge),
        pair("code_challenge_method", "S256"),
        pair("include_granted_scopes", "true"),
        pair("login_hint", "ada@example.com"),
        pair("prompt", "consent"),
        pair("redirect_uri", REDIRECT),
        pair("response_type", "code"),
        pair("scope", SCOPES),
        pair("state", "state-1"),
    ];
    assert_eq!(query, expected);
    assert!(!url.as_str().contains("canary"));
    assert!(!authorize(None).as_str().contains("login_hint"));
}

#[tokio::test]
async fn the_code_is_exchanged_with_everything_in_the_body() {
    let google = Google::answering_one(200, include_str!("../fixtures/token.json"));
    let authorization = exchange(&google).await.unwrap();

    let request = google.request();
    assert_eq!(
        (request.method(), request.uri().to_string()),
        (&Method::POST, "https://oauth2.googleapis.com/token".to_owned())
    );
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert!(!request.headers().contains_key("authorization"));
    let mut form = pairs(request.body());
    form.sort();
    let expected = [
        pair("client_id", "client-1"),
        pair("client_secret", SECRET),
        pair("code", CODE),
        pair("code_verifier", VERIFIER),
        pair("grant_type", "authorization_code"),
        pair("redirect_uri", REDIRECT),
    ];
    assert_eq!(form, expected);

    assert_eq!(authorization.credential.0.expose_secret(), format!(r#"{{"refresh_token":"{REFRESH}"}}"#));
    assert_eq!(authorization.access.token.expose_secret(), ACCESS);
    assert_eq!(authorization.access.expires_in, Some(TimeDelta::seconds(3599)));
    assert_eq!(authorization.scopes.len(), 4);
    assert!(google.provider.missing_scopes(&authorization.scopes).is_empty());
    assert_hides_canaries(&authorization);
}

#[tokio::test]
async fn an_answer_without_refresh_token_is_a_missing_permission() {
    for refresh in ["", r#","refresh_token":"""#] {
        let body = format!(r#"{{"access_token":"canary","token_type":"Bearer","expires_in":3599{refresh}}}"#);
        let error = exchanged(&body).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (FailureClass::MissingPermission, "no_refresh_token"));
    }
}

#[tokio::test]
async fn an_answer_without_scope_grants_what_was_asked_for() {
    let body = r#"{"access_token":"a","token_type":"bearer","expires_in":3599,"refresh_token":"r"}"#;
    assert_eq!(exchanged(body).await.unwrap().scopes.join(" "), SCOPES);
}

#[tokio::test]
async fn an_unexpected_answer_is_a_clear_error_without_any_of_its_text() {
    let cases = [
        (r#"{"access_token":"canary","token_type":"mac","refresh_token":"canary"}"#, "unexpected_token_type"),
        (r#"{"access_token":"canary","token_type":5}"#, "unreadable_answer"),
        (r#"{"refresh_token":"canary"}"#, "unreadable_answer"),
        ("<html>canary</html>", "unreadable_answer"),
        ("", "unreadable_answer"),
    ];
    for (body, code) in cases {
        let error = exchanged(body).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, code), "{body}");
        assert_hides_canaries(&error);
    }
    let huge = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(64 * 1024));
    assert_eq!(exchanged(&huge).await.unwrap_err().code, "too_large");
}

#[tokio::test]
async fn exchange_and_refresh_are_sent_once_whatever_happens() {
    for fault in [Err(WireError::Timeout), Err(WireError::Connection), Ok(answer(503, ""))] {
        let google = Google::answering(vec![fault.clone()]);
        assert_eq!(exchange(&google).await.unwrap_err().class, FailureClass::Transient);
        assert_eq!(google.wire.requests().len(), 1);

        let google = Google::answering(vec![fault]);
        let error = google.provider.refresh(&app(), &credential()).await.unwrap_err();
        assert_eq!((error.class, google.wire.requests().len()), (FailureClass::Transient, 1));
    }
}

#[tokio::test]
async fn a_refresh_keeps_the_refresh_token_unless_there_is_a_new_one() {
    let google =
        Google::answering_one(200, r#"{"access_token":"a2","token_type":"Bearer","expires_in":3599,"scope":"x y"}"#);
    let refreshed = google.provider.refresh(&app(), &credential()).await.unwrap();
    assert!(refreshed.credential.is_none());
    assert_eq!(refreshed.scopes.unwrap(), ["x", "y"]);
    let mut form = pairs(google.request().body());
    form.sort();
    let expected = [
        pair("client_id", "client-1"),
        pair("client_secret", SECRET),
        pair("grant_type", "refresh_token"),
        pair("refresh_token", REFRESH),
    ];
    assert_eq!(form, expected);

    let rotated = r#"{"access_token":"a2","token_type":"Bearer","refresh_token":"canary-new"}"#;
    let refreshed = Google::answering_one(200, rotated).provider.refresh(&app(), &credential()).await.unwrap();
    assert_hides_canaries(&refreshed);
    assert_eq!(refreshed.credential.unwrap().0.expose_secret(), r#"{"refresh_token":"canary-new"}"#);
    assert_eq!((refreshed.access.expires_in, refreshed.scopes), (None, None));
}

#[tokio::test]
async fn a_credential_that_cannot_be_read_is_our_bug_and_not_shown() {
    let google = Google::answering(vec![]);
    let broken = Credential(r#"{"canary":1}"#.into());
    let error = google.provider.refresh(&app(), &broken).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "unreadable_credential"));
}

#[tokio::test]
async fn revoking_succeeds_also_when_the_grant_is_dead_already() {
    for (status, body) in
        [(200, ""), (400, r#"{"error":"invalid_token","error_description":"Token expired or revoked"}"#)]
    {
        let google = Google::answering_one(status, body);
        google.provider.revoke(&app(), &credential()).await.unwrap();
        let request = google.request();
        assert_eq!(request.uri().to_string(), "https://oauth2.googleapis.com/revoke");
        assert_eq!(pairs(request.body()), [pair("token", REFRESH)]);
    }
    let refused =
        Google::answering_one(400, r#"{"error":"invalid_request"}"#).provider.revoke(&app(), &credential()).await;
    assert_eq!(refused.unwrap_err().class, FailureClass::OurBug);
}

#[tokio::test(start_paused = true)]
async fn revoking_may_be_repeated() {
    let google = Google::answering(vec![Err(WireError::Timeout), Ok(answer(400, r#"{"error":"invalid_token"}"#))]);
    google.provider.revoke(&app(), &credential()).await.unwrap();
    assert_eq!(google.wire.requests().len(), 2);
}

#[tokio::test]
async fn the_account_is_its_subject_and_labelled_by_its_address() {
    let google = Google::answering_one(200, r#"{"sub":"10769150350006150715113","email":"ada@example.com"}"#);
    let identity = google.provider.identify(&access()).await.unwrap();
    assert_eq!((identity.id.as_str(), identity.label.as_str()), ("10769150350006150715113", "ada@example.com"));
    assert_eq!(google.request().uri().to_string(), "https://openidconnect.googleapis.com/v1/userinfo");
    assert_bearer(&google.request());

    let unnamed = Google::answering_one(200, r#"{"sub":"1"}"#).provider.identify(&access()).await.unwrap();
    assert_eq!(unnamed.label, "1");
    let nobody = Google::answering_one(200, r#"{"email":"ada@example.com"}"#).provider.identify(&access()).await;
    assert_eq!(nobody.unwrap_err().class, FailureClass::OurBug);
}

#[test]
fn the_issuer_is_known_and_not_promised() {
    let issuer = Google::answering(vec![]).provider.consent_answer().issuer.unwrap();
    assert_eq!(issuer, Issuer { name: "https://accounts.google.com".to_owned(), promised: false });
}

#[tokio::test]
async fn a_lifetime_that_no_token_has_is_taken_for_a_day() {
    let answer = r#"{"access_token":"a2","token_type":"Bearer","expires_in":1000000000000000}"#;
    let refreshed = Google::answering_one(200, answer).provider.refresh(&app(), &credential()).await.unwrap();
    assert_eq!(refreshed.access.expires_in, Some(chrono::TimeDelta::days(1)));
}
