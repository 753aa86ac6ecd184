//! What people have granted, and the codes and tokens that stand for it.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{refusal::Refusal, switches::TokenKind};
use crate::secrets::secret;

/// A code is good for one hour.
const CODE_LIFE: Duration = Duration::hours(1);
/// A refresh token is good for a year.
pub(crate) const REFRESH_TOKEN_SECONDS: i64 = 31_536_000;

/// Codes and grants of the one app.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    codes: HashMap<String, Code>,
    /// The oldest first. One person may have many: each connect makes one.
    grants: Vec<Grant>,
}

#[derive(Serialize, Deserialize)]
struct Code {
    choice: Choice,
    expires_at: DateTime<Utc>,
    used: bool,
}

/// What a person granted on the authorization page.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) person: String,
    pub(crate) accounts: Vec<String>,
    pub(crate) scopes: Vec<u32>,
}

/// A grant that is alive; revoked ones are forgotten.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// Opaque; subscriptions refer to it.
    pub(crate) id: String,
    pub(crate) person: String,
    pub(crate) accounts: Vec<String>,
    pub(crate) scopes: Vec<u32>,
    pub(crate) access_token: String,
    /// `None`: the token has no end.
    expires_at: Option<DateTime<Utc>>,
    refresh: Option<Refresh>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Refresh {
    token: String,
    expires_at: DateTime<Utc>,
}

impl Grant {
    pub(crate) fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    pub(crate) fn refresh_token(&self) -> Option<&str> {
        self.refresh.as_ref().map(|refresh| refresh.token.as_str())
    }

    /// Seconds until the access token ends.
    pub(crate) fn expires_in(&self, now: DateTime<Utc>) -> Option<i64> {
        self.expires_at.map(|end| (end - now).num_seconds())
    }

    fn renew(&mut self, kind: TokenKind, now: DateTime<Utc>) {
        self.access_token = secret("");
        if let TokenKind::Expiring { seconds } = kind {
            self.expires_at = Some(now + Duration::seconds(seconds));
            let expires_at = now + Duration::seconds(REFRESH_TOKEN_SECONDS);
            self.refresh = Some(Refresh { token: secret(""), expires_at });
        }
    }
}

impl Grants {
    /// A code for what was chosen.
    pub(crate) fn consent(&mut self, choice: Choice, now: DateTime<Utc>) -> String {
        let code = secret("");
        self.codes.insert(code.clone(), Code { choice, expires_at: now + CODE_LIFE, used: false });
        code
    }

    /// A code for a token, once.
    pub(crate) fn exchange(&mut self, code: &str, kind: TokenKind, now: DateTime<Utc>) -> Result<Grant, Refusal> {
        let code = self.codes.get_mut(code).ok_or_else(|| Refusal::of(40_110))?;
        if code.used {
            return Err(Refusal::of(40_101));
        }
        if code.expires_at <= now {
            return Err(Refusal::of(40_115));
        }
        code.used = true;
        let Choice { person, accounts, scopes } = code.choice.clone();
        let mut grant = Grant {
            id: secret(""),
            person,
            accounts,
            scopes,
            access_token: String::new(),
            expires_at: None,
            refresh: None,
        };
        grant.renew(kind, now);
        self.grants.push(grant.clone());
        Ok(grant)
    }

    /// A refresh token for new tokens, both; the former ones are dead at once.
    pub(crate) fn refresh(&mut self, token: &str, seconds: i64, now: DateTime<Utc>) -> Result<Grant, Refusal> {
        let held = self.grants.iter_mut().find(|grant| grant.refresh_token() == Some(token));
        let grant = held.ok_or_else(|| Refusal::of(40_107))?;
        if grant.refresh.as_ref().is_some_and(|refresh| refresh.expires_at <= now) {
            return Err(Refusal::of(40_103));
        }
        grant.renew(TokenKind::Expiring { seconds }, now);
        Ok(grant.clone())
    }

    pub(crate) fn of_access_token(&self, token: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.access_token == token)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.id == id)
    }

    /// Ends the one grant.
    pub(crate) fn revoke(&mut self, id: &str) {
        self.grants.retain(|grant| grant.id != id);
    }

    /// Ends everything that the person granted, codes that nobody has exchanged too.
    pub(crate) fn cancel(&mut self, person: &str) {
        self.codes.retain(|_, code| code.choice.person != person);
        self.grants.retain(|grant| grant.person != person);
    }

    /// Access tokens that can be refreshed are over now; the others have no end.
    pub(crate) fn expire_access_tokens(&mut self, now: DateTime<Utc>) {
        self.grants.iter_mut().filter(|grant| grant.refresh.is_some()).for_each(|grant| grant.expires_at = Some(now));
    }

    pub(crate) fn expire_refresh_tokens(&mut self, now: DateTime<Utc>) {
        self.grants.iter_mut().filter_map(|grant| grant.refresh.as_mut()).for_each(|one| one.expires_at = now);
    }

    /// How many grants of the person are alive.
    pub(crate) fn count(&self, person: &str) -> usize {
        self.grants.iter().filter(|grant| grant.person == person).count()
    }
}
