//! What accounts have granted, and the codes and tokens that stand for it.

use std::collections::{BTreeMap, HashMap};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use ring::digest;
use serde::{Deserialize, Serialize};

use super::{Rotation, errors::TokenError, oauth::AuthorizationRequest};
use crate::secrets::secret;

/// A code is good for ten minutes.
const CODE_LIFE: Duration = Duration::minutes(10);
/// Seconds that an access token lives; Google answers one less than an hour.
pub(crate) const ACCESS_TOKEN_SECONDS: i64 = 3_599;
/// Live refresh tokens per account and client; the oldest is dropped silently.
const MOST_REFRESH_TOKENS: usize = 100;

/// Codes and tokens of the one client, by account.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    /// Account → scopes that it has granted so far.
    consented: BTreeMap<String, Vec<String>>,
    codes: HashMap<String, Code>,
    /// The oldest first.
    refresh_tokens: Vec<RefreshToken>,
    /// Refresh token that was rotated away → account.
    spent: HashMap<String, String>,
    access_tokens: HashMap<String, AccessToken>,
}

#[derive(Serialize, Deserialize)]
struct Code {
    account: String,
    scopes: Vec<String>,
    redirect_uri: String,
    challenge: Option<String>,
    with_refresh_token: bool,
    expires_at: DateTime<Utc>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RefreshToken {
    token: String,
    account: String,
    scopes: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) account: String,
    pub(crate) scopes: Vec<String>,
    expires_at: DateTime<Utc>,
}

/// What the token endpoint answers.
#[derive(Serialize)]
pub(crate) struct TokenReply {
    access_token: String,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
    token_type: &'static str,
}

impl Grants {
    /// Notes the consent and makes the code for it; answers the code and the scopes it stands for.
    pub(crate) fn consent(
        &mut self,
        account: &str,
        request: &AuthorizationRequest,
        granted: Vec<String>,
        now: DateTime<Utc>,
    ) -> (String, Vec<String>) {
        let former = self.consented.entry(account.to_owned()).or_default();
        let with_refresh_token = request.offline && (request.prompts_consent || former.is_empty());
        let all = union(former, &granted);
        let scopes = if request.include_granted { all.clone() } else { granted };
        *former = all;
        let code = secret("4/0A");
        let entry = Code {
            account: account.to_owned(),
            scopes: scopes.clone(),
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.clone(),
            with_refresh_token,
            expires_at: now + CODE_LIFE,
        };
        self.codes.retain(|_, code| code.expires_at > now);
        self.codes.insert(code.clone(), entry);
        (code, scopes)
    }

