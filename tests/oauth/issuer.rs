//! The issuer that an answer names (RFC 9207).

use super::*;
use crate::world::issued_by;

const ISSUER: &str = "https://accounts.example.com";

async fn world(promised: bool) -> World {
    World::of(Plan { by_hand: true, events: 20, adapt: Some(issued_by(ISSUER, promised)), ..Plan::default() }).await
}

async fn answer(world: &World, issuers: &[&str]) -> (Url, HashMap<String, String>) {
    let plain = agree(world, &start(&world.admin(DEMO)).await);
    let mut named = plain.clone();
    for iss in issuers {
        named.query_pairs_mut().append_pair("iss", iss);
    }
    let fragment = world.follow(&named).await;
    (plain, fragment)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_issuer_is_refused_promised_or_not() {
    for promised in [true, false] {
        let world = world(promised).await;
        for iss in ["https://evil.example", "https://accounts.example.com/", "HTTPS://accounts.example.com", ""] {
            let (_, fragment) = answer(&world, &[iss]).await;
            assert_eq!(refusal(&fragment), "invalid", "{iss}");
        }
        assert_eq!(world.lines.outcomes("oauth-callback"), ["wrong_issuer"; 4]);
        assert_eq!(exchanges(&world), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_the_issuer_is_refused_where_it_is_promised() {
    let promising = world(true).await;
    let (mut plain, fragment) = answer(&promising, &[]).await;
    assert_eq!(refusal(&fragment), "invalid");
    plain.query_pairs_mut().append_pair("iss", ISSUER);
    assert!(promising.follow(&plain).await.contains_key("ticket"), "with its issuer it is taken");

    let silent = world(false).await;
    assert!(answer(&silent, &[]).await.1.contains_key("ticket"), "not promised, not missed");
    assert!(answer(&silent, &[ISSUER]).await.1.contains_key("ticket"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_comes_twice_makes_the_answer_void() {
    let world = world(true).await;
    for issuers in [[ISSUER, ISSUER], [ISSUER, "https://evil.example"], ["https://evil.example", ISSUER]] {
        assert_eq!(refusal(&answer(&world, &issuers).await.1), "invalid");
    }
    assert_eq!(world.lines.outcomes("oauth-callback"), ["duplicated_parameter"; 3]);
}
