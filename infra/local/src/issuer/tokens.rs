//! What the issuer signs.

use super::flow::Codes;
use super::keys::SigningKey;
use super::members::Member;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, Header};
use serde_json::{Value, json};
use shared::clock::SharedClock;

/// How long a token is valid.
pub const TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// The scope of tokens for the API; identity tokens have none.
pub(super) const SCOPE: &str = "aura";

/// The issuer.
pub struct Issuer {
    pub(super) url: String,
    pub(super) audience: String,
    pub(super) client: String,
    pub(super) key: SigningKey,
    pub(super) clock: SharedClock,
    pub(super) codes: Codes,
}

impl Issuer {
    /// An issuer at this URL for one audience and one public client.
    pub fn new(url: String, audience: String, client: String, key: SigningKey, clock: SharedClock) -> Self {
        Self { url, audience, client, key, clock, codes: Codes::default() }
    }

    /// An access token of a member.
    pub fn access_token(&self, member: Member, account: &str) -> Result<String, jsonwebtoken::errors::Error> {
        self.sign(&self.claims(
            member,
            account,
            &self.audience,
            json!({
                "account_id": account,
                "roles": member.roles(),
                "client_id": self.client,
                "scope": SCOPE,
            }),
        ))
    }

    /// An identity token of a member, for the page only.
    pub(super) fn identity_token(
        &self,
        member: Member,
        account: &str,
        nonce: Option<&str>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let mut own = json!({"name": member.name()});
        if let Some(nonce) = nonce {
            own["nonce"] = json!(nonce);
        }
        self.sign(&self.claims(member, account, &self.client, own))
    }

    fn claims(&self, member: Member, account: &str, audience: &str, own: Value) -> Value {
        let now = self.clock.now();
        let mut claims = json!({
            "iss": self.url,
            "sub": member.subject(account),
            "aud": audience,
            "iat": now.timestamp(),
            "exp": (now + TOKEN_LIFETIME).timestamp(),
        });
        if let (Value::Object(claims), Value::Object(own)) = (&mut claims, own) {
            claims.extend(own);
        }
        claims
    }

    fn sign(&self, claims: &Value) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key.encoding)
    }
}
