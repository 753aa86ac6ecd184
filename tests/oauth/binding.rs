//! A flow is finished by the browser that consented *and* the member who started it, or not at all.

use super::*;
use sandbox::google::GRACE;

/// Another account than the demo one.
const OTHER: &str = "mallory-inc";

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_another_account_connects_nobodys_code() {
    let world = World::by_hand().await;
    let (ours, theirs) = (world.admin(DEMO), world.admin(OTHER));
    let (own, foreign) = (start(&ours).await, start(&theirs).await);
    let code = parameter(&agree(&world, &foreign), "code");
    let before = picture(&world).await;
    // The other account's code arrives under our state.
    let fragment = callback(&world, GOOGLE, &[("state", &own.parameter("state")), ("code", &code)]).await;
    complete(&theirs, &fragment).await.problem(404, "flow_not_found");
    assert_eq!(exchanges(&world), 0);
    // Even its owner cannot use it: the code is bound to the other flow's verifier.
    complete(&ours, &fragment).await.problem(409, "start_again");
    assert_eq!(picture(&world).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_ticket_nothing_is_finished() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let started = start(&admin).await;
    let fragment = world.follow(&agree(&world, &started)).await;
    let before = picture(&world).await;
    admin.post("/oauth/complete", &json!({ "flow": started.flow })).await.problem(400, "bad_request");
    for ticket in ["", "x", &started.flow, &started.parameter("state")] {
        let body = json!({ "flow": started.flow, "ticket": ticket });
        admin.post("/oauth/complete", &body).await.problem(404, "flow_not_found");
    }
    // Before the browser came back there is no ticket that could fit.
    let early = start(&admin).await;
    let body = json!({ "flow": early.flow, "ticket": fragment["ticket"] });
    admin.post("/oauth/complete", &body).await.problem(404, "flow_not_found");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));
    complete(&admin, &fragment).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ticket_of_another_flow_does_not_fit() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let (one, other) = (returned(&world, &admin).await, returned(&world, &admin).await);
    let before = picture(&world).await;
    let body = json!({ "flow": one["flow"], "ticket": other["ticket"] });
    admin.post("/oauth/complete", &body).await.problem(404, "flow_not_found");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_link_mailed_to_a_victim_connects_her_to_nobody() {
    let world = World::by_hand().await;
    let attacker = world.admin(OTHER);
    let started = start(&attacker).await;
    let before = picture(&world).await;
    // The victim opens the link and agrees, in her own browser.
    let hers = Consent { account: Some(GRACE.into()), ..Consent::default() };
    let fragment = world.follow(&world.consent(started.url.as_str(), &hers)).await;

    // The attacker knows his flow and its state, but not the ticket in her browser.
    for guess in [started.parameter("state"), started.flow.clone(), started.parameter("code_challenge")] {
        let body = json!({ "flow": started.flow, "ticket": guess });
        attacker.post("/oauth/complete", &body).await.problem(404, "flow_not_found");
    }
    let again = callback(&world, GOOGLE, &[("state", &started.parameter("state")), ("code", "his own")]).await;
    assert_eq!(refusal(&again), "invalid", "the state is used up");

    // Her browser has the ticket, but whoever she is, she did not start the flow.
    complete(&world.admin(DEMO), &fragment).await.problem(404, "flow_not_found");
    complete_as(&world, &Person::admin(OTHER, "grace"), &fragment).await.problem(404, "flow_not_found");
    complete_as(&world, &Person::admin(DEMO, "ada-mallory-inc"), &fragment).await.problem(404, "flow_not_found");
    assert_eq!(complete(&world.stranger(None), &fragment).await.status, 401);

    assert_eq!(picture(&world).await, before);
    assert!(grants(&world).is_empty());
    assert_eq!((exchanges(&world), world.sandbox().google().live_refresh_tokens(GRACE)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_ends_in_a_browser_where_nobody_is_signed_in_is_not_finished() {
    let world = World::by_hand().await;
    let fragment = returned(&world, &world.admin(DEMO)).await;
    for token in [None, Some("e30.e30.x")] {
        assert_eq!(complete(&world.stranger(token), &fragment).await.status, 401);
    }
    assert_eq!((exchanges(&world), grants(&world).len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_member_of_the_same_account_cannot_finish() {
    let world = World::by_hand().await;
    let fragment = returned(&world, &world.admin(DEMO)).await;
    let before = picture(&world).await;
    complete_as(&world, &Person::admin(DEMO, "bob"), &fragment).await.problem(404, "flow_not_found");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));
    complete_as(&world, &Person::admin(DEMO, ADA), &fragment).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_another_account_cannot_finish() {
    let world = World::by_hand().await;
    let fragment = returned(&world, &world.admin(DEMO)).await;
    let before = picture(&world).await;
    complete(&world.admin(OTHER), &fragment).await.problem(404, "flow_not_found");
    // Not even the same person under another account.
    complete_as(&world, &Person::admin(OTHER, ADA), &fragment).await.problem(404, "flow_not_found");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));
    complete(&world.admin(DEMO), &fragment).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_role_meanwhile_cannot_finish() {
    let world = World::by_hand().await;
    let fragment = returned(&world, &world.admin(DEMO)).await;
    let before = picture(&world).await;
    let refused = complete_as(&world, &Person::viewer(DEMO, ADA), &fragment).await.problem(403, "unauthorized_access");
    assert_eq!(refused["detail"], "Unauthorized Access");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));
    complete_as(&world, &Person::admin(DEMO, ADA), &fragment).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_to_finish_reads_the_same() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let fragment = returned(&world, &admin).await;
    let unknown = json!({ "flow": "0".repeat(64), "ticket": fragment["ticket"] });
    let nonsense = json!({ "flow": "../../x", "ticket": fragment["ticket"] });
    let wrong = json!({ "flow": fragment["flow"], "ticket": "x" });
    let mut told = Vec::new();
    for body in [unknown, nonsense, wrong] {
        told.push(admin.post("/oauth/complete", &body).await.problem(404, "flow_not_found"));
    }
    told.push(complete_as(&world, &Person::admin(DEMO, "bob"), &fragment).await.problem(404, "flow_not_found"));
    for problem in &mut told {
        problem["request_id"] = json!("");
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
}
