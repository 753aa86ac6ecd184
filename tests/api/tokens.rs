//! Tokens that must not open anything, each wrong in one way.

use crate::world::{DEMO, World};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::issuer::{Issuer, Member, SigningKey};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Kinds of callers who are nobody, with the token that each brings. The clock has moved since `old` was made.
pub(super) async fn strangers(world: &World, old: &str) -> Vec<(&'static str, Option<String>)> {
    let good = world.stack.token(Member::Admin, DEMO).expect("a token");
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    let claims = head.split_once('.').expect("three parts").1;
    let mirrored: String = signature.chars().rev().collect();
    let unsigned = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "typ": "JWT" }).to_string());
    let mut raised: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("claims");
    raised["account_id"] = json!("raised");
    let raised = URL_SAFE_NO_PAD.encode(raised.to_string());
    let header = good.split('.').next().expect("a header");
    let authorizer = world.stack.stack().api.clone().and_then(|api| api.authorizer).expect("an authorizer");
    let (issuer, audience) = (authorizer.issuer.as_str(), authorizer.audience[0].as_str());
    vec![
        ("without a token", None),
        ("with garbage", Some("not.a.token".into())),
        ("with an empty token", Some(String::new())),
        ("with an expired token", Some(old.into())),
        ("with an unsigned token", Some(format!("{unsigned}.{claims}."))),
        ("with another signature", Some(format!("{head}.{mirrored}"))),
        ("with changed claims", Some(format!("{header}.{raised}.{signature}"))),
        ("with a token of another issuer", Some(made(world, "https://elsewhere.example.com", audience))),
        ("with a token for another audience", Some(made(world, issuer, "another-api"))),
        ("with an identity token", Some(identity_token(world).await)),
    ]
}

/// Signed with the right key all the same.
fn made(world: &World, issuer: &str, audience: &str) -> String {
    let key = SigningKey::of_this_process().expect("a key");
    let issuer = Issuer::new(issuer.into(), audience.into(), "aura-web".into(), key, world.clock.clone());
    issuer.access_token(Member::Admin, DEMO).expect("a token")
}

/// What the page gets when the administrator signs in: it says who somebody is, and opens nothing.
async fn identity_token(world: &World) -> String {
    let (browser, here) = (world.stranger(None), "http://127.0.0.1/back");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let ask = fields(&[
        ("member", "admin"),
        ("response_type", "code"),
        ("client_id", "aura-web"),
        ("redirect_uri", here),
        ("scope", "openid aura"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let answer = browser.raw("POST", "/_local/issuer/authorize", ask, &form).await;
    let back = url::Url::parse(answer.header("location")).expect("a redirect");
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let redeem = fields(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", here),
        ("client_id", "aura-web"),
        ("code_verifier", VERIFIER),
    ]);
    let tokens = browser.raw("POST", "/_local/issuer/token", redeem, &form).await.ok();
    tokens["id_token"].as_str().expect("an identity token").to_owned()
}

fn fields(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}
