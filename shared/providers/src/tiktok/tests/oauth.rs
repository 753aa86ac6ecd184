//! Connecting and revoking.

use super::*;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use http::Method;
use secrecy::{ExposeSecret, SecretString};

const REDIRECT: &str = "https://api.example.com/oauth/callback/tiktok-lead-ads";

fn authorize(address: &str) -> Vec<(String, String)> {
    let vars = HashMap::from([("TIKTOK_AUTH_URL".to_owned(), address.to_owned())]);
    let wire = Arc::new(FakeWire::new(vec![]));
    let provider = TikTokLeadAds::new(Endpoints::from_vars(&vars).unwrap(), wire);
    let (redirect_uri, state, verifier) = (Url::parse(REDIRECT).unwrap(), "state-1".into(), "canary".into());
    let login_hint = Some("ada@example.com");
    let request =
        AuthorizeRequest { app: &app(), redirect_uri: &redirect_uri, state: &state, verifier: &verifier, login_hint };
    let url = provider.authorize_url(&request).unwrap();
    assert!(!url.as_str().contains("canary"));
    url.query_pairs().into_owned().collect()
}

async fn exchange(tiktok: &TikTok) -> Result<Authorization, ProviderError> {
    let (redirect_uri, code, verifier): (_, SecretString, SecretString) =
        (Url::parse(REDIRECT).unwrap(), CODE.into(), "canary-verifier".into());
    let request = ExchangeRequest { app: &app(), redirect_uri: &redirect_uri, code: &code, verifier: &verifier };
    tiktok.provider.exchange_code(&request).await
}

fn credential(authorization: &Authorization) -> Value {
    serde_json::from_str(authorization.credential.0.expose_secret()).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc2822(NOW).unwrap().to_utc()
}

#[test]
fn the_consent_page_gets_the_application_the_state_and_the_way_back() {
    let expected = [pair("app_id", "app-7"), pair("state", "state-1"), pair("redirect_uri", REDIRECT)];
    assert_eq!(authorize("https://business-api.tiktok.com/portal/auth"), expected);
}

#[test]
fn an_address_from_the_portal_keeps_what_it_has_and_loses_its_examples() {
    let portal = "https://business-api.tiktok.com/portal/auth?app_id=42&state=your_custom_params\
                  &redirect_uri=https%3A%2F%2Fexample.com&rid=abc%2B1";
    let expected =
        [pair("app_id", "42"), pair("rid", "abc+1"), pair("state", "state-1"), pair("redirect_uri", REDIRECT)];
    assert_eq!(authorize(portal), expected);
}

#[test]
fn the_code_is_looked_for_under_two_names() {
    assert_eq!(TikTok::answering([]).provider.consent_answer().code_parameters, ["auth_code", "code"]);
}

#[tokio::test]
async fn the_code_is_exchanged_in_json_for_a_token_that_does_not_expire() {
    let data =
        json!({ "access_token": TOKEN, "advertiser_ids": ["7000000000000000022", "11"], "scope": [4, 680, 12010000] });
    let tiktok = TikTok::answering([granted(data)]);
    let authorization = exchange(&tiktok).await.unwrap();

    let request = tiktok.request();
    assert_eq!((request.method(), path(&request).as_str()), (&Method::POST, "oauth2/access_token/"));
    assert_eq!(json_body(&request), json!({ "app_id": "app-7", "secret": SECRET, "auth_code": CODE }));

    assert_eq!(authorization.access.expires_in, Some(TimeDelta::days(1)));
    assert_eq!(authorization.consent_ends, None);
    assert_eq!(authorization.scopes, ["4", "680", "12010000"]);
    assert!(tiktok.provider.missing_scopes(&authorization.scopes).is_empty());
    assert_eq!(
        credential(&authorization),
        json!({ "access_token": TOKEN, "refresh_token": null, "ends": null, "account": "11", "advertisers": [] })
    );
    let session = Session::of(&authorization.access).unwrap();
    assert_eq!((session.token.expose_secret(), session.account.as_str()), (TOKEN, "11"));
    assert_eq!(session.advertisers, ["11", "7000000000000000022"]);
    assert_hides_canaries(&authorization);
}

