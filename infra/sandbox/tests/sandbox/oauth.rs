//! Consent, codes, tokens and their end.

use chrono::Duration;
use sandbox::{
    Consent, ConsentError, Rotation, SwitchChange,
    google::{ADA, AuthorizationError, CLIENT_ID, CLIENT_SECRET, GRACE},
};
use serde_json::{Value, json};
use url::Url;

use crate::support::{Answer, EVENTS_SCOPE, LIST_SCOPE, REDIRECT, VERIFIER, World, parameter, text};

fn error(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    (answer.status, text(&body, "error").to_owned(), text(&body, "error_description").to_owned())
}

fn bad_code() -> (u16, String, String) {
    (400, "invalid_grant".into(), "Bad Request".into())
}

fn dead_grant() -> (u16, String, String) {
    (400, "invalid_grant".into(), "Token has been expired or revoked.".into())
}

#[tokio::test]
async fn consent_gives_a_code_and_the_code_gives_tokens_once() {
    let world = World::new().await;
    let redirect = world.sandbox.consent(&world.authorization_url(&[]), &Consent::default()).unwrap();
    assert!(redirect.as_str().starts_with(REDIRECT));
    assert_eq!(parameter(&redirect, "state").unwrap(), "s t&a=te");
    assert_eq!(parameter(&redirect, "iss"), None);
    let code = parameter(&redirect, "code").unwrap();

    let reply = world.exchange(&code, VERIFIER).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    let reply = reply.json();
    assert_eq!((&reply["expires_in"], &reply["token_type"]), (&json!(3599), &json!("Bearer")));
    let email = "https://www.googleapis.com/auth/userinfo.email";
    assert_eq!(reply["scope"], format!("openid {email} {LIST_SCOPE} {EVENTS_SCOPE}"));
    assert_eq!(parameter(&redirect, "scope").unwrap(), text(&reply, "scope"));
    assert!(reply["refresh_token"].is_string());

    let who = world.get("/google/userinfo", text(&reply, "access_token")).await.json();
    assert_eq!((&who["email"], &who["email_verified"]), (&json!(ADA), &json!(true)));
    assert!(text(&who, "sub").bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(error(&world.exchange(&code, VERIFIER).await), bad_code());
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_redirect_client_and_ten_minutes() {
    let world = World::new().await;
    let code = world.code();
    assert_eq!(error(&world.exchange(&code, "another-verifier-that-is-long-enough-to-be-one").await), bad_code());
    assert_eq!(error(&world.exchange(&code, "").await), bad_code());
    let with = |change: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        fields.extend(change);
        let mut form: Vec<(String, String)> = fields.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        form.push(("code".into(), code.clone()));
        form
    };
    let send = async |form: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        world.form("/google/token", &fields).await
    };
    let elsewhere = send(with(&[("redirect_uri", "http://127.0.0.1:1/elsewhere")])).await;
    assert_eq!(error(&elsewhere), bad_code());
    let wrong_secret = send(with(&[("client_secret", "wrong")])).await;
    assert_eq!((wrong_secret.status, error(&wrong_secret).1.as_str()), (401, "invalid_client"));
    let unknown = send(with(&[("client_id", "nobody")])).await;
    assert_eq!((unknown.status, error(&unknown).1.as_str()), (401, "invalid_client"));
    let twice = send([with(&[]), with(&[])].concat()).await;
    assert_eq!((twice.status, error(&twice).1.as_str()), (400, "invalid_request"));
    let other = send(with(&[("grant_type", "password")])).await;
    assert_eq!((other.status, error(&other).1.as_str()), (400, "unsupported_grant_type"));

    world.advance(Duration::minutes(10));
    assert_eq!(error(&world.exchange(&code, VERIFIER).await), bad_code());
}

#[tokio::test]
async fn denying_redirects_with_the_state_and_no_code() {
    let world = World::new().await;
    let deny = Consent { deny: true, ..Consent::default() };
    let redirect = world.sandbox.consent(&world.authorization_url(&[]), &deny).unwrap();
    assert_eq!(parameter(&redirect, "error").unwrap(), "access_denied");
    assert_eq!(parameter(&redirect, "state").unwrap(), "s t&a=te");
    assert_eq!(parameter(&redirect, "code"), None);
}

