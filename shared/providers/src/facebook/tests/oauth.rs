//! The dialog, and the exchange of its code.

use super::*;
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

const REDIRECT: &str = "https://api.example.com/oauth/callback/facebook-lead-ads";
const SCOPES: [&str; 7] = [
    "leads_retrieval",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "pages_manage_ads",
    "ads_management",
    "business_management",
];

fn authorize(vars: &[(&str, &str)]) -> Url {
    let (redirect_uri, state, verifier) = (Url::parse(REDIRECT).unwrap(), "state-1".into(), VERIFIER.into());
    let request = AuthorizeRequest {
        app: &app(),
        redirect_uri: &redirect_uri,
        state: &state,
        verifier: &verifier,
        login_hint: Some("Ada"),
    };
    Facebook::over(vec![], vars).provider.authorize_url(&request).unwrap()
}

async fn exchange(facebook: &Facebook) -> Result<Authorization, ProviderError> {
    let (redirect_uri, code, verifier): (_, SecretString, SecretString) =
        (Url::parse(REDIRECT).unwrap(), CODE.into(), VERIFIER.into());
    let request = ExchangeRequest { app: &app(), redirect_uri: &redirect_uri, code: &code, verifier: &verifier };
    facebook.provider.exchange_code(&request).await
}

fn short_token() -> Response<Bytes> {
    with_headers(&json!({ "access_token": SHORT, "token_type": "bearer", "expires_in": 5_183 }), &[("date", NOW)])
}

fn long_token() -> Response<Bytes> {
    with_headers(&json!({ "access_token": LONG, "token_type": "bearer", "expires_in": 5_184_000 }), &[("date", NOW)])
}

fn debugged() -> Value {
    json!({ "data": { "app_id": "app1", "type": "USER", "is_valid": true, "expires_at": 1_800_525_600,
        "data_access_expires_at": 1_803_117_600, "issued_at": 1_795_341_600, "user_id": "10001", "scopes": SCOPES } })
}

fn permissions() -> Value {
    let granted = |permission: &str| json!({ "permission": permission, "status": "granted" });
    let mut data: Vec<Value> = SCOPES[..6].iter().map(|scope| granted(scope)).collect();
    data.push(json!({ "permission": "business_management", "status": "declined" }));
    data.push(json!({ "permission": "email", "status": "expired" }));
    json!({ "data": data })
}

fn accounts() -> Value {
    json!({ "data": [
        { "id": PAGE_ID, "access_token": OF_PAGE },
        { "id": 9_007_199_254_740_993_u64, "access_token": "canary-second" },
        { "id": "3" },
        { "access_token": "canary-nobody" },
    ], "paging": { "cursors": { "after": "QVFI" } } })
}

fn all() -> Vec<Response<Bytes>> {
    vec![short_token(), long_token(), ok(&debugged()), ok(&permissions()), ok(&accounts())]
}