#[tokio::test]
async fn newer_fields_are_honoured() {
    let data = json!({
        "access_token": TOKEN, "token_type": "Bearer", "expires_in": 7200, "refresh_token": REFRESH,
        "refresh_token_expires_in": 31536000, "open_id": "_000abc", "advertiser_ids": [7000000000000000022u64], "scope": "680,12010000",
    });
    let authorization = exchange(&TikTok::answering([granted(data)])).await.unwrap();
    assert_eq!(authorization.access.expires_in, Some(TimeDelta::hours(2)));
    assert_eq!(authorization.consent_ends, Some(now() + TimeDelta::days(365)));
    let ends = (now() + TimeDelta::hours(2)).timestamp();
    assert_eq!(
        credential(&authorization),
        json!({ "access_token": TOKEN, "refresh_token": REFRESH, "ends": ends, "account": "_000abc", "advertisers": ["7000000000000000022"] })
    );
    assert_hides_canaries(&authorization);
}

#[tokio::test]
async fn a_token_that_ends_and_cannot_be_replaced_is_a_consent_that_ends() {
    let data = json!({ "access_token": TOKEN, "expires_in": 172800, "advertiser_ids": ["11"] });
    let authorization = exchange(&TikTok::answering([granted(data)])).await.unwrap();
    assert_eq!(authorization.access.expires_in, Some(TimeDelta::days(1)));
    assert_eq!(authorization.consent_ends, Some(now() + TimeDelta::days(2)));
    let forever = json!({ "access_token": TOKEN, "expires_in": 0, "refresh_token": "", "advertiser_ids": ["11"] });
    let authorization = exchange(&TikTok::answering([granted(forever)])).await.unwrap();
    assert_eq!((authorization.access.expires_in, authorization.consent_ends), (Some(TimeDelta::days(1)), None));
}

#[tokio::test]
async fn ad_accounts_that_the_answer_does_not_name_are_listed() {
    let list = json!({ "list": [{ "advertiser_id": "22", "advertiser_name": "B" }, { "advertiser_id": "11" }] });
    let tiktok = TikTok::answering([granted(json!({ "access_token": TOKEN })), granted(list)]);
    let authorization = exchange(&tiktok).await.unwrap();
    assert_eq!(Session::of(&authorization.access).unwrap().advertisers, ["11", "22"]);
    let request = &tiktok.wire.requests()[1];
    assert_eq!(path(request), "oauth2/advertiser/get/");
    assert_eq!(query(request), [pair("app_id", "app-7"), pair("secret", SECRET)]);
    assert_token(request);
}

#[tokio::test]
async fn a_token_without_ad_accounts_is_ended_and_lacks_a_permission() {
    let tiktok = TikTok::answering([
        granted(json!({ "access_token": TOKEN, "advertiser_ids": [] })),
        granted(json!({ "list": [] })),
        granted(json!({})),
    ]);
    let error = exchange(&tiktok).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::MissingPermission, "no_ad_account"));
    assert_eq!(tiktok.paths()[2], "oauth2/revoke_token/");
}

#[tokio::test]
async fn a_token_whose_ad_accounts_cannot_be_listed_is_not_left_behind() {
    // One that is refused at once says nothing of a stored grant.
    for not_listed in [Err(WireError::Timeout), Ok(refused(40105))] {
        let issued = granted(json!({ "access_token": TOKEN }));
        let tiktok = TikTok::on(vec![Ok(issued), not_listed, Ok(granted(json!({})))]);
        assert_eq!(exchange(&tiktok).await.unwrap_err().class, FailureClass::Transient);
        let last = tiktok.wire.requests().pop().unwrap();
        assert_eq!(json_body(&last), json!({ "app_id": "app-7", "secret": SECRET, "access_token": TOKEN }));
    }
}

#[tokio::test]
async fn a_refused_exchange_is_an_error_although_its_status_is_200() {
    use FailureClass::*;
    for (code, class, says) in [
        (40110, Transient, "invalid_grant"),
        (40101, Transient, "invalid_grant"),
        (40115, Transient, "invalid_grant"),
        (40113, OurConfiguration, "40113"),
        (40118, OurConfiguration, "40118"),
        (40002, OurBug, "40002"),
        (50000, Transient, "50000"),
    ] {
        let error = exchange(&TikTok::answering([refused(code)])).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (class, says), "{code}");
        assert_hides_canaries(&error);
    }
}