#[tokio::test]
async fn an_unticked_scope_is_missing_and_what_needs_it_is_403() {
    let world = World::new().await;
    let untick = Consent { untick: vec!["calendar.events".into()], ..Consent::default() };
    let reply = world.connect_as(&untick).await;
    assert!(!text(&reply, "scope").contains("calendar.events"));
    let token = text(&reply, "access_token");
    assert_eq!(world.get("/google/calendar/v3/users/me/calendarList", token).await.status, 200);
    let answer = world.events(token, ADA, &[]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (403, "insufficientPermissions"));
    assert_eq!(answer.json()["error"]["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");

    let no_box = Consent { untick: vec!["openid".into()], ..Consent::default() };
    let refused = world.sandbox.consent(&world.authorization_url(&[]), &no_box);
    assert_eq!(refused, Err(ConsentError::NoBox("openid".into())));
}

#[tokio::test]
async fn granted_scopes_are_included_when_asked_for() {
    let world = World::new().await;
    world.access_token().await;
    let url = world.authorization_url(&[("scope", "openid"), ("include_granted_scopes", "true")]);
    let redirect = world.sandbox.consent(&url, &Consent::default()).unwrap();
    let scope = parameter(&redirect, "scope").unwrap();
    assert!(scope.contains(EVENTS_SCOPE) && scope.contains(LIST_SCOPE));
}

#[tokio::test]
async fn a_refresh_token_comes_with_the_first_consent_or_a_prompted_one() {
    let world = World::new().await;
    let connect = async |change: &[(&str, &str)]| {
        let redirect = world.sandbox.consent(&world.authorization_url(change), &Consent::default()).unwrap();
        world.exchange(&parameter(&redirect, "code").unwrap(), VERIFIER).await.json()
    };
    assert!(connect(&[("access_type", "online")]).await.get("refresh_token").is_none());
    assert!(connect(&[("prompt", "")]).await.get("refresh_token").is_none());
    assert!(connect(&[]).await.get("refresh_token").is_some());
    world.sandbox.google().revoke(ADA).unwrap();
    assert!(connect(&[("prompt", "")]).await.get("refresh_token").is_some());
}

#[tokio::test]
async fn wrong_requests_get_an_error_page_and_no_redirect() {
    let world = World::new().await;
    let cases = [
        ("client_id", "nobody", AuthorizationError::UnknownClient),
        ("redirect_uri", "http://evil.example/", AuthorizationError::RedirectMismatch),
        ("redirect_uri", "", AuthorizationError::Missing("redirect_uri")),
        ("response_type", "token", AuthorizationError::ResponseType),
        ("scope", "openid nonsense", AuthorizationError::Scope("nonsense".into())),
        ("code_challenge_method", "plain", AuthorizationError::Invalid("code_challenge_method")),
        ("code_challenge", "short", AuthorizationError::Invalid("code_challenge")),
        ("code_challenge", "", AuthorizationError::Missing("code_challenge")),
    ];
    for (name, value, expected) in cases {
        let url = world.authorization_url(&[(name, value)]);
        let refused = world.sandbox.consent(&url, &Consent::default());
        assert_eq!(refused, Err(ConsentError::Authorization(expected)), "{name}={value}");
        let page = world.send("GET", &url[url::Position::BeforePath..], &[], "").await;
        assert_eq!((page.status, page.header("location")), (400, None));
        assert!(page.body.contains("Access blocked"));
    }
    let registered = World::with(|options| options.redirect_uris = vec!["https://aura.example/cb".into()]).await;
    let refused = registered.sandbox.consent(&registered.authorization_url(&[]), &Consent::default());
    assert_eq!(refused, Err(ConsentError::Authorization(AuthorizationError::RedirectMismatch)));
}

#[tokio::test]
async fn the_consent_page_works_by_its_form_alone() {
    let world = World::new().await;
    let hint = [("login_hint", GRACE), ("state", "<script>")];
    let url = world.authorization_url(&hint);
    let path = &url[url::Position::BeforePath..];
    let page = world.send("GET", path, &[], "").await;
    assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
    assert!(page.body.contains("Sandbox of Google") && !page.body.contains("<script"));
    assert!(page.body.contains(r#"value="grace@example.com" checked"#), "the hinted account is chosen");
    assert_eq!(page.body.matches("type=\"checkbox\"").count(), 2, "sign-in scopes have no box");

    let ticks = [("account", ADA), ("scope", LIST_SCOPE), ("decision", "allow")];
    let answer = world.form(path, &ticks).await;
    assert_eq!(answer.status, 303);
    let redirect = Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(!parameter(&redirect, "scope").unwrap().contains(EVENTS_SCOPE));
    let reply = world.exchange(&parameter(&redirect, "code").unwrap(), VERIFIER).await.json();
    let who = world.get("/google/userinfo", text(&reply, "access_token")).await.json();
    assert_eq!(who["email"], ADA);

    let answer = world.form(path, &[("account", ADA), ("decision", "deny")]).await;
    assert!(answer.header("location").unwrap().contains("error=access_denied"));
}

#[tokio::test]
async fn the_machine_door_answers_like_the_page() {
    let world = World::new().await;
    let post = async |body: Value| {
        let headers = [("content-type", "application/json")];
        world.send("POST", "/_sandbox/google/consent", &headers, &body.to_string()).await
    };
    let url = world.authorization_url(&[]);
    let answer = post(json!({ "authorization_url": url.as_str(), "account": GRACE })).await.json();
    let redirect = Url::parse(text(&answer, "redirect")).unwrap();
    let reply = world.exchange(&parameter(&redirect, "code").unwrap(), VERIFIER).await.json();
    assert_eq!(world.get("/google/userinfo", text(&reply, "access_token")).await.json()["email"], GRACE);
    let denied = post(json!({ "authorization_url": url.as_str(), "deny": true })).await.json();
    assert!(text(&denied, "redirect").contains("error=access_denied"));
    let nobody = post(json!({ "authorization_url": url.as_str(), "account": "nobody@example.com" })).await;
    assert_eq!(nobody.status, 400);
}

#[tokio::test]
async fn access_tokens_end_by_the_clock_and_a_refresh_brings_a_new_one() {
    let world = World::new().await;
    let reply = world.connect_as(&Consent::default()).await;
    world.advance(Duration::seconds(3_598));
    assert_eq!(world.events(text(&reply, "access_token"), ADA, &[]).await.status, 200);
    world.advance(Duration::seconds(1));
    let answer = world.events(text(&reply, "access_token"), ADA, &[]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (401, "authError"));
    assert_eq!(world.get("/google/userinfo", text(&reply, "access_token")).await.status, 401);

    let refreshed = world.refresh(text(&reply, "refresh_token")).await.json();
    assert!(refreshed.get("refresh_token").is_none(), "the old one stays");
    assert_eq!(refreshed["scope"], reply["scope"]);
    assert_eq!(world.events(text(&refreshed, "access_token"), ADA, &[]).await.status, 200);
}

#[tokio::test]
async fn revoking_any_token_ends_the_whole_grant_of_that_account() {
    let world = World::new().await;
    let of_grace = world.connect_as(&Consent { account: Some(GRACE.into()), ..Consent::default() }).await;
    for which in ["access_token", "refresh_token"] {
        let (one, two) = (world.connect_as(&Consent::default()).await, world.connect_as(&Consent::default()).await);
        assert_eq!(world.form("/google/revoke", &[("token", text(&one, which))]).await.status, 200);
        let again = world.form("/google/revoke", &[("token", text(&one, which))]).await;
        assert_eq!((again.status, error(&again).1.as_str()), (400, "invalid_token"));
        assert_eq!(error(&world.refresh(text(&two, "refresh_token")).await), dead_grant());
        assert_eq!(world.events(text(&two, "access_token"), ADA, &[]).await.status, 401);
        assert_eq!(world.sandbox.google().live_refresh_tokens(ADA), 0);
    }
    assert_eq!(world.refresh(text(&of_grace, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn strict_rotation_kills_the_former_token_and_reuse_detection_the_grant() {
    let world = World::new().await;
    let rotate = |rotation| SwitchChange { rotation: Some(rotation), ..SwitchChange::default() };
    let first = world.connect_as(&Consent::default()).await["refresh_token"].as_str().unwrap().to_owned();

    world.sandbox.switch(rotate(Rotation::Strict)).unwrap();
    let second = text(&world.refresh(&first).await.json(), "refresh_token").to_owned();
    assert_eq!(error(&world.refresh(&first).await), dead_grant());
    let third = text(&world.refresh(&second).await.json(), "refresh_token").to_owned();

    world.sandbox.switch(rotate(Rotation::ReuseDetect)).unwrap();
    let fourth = text(&world.refresh(&third).await.json(), "refresh_token").to_owned();
    assert_eq!(error(&world.refresh(&third).await), dead_grant());
    assert_eq!(error(&world.refresh(&fourth).await), dead_grant());
}

#[tokio::test]
async fn the_hundred_and_first_refresh_token_drops_the_oldest() {
    let world = World::new().await;
    let first = world.connect_as(&Consent::default()).await;
    for _ in 0..100 {
        world.exchange(&world.code(), VERIFIER).await;
    }
    assert_eq!(world.sandbox.google().live_refresh_tokens(ADA), 100);
    assert_eq!(error(&world.refresh(text(&first, "refresh_token")).await), dead_grant());
}

#[tokio::test]
async fn grants_survive_a_restart() {
    let world = World::new().await;
    let reply = world.connect_as(&Consent::default()).await;
    let before = world.sandbox.revision();
    assert_eq!(world.events(text(&reply, "access_token"), ADA, &[]).await.status, 200);
    let kept = world.sandbox.export();
    assert_eq!(world.sandbox.revision(), before, "looking changes nothing");
    world.sandbox.google().expire_sync_tokens();
    assert_ne!(world.sandbox.revision(), before);
    let again = World::with(|options| options.restore = Some(kept)).await;
    assert_eq!(again.events(text(&reply, "access_token"), ADA, &[]).await.status, 200);
    assert_eq!(again.refresh(text(&reply, "refresh_token")).await.status, 200);
}
