//! Authorizing, exchanging, refreshing, revoking.

use chrono::Duration;
use sandbox::tiktok::{
    ADA, CLIENT_ID, CLIENT_SECRET, Consent, ConsentError, FIRST_ACCOUNT, GRACE, MOVED_ACCOUNT, OTHER_ACCOUNT,
    SECOND_ACCOUNT, Scope,
};
use serde_json::{Value, json};
use url::Url;

use super::support::{
    BACK, Tenant, authorization_url, code, connect, connect_as, data, envelope, exchange, path, post, switch,
};
use crate::support::{World, encoded, parameter, text};

const APP: [(&str, &str); 2] = [("app_id", CLIENT_ID), ("secret", CLIENT_SECRET)];

async fn refresh(world: &World, token: &str) -> Value {
    let body = json!({
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "refresh_token", "refresh_token": token,
    });
    envelope(&post(world, "tt_user/oauth2/refresh_token", &[], &body).await)
}

async fn accounts(tenant: &Tenant<'_>) -> Value {
    tenant.get("oauth2/advertiser/get", &APP).await
}

fn ids(list: &Value) -> Vec<&str> {
    list["list"].as_array().unwrap().iter().map(|one| text(one, "advertiser_id")).collect()
}

#[tokio::test]
async fn the_page_shows_people_accounts_and_permissions_and_redirects_with_both_names_of_the_code() {
    let world = World::new().await;
    let url = authorization_url(&world, &[("rid", "abc")]);
    let address = format!("{}?{}", url.path(), url.query().unwrap());
    let page = world.send("GET", &address, &[], "").await;
    assert_eq!(page.status, 200);
    for shown in ["Ada Lovelace", "Grace Hopper", "Müller &amp; Söhne – Leads", "12010000", "Sandbox of TikTok"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    assert_eq!(page.header("date"), Some("Sun, 22 Nov 2026 10:00:00 GMT"));

    let chosen = [
        ("person", GRACE),
        ("account-grace", FIRST_ACCOUNT),
        ("account-ada", MOVED_ACCOUNT),
        ("scope", "680"),
        ("scope", "12010000"),
        ("decision", "confirm"),
    ];
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = world.send("POST", &address, &form, &encoded(&chosen)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let redirect = Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(redirect.as_str().starts_with(BACK));
    assert_eq!(parameter(&redirect, "state").unwrap(), "s t&a=te");
    assert_eq!(parameter(&redirect, "auth_code"), parameter(&redirect, "code"));
    let reply = data(&exchange(&world, &parameter(&redirect, "code").unwrap()).await);
    assert_eq!(reply["advertiser_ids"], json!([FIRST_ACCOUNT]), "the other box is Ada's");
    assert_eq!(reply["scope"], json!([680, 12_010_000]));

    for nothing in [
        vec![("person", ADA), ("decision", "confirm")],
        vec![("person", ADA), ("decision", "cancel"), ("account-ada", FIRST_ACCOUNT)],
    ] {
        let answer = world.send("POST", &address, &form, &encoded(&nothing)).await;
        let redirect = Url::parse(answer.header("location").unwrap()).unwrap();
        assert_eq!(parameter(&redirect, "error").as_deref(), Some("access_denied"));
        assert_eq!((parameter(&redirect, "auth_code"), parameter(&redirect, "code")), (None, None));
        assert_eq!(parameter(&redirect, "state").unwrap(), "s t&a=te");
    }
}

#[tokio::test]
async fn a_wrong_authorization_request_shows_an_error_page_and_never_redirects() {
    let world = World::new().await;
    let twice = authorization_url(&world, &[("redirect_uri", "https://evil.example.com/")]);
    let mut strange = authorization_url(&world, &[]);
    strange.set_query(Some(&encoded(&[("app_id", "1"), ("redirect_uri", BACK)])));
    let mut elsewhere = authorization_url(&world, &[]);
    elsewhere.set_query(Some(&encoded(&[("app_id", CLIENT_ID), ("redirect_uri", "http://example.com/")])));
    for url in [twice, strange, elsewhere] {
        let answer = world.send("GET", &format!("{}?{}", url.path(), url.query().unwrap()), &[], "").await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{url}");
        assert!(world.sandbox.tiktok().consent(&url, &Consent::default()).is_err());
    }
    let strange = Consent { accounts: vec![OTHER_ACCOUNT.to_owned()], ..Consent::default() };
    let refused = world.sandbox.tiktok().consent(&authorization_url(&world, &[]), &strange);
    assert_eq!(refused, Err(ConsentError::NoAccount(OTHER_ACCOUNT.to_owned())));
}

#[tokio::test]
async fn the_redirect_may_name_the_code_only_once_and_a_cancelled_one_may_say_nothing() {
    let world = World::new().await;
    for (value, there, absent) in [("auth_code", "auth_code", "code"), ("code", "code", "auth_code")] {
        switch(&world, json!({ "redirectCodes": value, "silentCancel": true }));
        let redirect = |consent| world.sandbox.tiktok().consent(&authorization_url(&world, &[]), &consent).unwrap();
        let good = redirect(Consent::default());
        assert!(parameter(&good, there).is_some() && parameter(&good, absent).is_none(), "{good}");
        let cancelled = redirect(Consent { cancel: true, ..Consent::default() });
        assert_eq!(cancelled.query(), Some("state=s+t%26a%3Dte"));
    }
}

#[tokio::test]
async fn a_code_is_good_for_one_hour_and_one_use() {
    let world = World::new().await;
    let used = code(&world, &Consent::default());
    let reply = data(&exchange(&world, &used).await);
    assert_eq!(reply["advertiser_ids"], json!([FIRST_ACCOUNT, SECOND_ACCOUNT, MOVED_ACCOUNT]));
    assert_eq!(reply["scope"], json!(Scope::ALL.map(Scope::id)));
    assert_eq!(reply.as_object().unwrap().len(), 3, "no newer fields: {reply}");
    assert_eq!(exchange(&world, &used).await["code"], 40_101);
    assert_eq!(exchange(&world, "never given").await["code"], 40_110);

    let (late, in_time) = (code(&world, &Consent::default()), code(&world, &Consent::default()));
    world.advance(Duration::minutes(59));
    assert_eq!(exchange(&world, &in_time).await["code"], 0);
    world.advance(Duration::minutes(1));
    assert_eq!(exchange(&world, &late).await["code"], 40_115);

    let cancelled = code(&world, &Consent::default());
    world.sandbox.tiktok().cancel(ADA).unwrap();
    assert_eq!(exchange(&world, &cancelled).await["code"], 40_110);
}

#[tokio::test]
async fn the_exchange_takes_json_with_the_apps_own_secret_and_the_twin_takes_a_form() {
    let world = World::new().await;
    let once = code(&world, &Consent::default());
    let body = |secret: &str| json!({ "app_id": CLIENT_ID, "secret": secret, "auth_code": once, "return_advertiser_ids": false });
    let wrong = envelope(&post(&world, "oauth2/access_token", &[], &body("wrong")).await);
    assert_eq!((&wrong["code"], &wrong["data"]), (&json!(40_113), &json!({})));
    let lean = data(&envelope(&post(&world, "oauth2/access_token", &[], &body(CLIENT_SECRET)).await));
    assert!(lean.get("advertiser_ids").is_none() && lean["access_token"].is_string());

    let next = code(&world, &Consent::default());
    let fields = |kind| {
        [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), ("code", next.as_str()), ("grant_type", kind)]
    };
    assert_eq!(envelope(&world.form(&path("oauth2/token"), &fields("password")).await)["code"], 40_002);
    let twin = data(&envelope(&world.form(&path("oauth2/token"), &fields("authorization_code")).await));
    assert!(twin["access_token"].is_string());
    let no_json = world.send("POST", &path("oauth2/access_token"), &[], "auth_code=1").await;
    assert_eq!(envelope(&no_json)["code"], 40_000);
}

#[tokio::test]
async fn a_lasting_token_has_no_end_and_cannot_be_refreshed() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    world.sandbox.tiktok().expire_access_tokens();
    world.advance(Duration::days(3_650));
    assert_eq!(accounts(&ada).await["code"], 0);
    assert_eq!(refresh(&world, &ada.token).await["code"], 40_107);
}