#[tokio::test]
async fn an_unexpected_answer_is_a_clear_error_without_any_of_its_text() {
    for body in [
        r#"{"code":0,"message":"OK","data":{"advertiser_ids":["11"],"x":"canary"}}"#,
        r#"{"code":0,"data":{"access_token":"","advertiser_ids":["11"]}}"#,
        r#"{"access_token":"canary","advertiser_ids":["11"]}"#,
        r#"{"code":0,"data":"canary"}"#,
        "<html>canary</html>",
        "",
    ] {
        let error = exchange(&TikTok::answering([answer(200, body)])).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "unreadable_answer"), "{body}");
        assert_hides_canaries(&error);
    }
}

#[tokio::test]
async fn whoever_was_connected_is_named_by_the_oldest_ad_account() {
    let info = json!({ "list": [{ "advertiser_id": "11", "name": "Acme" }] });
    let tiktok = TikTok::answering([granted(info)]);
    let identity = tiktok.provider.identify(&access()).await.unwrap();
    assert_eq!((identity.id.as_str(), identity.label.as_str()), ("11", "Acme"));
    let request = tiktok.request();
    assert_eq!(
        (path(&request).as_str(), query(&request)),
        ("advertiser/info/", vec![pair("advertiser_ids", r#"["11"]"#)])
    );
    assert_token(&request);

    let unnamed = TikTok::answering([refused(40001)]).provider.identify(&access()).await.unwrap();
    assert_eq!((unnamed.id.as_str(), unnamed.label.as_str()), ("11", "11"));
    let dead = TikTok::answering([refused(40105)]).provider.identify(&access()).await;
    assert_eq!(dead.unwrap_err().class, FailureClass::DeadCredentials);
}

#[tokio::test]
async fn the_oldest_account_is_the_smallest_number_and_not_the_first_text() {
    let data = json!({ "access_token": TOKEN, "advertiser_ids": ["7000000000000000001", "999", "6999999999999999999", "x/y", ""] });
    let authorization = exchange(&TikTok::answering([granted(data)])).await.unwrap();
    let session = Session::of(&authorization.access).unwrap();
    assert_eq!(session.advertisers, ["999", "6999999999999999999", "7000000000000000001"]);
    assert_eq!(session.account, "999");
}

#[tokio::test]
async fn thousands_of_ad_accounts_fit_the_access_and_the_credential() {
    let ids: Vec<String> = (0..9_000).map(|id| format!("{}", 7_000_000_000_000_000_000u64 + id)).collect();
    let data = json!({ "access_token": TOKEN, "refresh_token": REFRESH, "expires_in": 60, "advertiser_ids": ids });
    let body = json!({ "code": 0, "data": data }).to_string();
    let authorization = exchange(&TikTok::answering([answer(200, &body)])).await.unwrap();
    assert!(authorization.credential.0.expose_secret().len() < 60 * 1024);
    assert!(authorization.access.token.expose_secret().len() < 200 * 1024);
    // The oldest are kept.
    let session = Session::of(&authorization.access).unwrap();
    assert_eq!((session.advertisers.len(), &session.advertisers[..2]), (5_000, &ids[..2]));
}

#[tokio::test]
async fn revoking_succeeds_also_when_the_grant_is_dead_already() {
    let credential = Credential(json!({ "access_token": TOKEN, "account": "11" }).to_string().into());
    for end in [granted(json!({ "app_id": "app-7" })), refused(40105), refused(40102), refused(40050)] {
        let tiktok = TikTok::answering([end]);
        tiktok.provider.revoke(&app(), &credential).await.unwrap();
        let request = tiktok.request();
        assert_eq!((request.method(), path(&request).as_str()), (&Method::POST, "oauth2/revoke_token/"));
        assert_eq!(json_body(&request), json!({ "app_id": "app-7", "secret": SECRET, "access_token": TOKEN }));
    }
    let refused = TikTok::answering([refused(40113)]).provider.revoke(&app(), &credential).await;
    assert_eq!(refused.unwrap_err().class, FailureClass::OurConfiguration);
}
