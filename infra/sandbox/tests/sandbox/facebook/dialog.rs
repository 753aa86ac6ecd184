//! The login dialog.

use sandbox::facebook::{
    ALICE, BAKERY, BOB, CHLOE, CLIENT_ID, CLIENT_SECRET, CYCLING, Consent, FITNESS, SYSTEM_USER_CONFIGURATION,
    USER_CONFIGURATION,
};
use serde_json::json;

use super::support::{APP_TOKEN, REDIRECT, data, queued};
use crate::support::{encoded, parameter, text};

#[tokio::test]
async fn a_person_allows_and_is_sent_back_with_a_code_and_a_fragment_that_means_nothing() {
    let world = queued().await;
    let redirect = world.sandbox.facebook().consent(&world.dialog_url(&[]), &Consent::default()).unwrap();
    assert!(redirect.as_str().starts_with(REDIRECT) && redirect.as_str().ends_with("#_=_"), "{redirect}");
    assert_eq!(parameter(&redirect, "state").as_deref(), Some("s t&a=te"));
    let code = parameter(&redirect, "code").unwrap();
    assert_eq!(world.redeem(&code).await.status, 200);
}

#[tokio::test]
async fn a_person_who_denies_is_sent_back_with_the_reason() {
    let world = queued().await;
    let denied = Consent { deny: true, ..Consent::default() };
    let redirect = world.sandbox.facebook().consent(&world.dialog_url(&[]), &denied).unwrap();
    assert_eq!(parameter(&redirect, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&redirect, "error_reason").as_deref(), Some("user_denied"));
    assert_eq!((parameter(&redirect, "code"), redirect.fragment()), (None, Some("_=_")));
}

#[tokio::test]
async fn the_page_shows_people_their_pages_and_the_permissions_and_its_form_is_taken() {
    let world = queued().await;
    let url = world.dialog_url(&[("state", "x"), ("scope", "pages_show_list leads_retrieval")]);
    let path = &url[url::Position::BeforePath..];
    let page = world.send("GET", path, &[], "").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for shown in ["Alice Amann", "Chloé Nakamura 中村", "Bäckerei Amann", "Øster Fitness &amp; Spa", "leads_retrieval"]
    {
        assert!(page.body.contains(shown), "{shown} is not on the page");
    }
    assert!(!page.body.contains("ads_management"), "only what is asked for");

    let bobs = format!("page-{BOB}");
    let alices = format!("page-{ALICE}");
    let form = [
        ("decision", "allow"),
        ("person", BOB),
        ("permission", "pages_show_list"),
        (&bobs, BAKERY),
        (&alices, CYCLING),
    ];
    let answer = world.form(path, &form).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let to = url::Url::parse(answer.header("location").unwrap()).unwrap();
    let token = world.redeem(&parameter(&to, "code").unwrap()).await.json();
    let token = text(&token, "access_token");
    let granted = data(&world.read("me/permissions", token).await);
    assert!(granted.contains(&json!({ "permission": "pages_show_list", "status": "granted" })));
    assert!(granted.contains(&json!({ "permission": "leads_retrieval", "status": "declined" })));
    let pages = data(&world.graph("GET", "me/accounts", token, &[("fields", "id")]).await);
    assert_eq!(pages, [json!({ "id": BAKERY })], "a box of another person does not count");

    let denied = world.form(path, &[("decision", "deny"), ("person", BOB)]).await;
    assert!(denied.header("location").unwrap().contains("error=access_denied"));
}

#[tokio::test]
async fn what_facebook_does_not_take_is_no_redirect() {
    let world = queued().await;
    let cases = [
        ("client_id", "1", "Invalid App ID"),
        ("redirect_uri", "http://example.com/", "URL Blocked"),
        ("response_type", "token", "response type"),
        ("scope", "leads_retrieval,everything", "Invalid Scopes: everything"),
        ("config_id", USER_CONFIGURATION, "not both"),
    ];
    for (name, value, why) in cases {
        let url = world.dialog_url(&[(name, value)]);
        let page = world.send("GET", &url[url::Position::BeforePath..], &[], "").await;
        assert_eq!(page.status, 400, "{name}");
        assert!(page.body.contains(why), "{name}: {}", page.body);
        assert!(world.sandbox.facebook().consent(&url, &Consent::default()).is_err());
    }
    let facebook = world.sandbox.facebook();
    let nobody = Consent { person: Some("1".to_owned()), ..Consent::default() };
    assert!(facebook.consent(&world.dialog_url(&[]), &nobody).is_err());
    let not_hers =
        Consent { person: Some(CHLOE.to_owned()), pages: Some(vec![BAKERY.to_owned()]), ..Consent::default() };
    assert!(facebook.consent(&world.dialog_url(&[]), &not_hers).is_err());
    let no_box = Consent { decline: vec!["email".to_owned()], ..Consent::default() };
    assert!(facebook.consent(&world.dialog_url(&[]), &no_box).is_err());
}