#[tokio::test]
async fn newer_tokens_end_and_both_rotate_when_refreshed() {
    let world = World::new().await;
    switch(&world, json!({ "tokens": { "expiring": { "seconds": 3_600 } } }));
    let first = data(&exchange(&world, &code(&world, &Consent::default())).await);
    assert_eq!(
        (&first["token_type"], &first["expires_in"], &first["refresh_token_expires_in"]),
        (&json!("Bearer"), &json!(3_600), &json!(31_536_000))
    );
    assert!(first["open_id"].is_string());
    let former = Tenant { world: &world, token: text(&first, "access_token").to_owned() };
    world.advance(Duration::hours(1));
    assert_eq!(accounts(&former).await["code"], 40_102);

    let second = data(&refresh(&world, text(&first, "refresh_token")).await);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(refresh(&world, text(&first, "refresh_token")).await["code"], 40_107, "rotated away");
    assert_eq!(accounts(&former).await["code"], 40_105, "replaced");
    let current = Tenant { world: &world, token: text(&second, "access_token").to_owned() };
    assert_eq!(accounts(&current).await["code"], 0);
    world.sandbox.tiktok().expire_access_tokens();
    assert_eq!(accounts(&current).await["code"], 40_102);
    world.advance(Duration::seconds(31_536_000));
    assert_eq!(refresh(&world, text(&second, "refresh_token")).await["code"], 40_103);
}

