use super::*;
use axum::Router;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use ring::digest;
use serde_json::Value;
use shared::clock::Clock;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use url::Url;

const VERIFIER: &str = "a-verifier-that-only-the-page-knows-0123456789";
const RETURN: &str = "http://127.0.0.1:8787/";

struct Moved(Mutex<DateTime<Utc>>);

impl Clock for Moved {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

fn clock() -> Arc<Moved> {
    Arc::new(Moved(Mutex::new(DateTime::from_timestamp(1_795_305_600, 0).unwrap())))
}

fn issuer(clock: Arc<Moved>) -> Router {
    let key = SigningKey::of_this_process().unwrap();
    let url = "http://127.0.0.1:8787/_local/issuer".to_owned();
    router(Arc::new(Issuer::new(url, "aura".to_owned(), "aura-web".to_owned(), key, clock)))
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn request_form(member: &str, redirect: &str) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()));
    form(&[
        ("member", member),
        ("response_type", "code"),
        ("client_id", "aura-web"),
        ("redirect_uri", redirect),
        ("scope", "openid aura"),
        ("state", "s\"<1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ])
}

async fn post(router: &Router, path: &str, body: String) -> Response<Body> {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
}

async fn code(router: &Router, member: &str) -> String {
    let answer = post(router, "/authorize", request_form(member, RETURN)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let location = Url::parse(answer.headers()[header::LOCATION].to_str().unwrap()).unwrap();
    location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

async fn redeem(router: &Router, code: &str, verifier: &str) -> (StatusCode, Value) {
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", RETURN),
        ("client_id", "aura-web"),
        ("code_verifier", verifier),
    ]);
    let answer = post(router, "/token", body).await;
    let status = answer.status();
    (status, serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_member_signs_in_with_a_code_and_its_verifier() {
    let router = issuer(clock());
    let code = code(&router, "viewer").await;
    let (status, tokens) = redeem(&router, &code, VERIFIER).await;
    assert_eq!(status, StatusCode::OK);
    let access = claims(&tokens["access_token"]);
    assert_eq!((access["sub"].as_str(), access["account_id"].as_str()), (Some("vic"), Some("demo")));
    assert_eq!(access["roles"], serde_json::json!([]));
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 3_600);
    assert_eq!(claims(&tokens["id_token"])["aud"], "aura-web");
}

#[tokio::test]
async fn a_code_works_once_in_time_and_for_its_verifier_only() {
    let clock = clock();
    let router = issuer(Arc::clone(&clock));
    let first = code(&router, "admin").await;
    assert_eq!(redeem(&router, &first, "another").await.1["error"], "invalid_grant");
    assert_eq!(redeem(&router, &first, VERIFIER).await.1["error"], "invalid_grant");
    let late = code(&router, "admin").await;
    *clock.0.lock().unwrap() += chrono::TimeDelta::minutes(2);
    assert_eq!(redeem(&router, &late, VERIFIER).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn the_login_page_offers_both_members_and_escapes_what_it_was_sent() {
    let router = issuer(clock());
    let request = Request::get(format!("/authorize?{}", request_form("", RETURN))).body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    let page = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(page.contains("Sign in as Ada (Channels Administrator)"));
    assert!(page.contains("Sign in as Vic (viewer)"));
    assert!(page.contains("value=\"s&quot;&lt;1\""));
}

#[tokio::test]
async fn a_redirect_to_another_machine_is_refused() {
    let router = issuer(clock());
    for elsewhere in ["https://evil.example/", "http://127.0.0.1.evil.example/", "javascript:alert(1)", ""] {
        let answer = post(&router, "/authorize", request_form("admin", elsewhere)).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{elsewhere}");
    }
}

#[test]
fn the_same_person_in_another_account_is_another_member() {
    assert_eq!(Member::Admin.subject("demo"), "ada");
    assert_eq!(Member::Admin.subject("acme"), "ada-acme");
}

#[test]
fn a_kept_key_is_the_same_at_the_next_start_and_only_its_owners() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let first = SigningKey::kept_in(&path).unwrap();
    let second = SigningKey::kept_in(&path).unwrap();
    assert_eq!(first.kid, second.kid);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(&path, "not a key").unwrap();
    assert!(matches!(SigningKey::kept_in(&path), Err(KeyError::Damaged { .. })));
}
