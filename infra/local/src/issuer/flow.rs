//! The code flow: what was asked for, the codes, and who may redeem them.

use super::members::Member;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngCore;
use rand::rngs::OsRng;
use ring::digest;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// How long a code can be redeemed.
const CODE_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// An authorization request.
#[derive(Debug, Clone, Deserialize, Default)]
pub(super) struct Request {
    #[serde(default)]
    pub(super) response_type: String,
    #[serde(default)]
    pub(super) client_id: String,
    #[serde(default)]
    pub(super) redirect_uri: String,
    #[serde(default)]
    pub(super) scope: String,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    #[serde(default)]
    pub(super) code_challenge: String,
    #[serde(default)]
    pub(super) code_challenge_method: String,
}

impl Request {
    /// Why the request cannot be served, in words for a developer. Nothing is sent to an address that was not checked.
    pub(super) fn problem(&self, client: &str) -> Option<&'static str> {
        if self.client_id != client {
            return Some("the client is not known");
        }
        if !on_this_machine(&self.redirect_uri) {
            return Some("the redirect URI is not on this machine");
        }
        if self.response_type != "code" {
            return Some("only the code flow is supported");
        }
        if self.code_challenge_method != "S256" || self.code_challenge.len() != 43 {
            return Some("PKCE with S256 is required");
        }
        None
    }

    /// Where the browser goes with a code.
    pub(super) fn redirect(&self, code: &str) -> Option<Url> {
        let mut url = Url::parse(&self.redirect_uri).ok()?;
        url.query_pairs_mut().append_pair("code", code);
        if let Some(state) = &self.state {
            url.query_pairs_mut().append_pair("state", state);
        }
        Some(url)
    }
}

fn on_this_machine(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    url.scheme() == "http" && url.host_str().is_some_and(|host| ["127.0.0.1", "localhost", "[::1]"].contains(&host))
}

/// What a code stands for.
pub(super) struct Grant {
    pub(super) request: Request,
    pub(super) member: Member,
    expires: DateTime<Utc>,
}

/// Codes that were given out.
#[derive(Default)]
pub(super) struct Codes(Mutex<HashMap<String, Grant>>);

impl Codes {
    pub(super) fn issue(&self, request: Request, member: Member, now: DateTime<Utc>) -> String {
        let mut bytes = [0_u8; 24];
        OsRng.fill_bytes(&mut bytes);
        let code = URL_SAFE_NO_PAD.encode(bytes);
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, grant| grant.expires > now);
        codes.insert(code.clone(), Grant { request, member, expires: now + CODE_LIFETIME });
        code
    }

    /// Redeems a code: once, in time, by whoever has the verifier.
    pub(super) fn redeem(&self, code: &str, verifier: &str, redirect_uri: &str, now: DateTime<Utc>) -> Option<Grant> {
        let grant = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(code)?;
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        let valid = grant.expires > now
            && grant.request.code_challenge == challenge
            && grant.request.redirect_uri == redirect_uri;
        valid.then_some(grant)
    }
}
