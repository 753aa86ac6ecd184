//! The exchange of the code happens once, whoever asks how often.

use super::*;
use crate::world::http_event;
use shared::api::routes;
use shared::entry::Invocation;
use shared::seal::{Context, Purpose};
use shared::usecases::Parts;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_finishes_at_once_exactly_one_exchanges() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let fragment = returned(&world, &admin).await;
    let (one, other) = tokio::join!(complete(&admin, &fragment), complete(&admin, &fragment));
    let mut seen = [one.clone(), other.clone()].map(|answer| answer.status);
    seen.sort_unstable();
    assert!(seen == [200, 202] || seen == [200, 200], "{one:?} {other:?}");
    assert_eq!((exchanges(&world), grants(&world).len()), (1, 1));
    assert_eq!(complete(&admin, &fragment).await.ok()["outcome"], "connected");
    assert_eq!(exchanges(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finish_that_is_repeated_gets_the_stored_outcome() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let fragment = returned(&world, &admin).await;
    let first = complete(&admin, &fragment).await.ok();
    assert_eq!((first["outcome"].as_str(), first["provider"].as_str()), (Some("connected"), Some(GOOGLE)));
    let before = picture(&world).await;
    world.clock.advance(TimeDelta::hours(1));
    let again = world.admin(DEMO);
    assert_eq!(complete(&again, &fragment).await.ok(), first);
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 1));
    complete(&world.admin("other"), &fragment).await.problem(404, "flow_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_code_is_exchanged_a_repetition_is_told_to_wait_and_after_30_seconds_to_start_again() {
    let (world, tap) = tapped().await;
    let admin = world.admin(DEMO);
    let fragment = returned(&world, &admin).await;
    let gate = tap.hold("/token");
    let waiting = async {
        gate.reached().await;
        let early = complete(&admin, &fragment).await;
        assert_eq!((early.status, early.body["outcome"].as_str()), (202, Some("pending")));
        world.clock.advance(TimeDelta::seconds(30));
        assert_eq!(complete(&admin, &fragment).await.status, 202);
        world.clock.advance(TimeDelta::seconds(1));
        complete(&admin, &fragment).await.problem(409, "start_again");
        gate.open();
    };
    let (finished, ()) = tokio::join!(complete(&admin, &fragment), waiting);
    // It was only slow: what it did is what counts.
    assert_eq!(finished.ok()["outcome"], "connected");
    assert_eq!(complete(&admin, &fragment).await.ok()["outcome"], "connected");
    assert_eq!(exchanges(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_taken_for_a_minute() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let late = returned(&world, &admin).await;
    assert!(flow_item(&world, &late["flow"]).await["code"].is_string());
    world.clock.advance(TimeDelta::seconds(60));
    let before = picture(&world).await;
    complete(&admin, &late).await.problem(409, "start_again");
    complete(&admin, &late).await.problem(409, "start_again");
    let flow = flow_item(&world, &late["flow"]).await;
    assert!(flow.get("code").is_none() && flow.get("verifier").is_none(), "{flow}");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));

    let fragment = returned(&world, &admin).await;
    world.clock.advance(TimeDelta::seconds(59));
    complete(&admin, &fragment).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_dies_in_the_exchange_leaves_a_flow_that_is_cleaned_up_in_an_hour() {
    let (world, tap) = tapped().await;
    let admin = world.admin(DEMO);
    let fragment = returned(&world, &admin).await;
    let before = picture(&world).await;
    let gate = tap.hold("/token");
    let event = http_event(&routes::COMPLETE, &[], Some(&Person::admin(DEMO, ADA)), Some(&finish_body(&fragment)));
    let invocation = Invocation::new("dies", world.now() + TimeDelta::seconds(29));
    let function = world.function("oauth-complete");
    let dying = tokio::spawn(async move { function.invoke(event, invocation).await });
    gate.reached().await;
    dying.abort();
    assert!(dying.await.is_err_and(|error| error.is_cancelled()));

    let flow = flow_item(&world, &fragment["flow"]).await;
    assert_eq!(flow["state"], "exchanging");
    assert!(flow.get("code").is_none(), "the code was erased by the claim");
    assert!(flow["due_pk"].as_str().is_some_and(|pk| pk.starts_with("DUE#cleanup#")), "{flow}");
    let due = (world.now() + TimeDelta::hours(1)).timestamp_millis();
    assert_eq!(flow["due_sk"], format!("{due:015}#{}", flow["id"].as_str().expect("an id")));

    assert_eq!(complete(&admin, &fragment).await.status, 202);
    world.clock.advance(TimeDelta::seconds(31));
    complete(&admin, &fragment).await.problem(409, "start_again");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));
    world.connect(DEMO).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_of_another_flow_does_not_open() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let (one, other) = (returned(&world, &admin).await, returned(&world, &admin).await);
    let before = picture(&world).await;
    let foreign = flow_item(&world, &other["flow"]).await["verifier"].clone();
    let item = raw_flow(&world, &one["flow"]).await;
    world.alter(&item, "verifier", foreign.as_str().expect("a sealed verifier")).await;
    complete(&admin, &one).await.problem(409, "start_again");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_refuses_a_wrong_verifier_and_nothing_is_stored() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let fragment = returned(&world, &admin).await;
    let before = picture(&world).await;
    let setup = world.setup("connect");
    let keys = Parts::new(&setup).expect("parts").flow_keys().expect("keys");
    let context = Context::new(&[("flow", &fragment["flow"])]);
    let wrong = shared::random::Random::new().token256();
    let sealed = keys.seal(Purpose::Verifier, &wrong, &context).await.expect("sealed");
    world.alter(&raw_flow(&world, &fragment["flow"]).await, "verifier", &sealed).await;
    complete(&admin, &fragment).await.problem(409, "start_again");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 1));
    complete(&admin, &fragment).await.problem(409, "start_again");
    assert_eq!((exchanges(&world), grants(&world).len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_connect_at_once_one_is_connected_and_one_starts_again() {
    let world = World::by_hand().await;
    let (ada, bob) = (Person::admin(DEMO, ADA), Person::admin(DEMO, "bob"));
    let hers = returned(&world, &world.admin(DEMO)).await;
    let path = [("provider", GOOGLE)];
    let his = Started::of(world.call(&routes::CONNECT, &path, &bob, &json!({})).await);
    let his = world.follow(&agree(&world, &his)).await;
    let (one, other) = tokio::join!(complete_as(&world, &ada, &hers), complete_as(&world, &bob, &his));
    let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
    won.ok();
    lost.problem(409, "start_again");
    let (stored, grant) = (world.stored(DEMO).await, grants(&world));
    let current = stored.grant.expect("a grant").to_string();
    assert!(grant.iter().any(|(name, _)| name.ends_with(&current)));
    let credential = world.items_of("INTEGRATION#").await.iter().map(plain).find(|item| item["SK"] == "CREDENTIAL");
    assert_eq!(credential.expect("credentials")["grant"], current);
    work(&world).await;
    assert_eq!(detail(&world).await["status"], "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_overtaken_by_a_colleague_costs_the_provider_no_grant() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let (slow, fast) = (returned(&world, &admin).await, returned(&world, &admin).await);
    complete(&admin, &fast).await.ok();
    let before = picture(&world).await;
    complete(&admin, &slow).await.problem(409, "start_again");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, 1));
}