#[test]
fn the_dialog_asks_for_every_permission_and_again_for_declined_ones() {
    let url = authorize(&[]);
    assert_eq!((url.host_str(), url.path()), (Some("www.facebook.com"), "/v26.0/dialog/oauth"));
    let query = pairs(url.query().unwrap());
    let expected: HashMap<String, String> = [
        ("client_id", "app1"),
        ("redirect_uri", REDIRECT),
        ("state", "state-1"),
        ("response_type", "code"),
        ("auth_type", "rerequest"),
        ("scope", &SCOPES.join(",")),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    assert_eq!(query, expected);
}

#[test]
fn a_login_configuration_stands_in_the_place_of_scopes_and_addresses_may_be_others() {
    let url = authorize(&[
        ("FACEBOOK_LOGIN_CONFIG", "1234567890"),
        ("FACEBOOK_DIALOG_URL", "http://127.0.0.1:8788/facebook"),
        ("FACEBOOK_GRAPH_VERSION", "v25.0"),
    ]);
    assert_eq!((url.port(), url.path()), (Some(8788), "/facebook/v25.0/dialog/oauth"));
    let query = pairs(url.query().unwrap());
    assert_eq!(query["config_id"], "1234567890");
    assert_eq!(query["override_default_response_type"], "true");
    assert_eq!((query["response_type"].as_str(), query.contains_key("scope")), ("code", false));
}

#[tokio::test]
async fn a_code_becomes_a_long_lived_token_and_the_tokens_of_the_pages() {
    let facebook = Facebook::answering(all());
    let authorization = exchange(&facebook).await.unwrap();
    assert_eq!(
        facebook.asked(),
        [
            "POST /oauth/access_token",
            "POST /oauth/access_token",
            "GET /debug_token",
            "GET /me/permissions",
            "GET /me/accounts"
        ]
    );

    let grant: Value = serde_json::from_str(authorization.credential.0.expose_secret()).unwrap();
    let ends = 1_795_341_600 + 5_184_000;
    assert_eq!(grant, json!({ "user": "10001", "token": LONG, "issued_at": 1_795_341_600, "expires_at": ends }));
    let keys: Value = serde_json::from_str(authorization.access.token.expose_secret()).unwrap();
    let held = |id: &str, token: &str| json!({ "id": id, "token": token, "proof": hmac_hex(SECRET, token.as_bytes()) });
    let pages = [held(PAGE_ID, OF_PAGE), held("9007199254740993", "canary-second")];
    assert_eq!(keys, json!({ "user": held("10001", LONG), "pages": pages }));

    assert_eq!(authorization.access.expires_in, Some(TimeDelta::days(1)));
    assert_eq!(authorization.scopes, SCOPES[..6]);
    assert!(facebook.provider.missing_scopes(&authorization.scopes).is_empty());
    assert_eq!(authorization.consent_ends.unwrap().timestamp(), 1_803_117_600);
    assert_hides_canaries(&authorization);
}

#[tokio::test]
async fn every_secret_of_the_exchange_is_in_a_body_or_header() {
    let facebook = Facebook::answering(all());
    exchange(&facebook).await.unwrap();
    let requests = facebook.wire.requests();
    let code = pairs(requests[0].body());
    assert_eq!((code["client_id"].as_str(), code["client_secret"].as_str()), ("app1", SECRET));
    assert_eq!((code["redirect_uri"].as_str(), code["code"].as_str()), (REDIRECT, CODE));
    let prolonged = pairs(requests[1].body());
    assert_eq!(prolonged["grant_type"], "fb_exchange_token");
    assert_eq!((prolonged["fb_exchange_token"].as_str(), prolonged["client_secret"].as_str()), (SHORT, SECRET));
    for request in &requests[..2] {
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(request.uri().query(), None);
    }
    assert_eq!(query(&requests[2])["input_token"], LONG);
    let app_token = format!("app1|{SECRET}");
    assert_eq!(requests[2].headers()["authorization"].to_str().unwrap(), format!("Bearer {app_token}"));
    assert_eq!(query(&requests[2])["appsecret_proof"], hmac_hex(SECRET, app_token.as_bytes()));
    for request in &requests[3..] {
        assert_called_with(request, LONG);
    }
    assert_eq!(query(&requests[4])["fields"], "id,access_token");
}

#[tokio::test]
async fn a_token_that_lasts_at_once_is_not_exchanged_again() {
    let system_user = ok(&json!({ "access_token": LONG, "token_type": "bearer" }));
    let mut endless = debugged();
    endless["data"]["expires_at"] = json!(0);
    endless["data"]["data_access_expires_at"] = json!(0);
    let facebook = Facebook::answering(vec![system_user, ok(&endless), ok(&permissions()), ok(&accounts())]);
    let authorization = exchange(&facebook).await.unwrap();
    assert_eq!(facebook.asked().iter().filter(|asked| asked.starts_with("POST")).count(), 1);
    let grant: Value = serde_json::from_str(authorization.credential.0.expose_secret()).unwrap();
    assert_eq!((&grant["expires_at"], authorization.consent_ends), (&Value::Null, None));
}

#[tokio::test(start_paused = true)]
async fn what_follows_the_code_may_be_repeated() {
    let mut answers: Vec<_> = all().into_iter().map(Ok).collect();
    answers.insert(1, Err(WireError::Timeout));
    assert!(exchange(&Facebook::over(answers, &[])).await.is_ok());
}

#[tokio::test]
async fn a_refused_code_suspects_no_stored_grant() {
    for (code, subcode, class, text) in [
        (100, Some(36_007), FailureClass::Transient, "100.36007"),
        (100, Some(36_009), FailureClass::Transient, "100.36009"),
        (100, Some(36_008), FailureClass::OurBug, "100.36008"),
        (100, None, FailureClass::Transient, "100"),
        (190, None, FailureClass::Transient, "190"),
        (101, None, FailureClass::OurConfiguration, "101"),
    ] {
        assert_failed(exchange(&Facebook::answering(vec![refusal(code, subcode)])).await, class, text);
    }
    let dead = Facebook::answering(vec![short_token(), refusal(190, Some(463))]);
    assert_failed(exchange(&dead).await, FailureClass::Transient, "190.463");
}

#[tokio::test]
async fn a_token_of_another_application_or_kind_is_refused() {
    let mut foreign = debugged();
    foreign["data"]["app_id"] = json!("app2");
    let facebook =
        Facebook::answering(vec![short_token(), long_token(), ok(&foreign), ok(&permissions()), ok(&accounts())]);
    assert_failed(exchange(&facebook).await, FailureClass::OurConfiguration, "another_app");

    let cases = [
        (json!({ "access_token": "canary", "token_type": "mac", "expires_in": 5_184_000 }), "unexpected_token_type"),
        (json!({ "access_token": "canary\r\nx", "expires_in": 5_184_000 }), "unreadable_answer"),
        (json!({ "access_token": "" }), "unreadable_answer"),
        (json!({ "access_token": "x".repeat(4_097) }), "unreadable_answer"),
        (json!({ "token": "canary" }), "unreadable_answer"),
        (json!("canary"), "unreadable_answer"),
    ];
    for (body, code) in cases {
        assert_failed(exchange(&Facebook::answering_one(200, &body)).await, FailureClass::OurBug, code);
    }
}

#[tokio::test]
async fn an_answer_of_another_version_is_our_configuration_whatever_it_says() {
    for status in [200, 400, 500] {
        let mut other = long_token();
        *other.status_mut() = http::StatusCode::from_u16(status).unwrap();
        other.headers_mut().insert("facebook-api-version", "v24.0".parse().unwrap());
        assert_failed(exchange(&Facebook::answering(vec![other])).await, FailureClass::OurConfiguration, "api_version");
    }
    let mut answers = all();
    for answer in &mut answers {
        answer.headers_mut().insert("facebook-api-version", "v26.0".parse().unwrap());
    }
    assert!(exchange(&Facebook::answering(answers)).await.is_ok());
}
