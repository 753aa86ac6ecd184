//! A provider that refuses or misbehaves in the exchange: nothing is stored, nothing is tried again, the person can
//! start over.

use super::*;
use sandbox::{Fault, FaultKind};

/// Finishes a flow that must fail so; everything stays as it was, and the next attempt works.
async fn fails(world: &World, consent: &Consent, status: u16, code: &str) {
    let admin = world.admin(DEMO);
    let started = start(&admin).await;
    let (before, lines, asked) = (picture(world).await, history(world).await, exchanges(world));
    let fragment = world.follow(&world.consent(started.url.as_str(), consent)).await;
    let first = complete(&admin, &fragment).await.problem(status, code);
    assert!(first["remedy"].is_string(), "{first}");
    let after = exchanges(world);
    assert!(after <= asked + 1, "the exchange was tried again");
    let again = complete(&admin, &fragment).await.problem(status, code);
    assert_eq!(again["detail"], first["detail"]);
    assert_eq!(exchanges(world), after, "a failed flow is over");
    assert_eq!(picture(world).await, before);
    assert_eq!(added_to(world, &lines).await, [format!("connect_ended {code}")]);
    let flow = flow_item(world, &fragment["flow"]).await;
    assert!(flow.get("code").is_none() && flow.get("verifier").is_none());
    assert_eq!(flow["state"], "failed");
    world.connect(DEMO).await.ok();
}

fn tokens(change: impl FnOnce(&mut Value)) -> String {
    let scope = "openid https://www.googleapis.com/auth/calendar";
    let mut answer = json!({
        "access_token": "ya29.test", "expires_in": 3599, "refresh_token": "1//test", "scope": scope, "token_type": "Bearer",
    });
    change(&mut answer);
    answer.to_string()
}

const JSON: &str = "application/json";

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_whose_answer_is_lost_is_never_tried_again() {
    let (world, tap) = tapped().await;
    tap.lose("/token");
    fails(&world, &Consent::default(), 502, "provider_unavailable").await;
    let sent = tap.passed().iter().filter(|it| it.request.contains("authorization_code")).count();
    assert_eq!(sent, 2, "one for each flow");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_meets_an_outage_is_never_tried_again() {
    for fault in [FaultKind::ServerError, FaultKind::Unavailable, FaultKind::TooManyRequests] {
        let world = World::by_hand().await;
        world.sandbox().fault(Fault::always(fault).on(PathKind::Token).times(1));
        fails(&world, &Consent::default(), 502, "provider_unavailable").await;
        assert_eq!(exchanges(&world), 2, "one for each flow");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_identified_is_not_connected() {
    let (world, tap) = tapped().await;
    tap.answer("/userinfo", 200, JSON, "{}");
    fails(&world, &Consent::default(), 409, "start_again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_was_unticked_is_missed_and_named_with_its_remedy() {
    for scope in ["calendar.events", "calendar.calendarlist.readonly"] {
        let world = World::by_hand().await;
        let unticked = Consent { untick: vec![scope.into()], ..Consent::default() };
        fails(&world, &unticked, 422, "missing_permissions").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_a_refresh_token_connects_nothing() {
    for token in [Value::Null, json!("")] {
        let (world, tap) = tapped().await;
        let body = tokens(|answer| match &token {
            Value::Null => drop(answer.as_object_mut().expect("an object").remove("refresh_token")),
            token => answer["refresh_token"] = token.clone(),
        });
        tap.answer("/token", 200, JSON, body);
        fails(&world, &Consent::default(), 422, "no_refresh_token").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_an_unexpected_type_connects_nothing() {
    for kind in ["mac", "DPoP", ""] {
        let (world, tap) = tapped().await;
        tap.answer("/token", 200, JSON, tokens(|answer| answer["token_type"] = json!(kind)));
        fails(&world, &Consent::default(), 409, "start_again").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_beyond_64_kib_connects_nothing() {
    let (world, tap) = tapped().await;
    tap.answer("/token", 200, JSON, tokens(|answer| answer["padding"] = json!("x".repeat(64 * 1024))));
    fails(&world, &Consent::default(), 409, "start_again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_instead_of_tokens_connects_nothing() {
    let (world, tap) = tapped().await;
    tap.answer("/token", 200, "text/html", "<!DOCTYPE html><title>Sign in</title>");
    fails(&world, &Consent::default(), 409, "start_again").await;

    let (world, tap) = tapped().await;
    tap.answer("/token", 302, "text/html", "");
    fails(&world, &Consent::default(), 409, "start_again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_off_connects_nothing() {
    let world = World::by_hand().await;
    world.sandbox().fault(Fault::always(FaultKind::Malformed).on(PathKind::Token).times(1));
    fails(&world, &Consent::default(), 409, "start_again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_the_provider_refuses_is_ours_to_mend() {
    let (world, tap) = tapped().await;
    tap.answer("/token", 401, JSON, r#"{"error":"invalid_client"}"#);
    fails(&world, &Consent::default(), 503, "provider_not_configured").await;
}