#[tokio::test]
async fn revoking_a_token_loses_all_its_accounts_and_no_other_tenant() {
    let world = World::new().await;
    let (one, two) = (connect(&world, ADA).await, connect(&world, ADA).await);
    let body = json!({ "app_id": CLIENT_ID, "secret": CLIENT_SECRET, "access_token": one.token });
    let revoked = data(&envelope(&post(&world, "oauth2/revoke_token", &[], &body).await));
    let expected = json!({ "app_id": CLIENT_ID, "advertiser_ids": [FIRST_ACCOUNT, SECOND_ACCOUNT, MOVED_ACCOUNT] });
    assert_eq!(revoked, expected);
    assert_eq!(accounts(&one).await["code"], 40_105);
    assert_eq!(accounts(&two).await["code"], 0);
    assert_eq!(envelope(&post(&world, "oauth2/revoke_token", &[], &body).await)["code"], 40_105);
    assert_eq!(world.sandbox.tiktok().live_grants(ADA), 1);

    let (three, grace) = (connect(&world, ADA).await, connect(&world, GRACE).await);
    switch(&world, json!({ "revokeEndsAll": true }));
    let body = json!({ "app_id": CLIENT_ID, "secret": CLIENT_SECRET, "access_token": three.token });
    post(&world, "oauth2/revoke_token", &[], &body).await;
    assert_eq!(accounts(&two).await["code"], 40_105);
    assert_eq!(accounts(&grace).await["code"], 0);
}

#[tokio::test]
async fn the_token_goes_into_its_own_header() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    let address = format!("{}?{}", path("oauth2/advertiser/get"), encoded(&APP));
    let bearer = format!("Bearer {}", ada.token);
    for headers in [vec![], vec![("authorization", bearer.as_str())]] {
        assert_eq!(envelope(&world.send("GET", &address, &headers, "").await)["code"], 40_104);
    }
    let unknown = envelope(&world.send("GET", &address, &[("Access-Token", "x")], "").await);
    assert_eq!(unknown["code"], 40_105);
}

#[tokio::test]
async fn accounts_are_listed_and_described_and_lost_ones_are_left_out() {
    let world = World::new().await;
    let ada = connect_as(
        &world,
        &Consent { accounts: vec![SECOND_ACCOUNT.into(), FIRST_ACCOUNT.into()], ..Consent::default() },
    )
    .await;
    let grace = connect(&world, GRACE).await;
    let list = data(&accounts(&ada).await);
    assert_eq!(ids(&list), [SECOND_ACCOUNT, FIRST_ACCOUNT]);
    assert_eq!(list["list"][1]["advertiser_name"], "Müller & Söhne – Leads");
    assert_eq!(
        ids(&data(&accounts(&grace).await)),
        [FIRST_ACCOUNT, SECOND_ACCOUNT, OTHER_ACCOUNT],
        "the same ones, too"
    );

    let info = |ids: Value| ada.get_owned("advertiser/info", vec![("advertiser_ids", ids.to_string())]);
    let one = data(&info(json!([FIRST_ACCOUNT])).await);
    assert_eq!((&one["list"][0]["currency"], &one["list"][0]["timezone"]), (&json!("EUR"), &json!("Europe/Berlin")));
    let some = info(json!([FIRST_ACCOUNT, MOVED_ACCOUNT])).await;
    assert_eq!((&some["code"], some["data"]["list"].as_array().unwrap().len()), (&json!(20_001), 1));
    assert_eq!(info(json!([MOVED_ACCOUNT])).await["code"], 40_106);
    assert_eq!(info(json!(["1"])).await["code"], 40_300);
    assert_eq!(info(json!([])).await["code"], 40_002);
    assert_eq!(info(json!([7_126_711_421_177_430_275_u64])).await["code"], 40_002, "ids are texts");

    let more = world.sandbox.tiktok().add_account(ADA, "One more").unwrap();
    assert_eq!(info(json!([more])).await["code"], 40_106, "the grant is older than the account");
    assert!(ids(&data(&accounts(&connect(&world, ADA).await).await)).contains(&more.as_str()));
    world.sandbox.tiktok().set_role(ADA, FIRST_ACCOUNT, None).unwrap();
    assert_eq!(ids(&data(&accounts(&ada).await)), [SECOND_ACCOUNT]);
    world.sandbox.tiktok().remove_account(SECOND_ACCOUNT).unwrap();
    assert_eq!(data(&accounts(&ada).await), json!({ "list": [] }));
    let blind = connect_as(&world, &Consent { leave_out: vec![Scope::Accounts.id()], ..Consent::default() }).await;
    assert_eq!(blind.get_owned("advertiser/info", vec![("advertiser_ids", "[]".into())]).await["code"], 40_001);
}
