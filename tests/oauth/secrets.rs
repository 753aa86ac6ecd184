//! States, verifiers and redirect addresses: unguessable, kept as hashes or sealed, and never taken from a request.

use super::*;
use crate::world::{Fault, Faults};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use shared::api::routes;
use shared::digest::sha256_hex;
use shared::entry::Invocation;
use shared::random::Random;
use shared::seal::{Context, Purpose};
use shared::usecases::Parts;
use std::collections::HashSet;

fn is_token(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

#[tokio::test(flavor = "multi_thread")]
async fn states_and_verifiers_have_256_bits_and_only_the_states_hash_is_kept() {
    let world = World::by_hand().await;
    let connect = world.function("connect");
    let setup = world.setup("connect");
    let keys = Parts::new(&setup).expect("parts").flow_keys().expect("keys");
    let person = Person::admin(DEMO, ADA);
    let (mut states, mut verifiers) = (HashSet::new(), HashSet::new());
    for _ in 0..60 {
        let event = crate::world::http_event(&routes::CONNECT, &[("provider", GOOGLE)], Some(&person), None);
        let invocation = Invocation::new("test", world.now() + TimeDelta::seconds(29));
        let answer = connect.invoke(event, invocation).await.expect("an answer");
        let started = Started::of(Answer::of_event(&answer));
        let state = started.parameter("state");
        assert!(is_token(&state), "{state}");
        assert_eq!(started.flow, sha256_hex(state.as_bytes()));

        let sealed = flow_item(&world, &started.flow).await["verifier"].clone();
        let context = Context::new(&[("flow", &started.flow)]);
        let verifier =
            keys.open(Purpose::Verifier, sealed.as_str().expect("sealed"), &context).await.expect("a verifier");
        let verifier = verifier.expose_secret().to_owned();
        assert!(is_token(&verifier));
        assert_eq!(started.parameter("code_challenge_method"), "S256");
        let challenge = URL_SAFE_NO_PAD.decode(started.parameter("code_challenge")).expect("base64url");
        let hex: String = challenge.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, sha256_hex(verifier.as_bytes()));
        states.insert(state);
        verifiers.insert(verifier);
    }
    assert_eq!((states.len(), verifiers.len()), (60, 60));
    let table = Value::from(world.items().await).to_string();
    assert!(states.iter().chain(&verifiers).all(|secret| !table.contains(secret.as_str())));
    assert!(states.iter().all(|state| table.contains(&sha256_hex(state.as_bytes()))));
}

#[test]
fn a_thousand_tokens_are_all_different_and_use_the_whole_alphabet() {
    let random = Random::new();
    let tokens: HashSet<String> = (0..1_000).map(|_| random.token256().expose_secret().to_owned()).collect();
    assert_eq!(tokens.len(), 1_000);
    assert!(tokens.iter().all(|token| is_token(token)));
    // Every bit of every byte is sometimes set and sometimes not.
    let bytes: Vec<Vec<u8>> = tokens.iter().map(|token| URL_SAFE_NO_PAD.decode(token).expect("base64url")).collect();
    for bit in 0..256 {
        let set = bytes.iter().filter(|token| token[bit / 8] >> (bit % 8) & 1 == 1).count();
        assert!((350..650).contains(&set), "bit {bit} is set in {set} of 1,000");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ticket_is_kept_as_a_hash_and_is_as_long_as_the_state() {
    let world = World::by_hand().await;
    let fragment = returned(&world, &world.admin(DEMO)).await;
    assert!(is_token(&fragment["ticket"]));
    let flow = flow_item(&world, &fragment["flow"]).await;
    assert_eq!(flow["ticket"], sha256_hex(fragment["ticket"].as_bytes()));
    assert!(!Value::from(world.items().await).to_string().contains(&fragment["ticket"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoofed_host_does_not_move_the_redirect_address() {
    let (world, tap) = tapped().await;
    let expected = world.stack.api.join("oauth/callback/google-calendar").expect("a path");
    let spoofed = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "666"),
        ("forwarded", "host=evil.example;proto=https"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ];
    let admin = world.admin(DEMO);
    let answer = admin.json("POST", "/integrations/google-calendar/connect", &json!({}), &spoofed).await;
    let started = Started::of(answer);
    assert_eq!(started.parameter("redirect_uri"), expected.as_str());

    let answer = agree(&world, &started);
    let path = format!("{}?{}", answer.path(), answer.query().expect("a query"));
    let back = world.stranger(None).raw("GET", &path, "", &spoofed).await;
    let page = world.setup("oauth-callback").vars.required("RETURN_PAGE_URL").expect("a page").to_owned();
    assert!(back.header("location").starts_with(&format!("{page}#")), "{back:?}");

    let location = Url::parse(back.header("location")).expect("a location");
    let fragment = url::form_urlencoded::parse(location.fragment().expect("a fragment").as_bytes());
    let fragment: HashMap<String, String> = fragment.into_owned().collect();
    admin.json("POST", "/oauth/complete", &finish_body(&fragment), &spoofed).await.ok();
    let sent = tap.passed().into_iter().find(|it| it.url.ends_with("/token")).expect("an exchange").request;
    let sent: HashMap<String, String> = url::form_urlencoded::parse(sent.as_bytes()).into_owned().collect();
    assert_eq!(sent["redirect_uri"], expected.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_made_though_its_answer_was_lost_is_recognised_without_the_right_to_read_it() {
    let faults = Faults::default();
    let world = World::of(Plan { by_hand: true, wires: faults.wires(), ..Plan::default() }).await;
    faults.nth(0, |call| call.is("CreateSecret"), Fault::Lose);
    faults.nth(1, |call| call.is("CreateSecret"), Fault::Refuse(400, "ResourceExistsException"));
    world.connect(DEMO).await.ok();
    let view = world.admin(DEMO).get("/integrations/google-calendar").await.ok();
    assert_eq!((&view["status"], &view["connected"]), (&json!("Active"), &json!(true)));
    assert!(faults.calls().iter().any(|call| call.is("PutSecretValue")));
}
