//! The provider's answer: used once, in time, at its own address, and never echoed.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_without_a_state_or_with_an_unknown_one_has_no_effect() {
    let world = World::by_hand().await;
    let started = start(&world.admin(DEMO)).await;
    let code = parameter(&agree(&world, &started), "code");
    let (before, flow) = (picture(&world).await, raw_flow(&world, &started.flow).await);
    for query in [
        vec![("code", code.as_str())],
        vec![("code", &code), ("state", "")],
        vec![("code", &code), ("state", "unknown")],
        // Knowing the flow's name is not knowing the state.
        vec![("code", &code), ("state", &started.flow)],
        vec![],
    ] {
        let fragment = callback(&world, GOOGLE, &query).await;
        assert_eq!((refusal(&fragment), fragment.len()), ("invalid", 1));
    }
    assert_eq!(picture(&world).await, before);
    assert_eq!(raw_flow(&world, &started.flow).await, flow);
    assert_eq!(
        world.lines.outcomes("oauth-callback"),
        ["no_state", "no_state", "unknown_state", "unknown_state", "no_state"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_ends_after_ten_minutes_though_its_item_is_still_there() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let (in_time, late) = (start(&admin).await, start(&admin).await);
    let (in_time, answer) = (agree(&world, &in_time), agree(&world, &late));
    world.clock.advance(TimeDelta::seconds(10 * 60 - 1));
    assert!(world.follow(&in_time).await.contains_key("ticket"));
    world.clock.advance(TimeDelta::seconds(2));
    let fragment = world.follow(&answer).await;
    assert_eq!(refusal(&fragment), "expired");
    assert_eq!(flow_item(&world, &late.flow).await["state"], "started");
    assert_eq!(exchanges(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_not_taken_again_after_success() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let started = start(&admin).await;
    let answer = agree(&world, &started);
    let fragment = world.follow(&answer).await;
    assert_eq!(refusal(&world.follow(&answer).await), "invalid", "before the finish");
    complete(&admin, &fragment).await.ok();
    let (before, flow) = (picture(&world).await, raw_flow(&world, &started.flow).await);
    assert_eq!(refusal(&world.follow(&answer).await), "invalid", "after the finish");
    assert_eq!((picture(&world).await, raw_flow(&world, &started.flow).await), (before, flow));
    assert_eq!(exchanges(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_callbacks_at_once_exactly_one_gets_a_ticket() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    for _ in 0..5 {
        let answer = agree(&world, &start(&admin).await);
        let (one, other) = tokio::join!(world.follow(&answer), world.follow(&answer));
        let tickets = [&one, &other].iter().filter(|fragment| fragment.contains_key("ticket")).count();
        assert_eq!(tickets, 1, "{one:?} {other:?}");
        let refused = if one.contains_key("ticket") { &other } else { &one };
        assert_eq!(refusal(refused), "invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_on_another_providers_path_is_refused() {
    let plan =
        Plan { by_hand: true, events: 20, adapt: Some(crate::world::with_twin("twin-calendar")), ..Plan::default() };
    let world = World::of(plan).await;
    let started = start(&world.admin(DEMO)).await;
    let answer = agree(&world, &started);
    let (code, state) = (parameter(&answer, "code"), started.parameter("state"));
    for elsewhere in ["twin-calendar", "unknown", "Google-Calendar"] {
        let fragment = callback(&world, elsewhere, &[("code", &code), ("state", &state)]).await;
        assert_eq!(refusal(&fragment), "invalid", "{elsewhere}");
    }
    assert_eq!(world.lines.outcomes("oauth-callback"), ["other_provider"; 3]);
    assert_eq!(flow_item(&world, &started.flow).await["state"], "started");
    assert!(world.follow(&answer).await.contains_key("ticket"), "the right path still works");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_and_error_together_end_the_flow_without_a_ticket() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    for extra in [[("error", "access_denied")], [("error", "")]] {
        let started = start(&admin).await;
        let mut answer = agree(&world, &started);
        answer.query_pairs_mut().extend_pairs(extra);
        assert_eq!(refusal(&world.follow(&answer).await), "invalid");
        let flow = flow_item(&world, &started.flow).await;
        assert_eq!((&flow["state"], &flow["outcome"]), (&json!("failed"), &json!("invalid")));
    }
    assert_eq!(exchanges(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_with_neither_code_nor_error_ends_the_flow_without_a_ticket() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    for query in [vec![], vec![("code", "")]] {
        let state = start(&admin).await.parameter("state");
        let query: Vec<_> = query.into_iter().chain([("state", state.as_str())]).collect();
        assert_eq!(refusal(&callback(&world, GOOGLE, &query).await), "invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_comes_twice_makes_the_whole_answer_void() {
    let world = World::by_hand().await;
    let started = start(&world.admin(DEMO)).await;
    let answer = agree(&world, &started);
    for (name, value) in [("state", started.parameter("state")), ("state", "other".into()), ("code", "other".into())] {
        let mut twice = answer.clone();
        twice.query_pairs_mut().append_pair(name, &value);
        assert_eq!(refusal(&world.follow(&twice).await), "invalid", "{name}");
    }
    assert_eq!(world.lines.outcomes("oauth-callback"), ["duplicated_parameter"; 3]);
    assert!(world.follow(&answer).await.contains_key("ticket"), "the real answer still works");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_query_moves_the_browser_elsewhere() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let targets = [
        "//evil.example",
        "https:evil.example",
        "/\\evil.example",
        "%2F%2Fevil.example",
        "/a\r\nX-Evil: 1",
        "javascript:alert(1)",
    ];
    for target in targets {
        for name in ["return_to", "redirect_uri", "next", "returnTo", "error_description", "error_uri"] {
            let fragment = callback(&world, GOOGLE, &[("state", "unknown"), ("code", "x"), (name, target)]).await;
            assert_eq!((refusal(&fragment), fragment.len()), ("invalid", 1), "{name}={target}");
        }
        let mut answer = agree(&world, &start(&admin).await);
        answer.query_pairs_mut().append_pair("return_to", target).append_pair("error_description", target);
        let query: Vec<(String, String)> = answer.query_pairs().into_owned().collect();
        let query: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let fragment = callback(&world, GOOGLE, &query).await;
        let mut names: Vec<_> = fragment.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["flow", "ticket"]);
        assert!(!fragment.values().any(|value| value.contains("evil")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_consent_leaves_everything_as_it_was_but_a_history_line() {
    let world = active().await;
    let (before, lines) = (picture(&world).await, history(&world).await);
    let started = start(&world.admin(DEMO)).await;
    let denied = world.consent(started.url.as_str(), &Consent { deny: true, ..Consent::default() });
    let fragment = world.follow(&denied).await;
    assert_eq!((refusal(&fragment), &fragment["flow"]), ("denied", &started.flow));
    assert_eq!(picture(&world).await, before);
    assert_eq!(added_to(&world, &lines).await, ["connect_ended denied"]);
    let test = world.admin(DEMO).post("/integrations/google-calendar/test", &json!({})).await.ok();
    assert_eq!(test["ok"], true, "the old grant works");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_provider_becomes_a_fixed_code_and_its_text_goes_nowhere() {
    let world = World::by_hand().await;
    let started = start(&world.admin(DEMO)).await;
    let (before, lines) = (picture(&world).await, history(&world).await);
    let state = started.parameter("state");
    let query = [("state", state.as_str()), ("error", "server_error<script>"), ("error_description", "Canary text")];
    assert_eq!(refusal(&callback(&world, GOOGLE, &query).await), "provider_error");
    assert_eq!(picture(&world).await, before);
    assert_eq!(added_to(&world, &lines).await, ["connect_ended provider_error"]);
    let everywhere = format!("{:?} {:?}", world.items().await, world.lines.all());
    assert!(!everywhere.contains("Canary") && !everywhere.contains("script"));
}