    /// A code for tokens; only a successful exchange uses the code up.
    pub(crate) fn exchange(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<TokenReply, TokenError> {
        let entry = self.codes.get(code).ok_or_else(TokenError::bad_code)?;
        let bound = entry.redirect_uri == redirect_uri && proves(verifier, entry.challenge.as_deref());
        if !bound || entry.expires_at <= now {
            return Err(TokenError::bad_code());
        }
        let entry = self.codes.remove(code).ok_or_else(TokenError::bad_code)?;
        let refresh_token = entry.with_refresh_token.then(|| self.new_refresh_token(&entry.account, &entry.scopes));
        Ok(self.new_access_token(&entry.account, &entry.scopes, refresh_token, now))
    }

    /// A refresh token for a new access token, and for a new refresh token if rotation is on.
    pub(crate) fn refresh(
        &mut self,
        token: &str,
        rotation: Rotation,
        now: DateTime<Utc>,
    ) -> Result<TokenReply, TokenError> {
        let Some(held) = self.refresh_tokens.iter().find(|held| held.token == token).cloned() else {
            if rotation == Rotation::ReuseDetect
                && let Some(account) = self.spent.get(token).cloned()
            {
                self.revoke_account(&account);
            }
            return Err(TokenError::dead_grant());
        };
        let replacement = (rotation != Rotation::None).then(|| {
            self.refresh_tokens.retain(|other| other.token != token);
            self.spent.insert(token.to_owned(), held.account.clone());
            self.new_refresh_token(&held.account, &held.scopes)
        });
        Ok(self.new_access_token(&held.account, &held.scopes, replacement, now))
    }

    /// Ends the whole grant that the token, refresh or access, belongs to.
    pub(crate) fn revoke(&mut self, token: &str, now: DateTime<Utc>) -> Result<(), TokenError> {
        let by_refresh = self.refresh_tokens.iter().find(|held| held.token == token).map(|held| held.account.clone());
        let account = by_refresh
            .or_else(|| self.access(token, now).map(|access| access.account.clone()))
            .ok_or_else(TokenError::dead_token)?;
        self.revoke_account(&account);
        Ok(())
    }

    /// Whether the account has granted anything that was not ended.
    pub(crate) fn holds(&self, account: &str) -> bool {
        self.consented.contains_key(account)
    }

    /// Ends everything that the account granted.
    pub(crate) fn revoke_account(&mut self, account: &str) {
        self.consented.remove(account);
        self.codes.retain(|_, code| code.account != account);
        self.refresh_tokens.retain(|token| token.account != account);
        self.spent.retain(|_, owner| owner != account);
        self.access_tokens.retain(|_, token| token.account != account);
    }

    pub(crate) fn expire_access_tokens(&mut self) {
        self.access_tokens.clear();
    }

    /// The access token, if it is good at this time.
    pub(crate) fn access(&self, token: &str, now: DateTime<Utc>) -> Option<&AccessToken> {
        self.access_tokens.get(token).filter(|access| access.expires_at > now)
    }

    /// How many refresh tokens of the account are alive.
    pub(crate) fn live_refresh_tokens(&self, account: &str) -> usize {
        self.refresh_tokens.iter().filter(|token| token.account == account).count()
    }

    /// The account's refresh tokens, and whether each is alive; what was revoked is forgotten.
    pub(crate) fn refresh_tokens(&self, account: &str) -> Vec<(String, bool)> {
        let alive = self.refresh_tokens.iter().filter(|held| held.account == account);
        let spent = self.spent.iter().filter(|(_, owner)| *owner == account);
        let alive = alive.map(|held| (held.token.clone(), true));
        alive.chain(spent.map(|(token, _)| (token.clone(), false))).collect()
    }

    fn new_refresh_token(&mut self, account: &str, scopes: &[String]) -> String {
        let token = secret("1//0");
        self.refresh_tokens.push(RefreshToken {
            token: token.clone(),
            account: account.to_owned(),
            scopes: scopes.to_vec(),
        });
        if self.live_refresh_tokens(account) > MOST_REFRESH_TOKENS
            && let Some(oldest) = self.refresh_tokens.iter().position(|held| held.account == account)
        {
            self.refresh_tokens.remove(oldest);
        }
        token
    }

    fn new_access_token(
        &mut self,
        account: &str,
        scopes: &[String],
        refresh_token: Option<String>,
        now: DateTime<Utc>,
    ) -> TokenReply {
        let access_token = secret("ya29.a0");
        let expires_at = now + Duration::seconds(ACCESS_TOKEN_SECONDS);
        self.access_tokens.retain(|_, token| token.expires_at > now);
        self.access_tokens.insert(
            access_token.clone(),
            AccessToken { account: account.to_owned(), scopes: scopes.to_vec(), expires_at },
        );
        TokenReply {
            access_token,
            expires_in: ACCESS_TOKEN_SECONDS,
            refresh_token,
            scope: scopes.join(" "),
            token_type: "Bearer",
        }
    }
}

fn union(former: &[String], more: &[String]) -> Vec<String> {
    let new = more.iter().filter(|scope| !former.contains(scope));
    former.iter().chain(new).cloned().collect()
}

/// RFC 7636 §4.6. A verifier for a code without challenge proves nothing and is refused.
fn proves(verifier: Option<&str>, challenge: Option<&str>) -> bool {
    match (verifier, challenge) {
        (None, None) => true,
        (Some(verifier), Some(challenge)) => {
            URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes())) == challenge
        }
        _ => false,
    }
}