#[tokio::test]
async fn a_declined_permission_is_asked_for_again_only_on_rerequest() {
    let world = queued().await;
    let facebook = world.sandbox.facebook();
    let declined = Consent { decline: vec!["ads_management".to_owned()], ..Consent::default() };
    let alice = world.user_as(&declined).await;
    facebook.consent(&world.dialog_url(&[]), &Consent::default()).unwrap();
    let status = |granted: &[serde_json::Value]| {
        let entry = granted.iter().find(|entry| entry["permission"] == "ads_management").unwrap();
        text(entry, "status").to_owned()
    };
    assert_eq!(status(&data(&world.read("me/permissions", &alice).await)), "declined");
    facebook.consent(&world.dialog_url(&[("auth_type", "rerequest")]), &Consent::default()).unwrap();
    assert_eq!(status(&data(&world.read("me/permissions", &alice).await)), "granted");
}

#[tokio::test]
async fn a_configuration_says_what_is_asked_for_and_whose_token_it_is() {
    let world = queued().await;
    let facebook = world.sandbox.facebook();
    let url = world.dialog_url(&[("scope", ""), ("config_id", USER_CONFIGURATION)]);
    let code = parameter(&facebook.consent(&url, &Consent::default()).unwrap(), "code").unwrap();
    let reply = world.redeem(&code).await.json();
    assert!(reply["expires_in"].as_i64().unwrap() <= 7_200, "as short-lived as without: {reply}");
    let granted = data(&world.read("me/permissions", text(&reply, "access_token")).await);
    assert!(granted.iter().any(|entry| entry["permission"] == "leads_retrieval"));

    let bare = world.dialog_url(&[("scope", ""), ("config_id", SYSTEM_USER_CONFIGURATION)]);
    assert!(facebook.consent(&bare, &Consent::default()).is_err(), "a code has to be asked for");
    let url = world.dialog_url(&[
        ("scope", ""),
        ("config_id", SYSTEM_USER_CONFIGURATION),
        ("override_default_response_type", "true"),
    ]);
    let code = parameter(&facebook.consent(&url, &Consent::default()).unwrap(), "code").unwrap();
    let reply = world.redeem(&code).await.json();
    assert!(reply.get("expires_in").is_none(), "a system user's token does not expire: {reply}");
    let token = text(&reply, "access_token");
    let debugged = world.graph("GET", "debug_token", APP_TOKEN, &[("input_token", token)]).await.json();
    assert_eq!((&debugged["data"]["type"], &debugged["data"]["expires_at"]), (&json!("SYSTEM_USER"), &json!(0)));
    world.act(json!({ "act": "changePassword", "person": ALICE }));
    assert_eq!(world.read("me", token).await.status, 200, "it does not hang on the person's password");
}

#[tokio::test]
async fn the_choice_of_pages_replaces_the_former_one_for_everybody_who_connected_this_person() {
    let world = queued().await;
    let first = world.user(ALICE).await;
    let bakery = world.page_token(&first, BAKERY).await;
    let only = Consent { pages: Some(vec![CYCLING.to_owned()]), ..Consent::default() };
    let second = world.user_as(&only).await;
    for token in [&first, &second] {
        let pages = data(&world.graph("GET", "me/accounts", token, &[("fields", "id")]).await);
        assert_eq!(pages, [json!({ "id": CYCLING })]);
    }
    let answer = world.read(&format!("{BAKERY}/leadgen_forms"), &bakery).await;
    assert_eq!(super::support::code(&answer), (10, 0));
}

#[tokio::test]
async fn a_page_of_a_business_is_listed_with_the_permission_for_it() {
    let world = queued().await;
    let bob = |decline: &[&str]| Consent {
        person: Some(BOB.to_owned()),
        decline: decline.iter().map(|scope| (*scope).to_owned()).collect(),
        ..Consent::default()
    };
    let without = world.user_as(&bob(&["business_management"])).await;
    assert_eq!(
        data(&world.graph("GET", "me/accounts", &without, &[("fields", "id")]).await),
        [json!({ "id": BAKERY })]
    );
    let other = queued().await;
    let with = other.user_as(&bob(&[])).await;
    let pages = data(&other.graph("GET", "me/accounts", &with, &[("fields", "id")]).await);
    assert_eq!(pages, [json!({ "id": BAKERY }), json!({ "id": FITNESS })]);
}

#[tokio::test]
async fn the_control_answers_a_dialog_too() {
    let world = queued().await;
    let url = world.dialog_url(&[]);
    let answer = world.control("consent", json!({ "authorization_url": url.as_str(), "person": BOB })).await.json();
    let code = parameter(&url::Url::parse(text(&answer, "redirect")).unwrap(), "code").unwrap();
    let query = encoded(&[
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("redirect_uri", REDIRECT),
        ("code", &code),
    ]);
    let reply = world.send("GET", &format!("/facebook/v26.0/oauth/access_token?{query}"), &[], "").await.json();
    let me = world.graph("GET", "me", text(&reply, "access_token"), &[("fields", "id,name")]).await.json();
    assert_eq!(me, json!({ "name": "Bob Øster", "id": BOB }));
}
