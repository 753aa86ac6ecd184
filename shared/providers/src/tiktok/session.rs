//! What is kept of a grant, and what calls are made with.

use crate::contract::{Access, Credential};
use crate::error::ProviderError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::lead::Owner;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

/// Ad accounts that an access names at most, about 120 KB of the 200 that it may have. Those with the largest ids, the
/// newest, are left out beyond that.
const MOST_IN_ACCESS: usize = 5_000;
/// Ad accounts that a credential keeps at most, about 45 KB of the 60 that it may have.
const MOST_IN_CREDENTIAL: usize = 2_000;
/// An access is renewed at least so often: that is the daily check of a token which does not expire.
const LONGEST: TimeDelta = TimeDelta::days(1);
/// A token that ends earlier than this is replaced.
const MARGIN: TimeDelta = TimeDelta::hours(36);

/// What calls are made with. No `Debug`: it holds the token.
pub(super) struct Session {
    pub(super) token: SecretString,
    /// Who was connected: see [`account`].
    pub(super) account: String,
    /// The ad accounts, the smallest id first.
    pub(super) advertisers: Vec<String>,
}

#[derive(Deserialize)]
struct StoredSession {
    token: String,
    account: String,
    advertisers: Vec<String>,
}

impl Session {
    /// Reads an access.
    pub(super) fn of(access: &Access) -> Result<Self, ProviderError> {
        let stored: StoredSession = serde_json::from_str(access.token.expose_secret())
            .map_err(|_| ProviderError::new(FailureClass::OurBug, "unreadable_access"))?;
        Ok(Self { token: stored.token.into(), account: stored.account, advertisers: stored.advertisers })
    }

    /// The access, which lasts as long as the token does, but no longer than a day.
    pub(super) fn access(&self, lifetime: Option<TimeDelta>) -> Access {
        let advertisers = &self.advertisers[..self.advertisers.len().min(MOST_IN_ACCESS)];
        let token = self.token.expose_secret();
        let text = json!({ "token": token, "account": self.account, "advertisers": advertisers }).to_string();
        Access { token: text.into(), expires_in: Some(lifetime.unwrap_or(LONGEST).min(LONGEST)) }
    }
}

/// What must survive. No `Debug`: it holds tokens.
pub(super) struct Grant {
    pub(super) token: SecretString,
    /// Where TikTok gave one: then the token ends, and both are replaced.
    pub(super) refresh: Option<SecretString>,
    /// When the token ends, where that is known.
    pub(super) ends: Option<DateTime<Utc>>,
    pub(super) account: String,
    /// As they were when the token was received: after it was replaced there is no time to ask again.
    pub(super) advertisers: Vec<String>,
}

#[derive(Deserialize)]
struct StoredGrant {
    access_token: String,
    refresh_token: Option<String>,
    ends: Option<i64>,
    account: String,
    #[serde(default)]
    advertisers: Vec<String>,
}

impl Grant {
    /// Reads a credential.
    pub(super) fn of(credential: &Credential) -> Result<Self, ProviderError> {
        let stored: StoredGrant = serde_json::from_str(credential.0.expose_secret())
            .map_err(|_| ProviderError::new(FailureClass::OurBug, "unreadable_credential"))?;
        Ok(Self {
            token: stored.access_token.into(),
            refresh: stored.refresh_token.map(SecretString::from),
            ends: stored.ends.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            account: stored.account,
            advertisers: stored.advertisers,
        })
    }

    /// The credential. The ad accounts are kept only where they cannot be listed again in time.
    pub(super) fn credential(&self) -> Credential {
        let refresh = self.refresh.as_ref().map(ExposeSecret::expose_secret);
        let kept = if refresh.is_some() { self.advertisers.len().min(MOST_IN_CREDENTIAL) } else { 0 };
        let text = json!({
            "access_token": self.token.expose_secret(),
            "refresh_token": refresh,
            "ends": self.ends.map(|ends| ends.timestamp()),
            "account": self.account,
            "advertisers": &self.advertisers[..kept],
        });
        Credential(text.to_string().into())
    }

    /// What calls are made with, with these ad accounts.
    pub(super) fn session(&self, advertisers: Vec<String>) -> Session {
        Session { token: self.token.clone(), account: self.account.clone(), advertisers }
    }

    /// Whether the token is to be replaced now.
    pub(super) fn ends_soon(&self, now: Option<DateTime<Utc>>) -> bool {
        matches!((self.ends, now), (Some(ends), Some(now)) if ends - now < MARGIN)
    }
}

/// Who was connected: TikTok's `open_id` where it gives one, or else the numerically smallest ad account, the oldest of
/// those that were granted. Somebody who grants other accounts at a reconnect may thus be somebody else.
pub(super) fn account(open_id: Option<String>, advertisers: &[String]) -> Option<String> {
    open_id.filter(|id| !id.trim().is_empty()).or_else(|| advertisers.first().cloned())
}

/// The ids that can be ad accounts, each once, the numerically smallest first.
pub(super) fn in_order(ids: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.into_iter().filter(|id| Owner::new("advertiser", id).is_ok()).collect();
    ids.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    ids.dedup();
    ids
}
