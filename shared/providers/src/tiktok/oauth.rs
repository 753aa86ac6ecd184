//! TikTok's own kind of OAuth (tiktok-lead-ads.md §2): no `response_type`, no scopes and no PKCE in the consent page's
//! address, JSON in the exchange, and refusals within HTTP 200.

use super::accounts;
use super::calls::{Call, Calls, envelope, read};
use super::errors::{DUPLICATE, of_exchange};
use super::scopes;
use super::session::{Grant, account, in_order};
use super::wire::{Tokens, date};
use crate::contract::*;
use crate::error::ProviderError;
use crate::http::AnswerCap;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use http::Response;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

/// The longest answer that brings a token, in bytes: it may name thousands of ad accounts, and would be lost.
const WITH_ACCOUNTS: AnswerCap = AnswerCap(1024 * 1024);

/// The address of the consent page: the configured one with the application (unless it names one), the state and the
/// address to come back to. The portal's own text has examples of the last two, which are replaced.
pub(super) fn authorize_url(base: &Url, request: &AuthorizeRequest<'_>) -> Url {
    let ours = |name: &str| matches!(name, "state" | "redirect_uri");
    let kept: Vec<(String, String)> = base.query_pairs().into_owned().filter(|(name, _)| !ours(name)).collect();
    let mut url = base.clone();
    let mut query = url.query_pairs_mut();
    query.clear().extend_pairs(&kept);
    if !kept.iter().any(|(name, _)| name == "app_id") {
        query.append_pair("app_id", &request.app.client_id);
    }
    query.append_pair("state", request.state.expose_secret());
    query.append_pair("redirect_uri", request.redirect_uri.as_str());
    drop(query);
    url
}

/// Exchanges the code. Sent once: it can be used once, and an answer that was lost may have used it up. A code that is
/// refused is `Transient` with the code `invalid_grant`: the person starts again.
pub(super) async fn exchange(calls: &Calls, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
    let app = request.app;
    let code = request.code.expose_secret();
    let body = json!({ "app_id": app.client_id, "secret": app.client_secret.expose_secret(), "auth_code": code });
    let answer = calls.send_once(&Call::post("oauth2/access_token", body), WITH_ACCOUNTS).await?;
    let issued = Issued::read(&answer).map_err(of_exchange)?;
    let advertisers = match issued.advertisers.is_empty() {
        true => listed(calls, app, &issued.token).await.map_err(of_exchange)?,
        false => issued.advertisers.clone(),
    };
    let Some(account) = account(issued.open_id.clone(), &advertisers).filter(|_| !advertisers.is_empty()) else {
        forget(calls, app, &issued.token).await;
        return Err(accounts::none(FailureClass::MissingPermission));
    };
    let grant = issued.grant(account, advertisers);
    let access = grant.session(grant.advertisers.clone()).access(issued.lifetime);
    Ok(Authorization {
        credential: grant.credential(),
        access,
        scopes: issued.scopes,
        consent_ends: issued.consent_ends,
    })
}

/// The ad accounts of a token whose answer did not name them.
async fn listed(calls: &Calls, app: &AppCredentials, token: &SecretString) -> Result<Vec<String>, ProviderError> {
    match accounts::list(calls, app, token).await {
        Ok(listed) => Ok(listed.advertisers),
        Err(error) => {
            forget(calls, app, token).await;
            Err(error)
        }
    }
}

/// Ends a token that nobody will know of. What cannot be ended stays, as it would without the attempt.
async fn forget(calls: &Calls, app: &AppCredentials, token: &SecretString) {
    calls.send_once(&revocation(app, token), AnswerCap::OAUTH).await.ok();
}

/// Replaces a token that ends: both tokens are new. Sent once, and nothing is asked after it, for an answer that was
/// received must be kept whatever follows.
pub(super) async fn rotate(
    calls: &Calls,
    app: &AppCredentials,
    former: &Grant,
    refresh: &SecretString,
    advertisers: Vec<String>,
) -> Result<Refreshed, ProviderError> {
    let body = json!({
        "client_id": app.client_id,
        "client_secret": app.client_secret.expose_secret(),
        "grant_type": "refresh_token",
        "refresh_token": refresh.expose_secret(),
    });
    let answer = calls.send_once(&Call::post("tt_user/oauth2/refresh_token", body), WITH_ACCOUNTS).await?;
    let mut issued = Issued::read(&answer)?;
    // An answer without another refresh token leaves the former one.
    issued.refresh = issued.refresh.or_else(|| Some(refresh.clone()));
    let grant = issued.grant(former.account.clone(), advertisers);
    Ok(Refreshed {
        credential: Some(grant.credential()),
        access: grant.session(grant.advertisers.clone()).access(issued.lifetime),
        scopes: Some(issued.scopes).filter(|scopes| !scopes.is_empty()),
        consent_ends: issued.consent_ends,
    })
}

/// Ends the grant, of all its ad accounts. May be repeated; one that is dead already is what was wanted.
pub(super) async fn revoke(calls: &Calls, app: &AppCredentials, credential: &Credential) -> Result<(), ProviderError> {
    let grant = Grant::of(credential)?;
    let answer = calls.send(&revocation(app, &grant.token), AnswerCap::OAUTH).await?;
    match envelope(&answer).map(drop) {
        Err(error) if error.class == FailureClass::DeadCredentials || error.code == DUPLICATE => Ok(()),
        outcome => outcome,
    }
}

fn revocation(app: &AppCredentials, token: &SecretString) -> Call<'static> {
    let (secret, token) = (app.client_secret.expose_secret(), token.expose_secret());
    Call::post("oauth2/revoke_token", json!({ "app_id": app.client_id, "secret": secret, "access_token": token }))
}

/// What was issued. No `Debug`: it holds tokens.
struct Issued {
    token: SecretString,
    refresh: Option<SecretString>,
    open_id: Option<String>,
    advertisers: Vec<String>,
    scopes: Vec<String>,
    lifetime: Option<TimeDelta>,
    ends: Option<DateTime<Utc>>,
    consent_ends: Option<DateTime<Utc>>,
}

impl Issued {
    /// Times count from the answer's own `Date`. Of a token that ends, its consent ends with what can replace it.
    fn read(answer: &Response<Bytes>) -> Result<Self, ProviderError> {
        let tokens: Tokens = read(answer)?;
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let token =
            given(tokens.access_token).ok_or_else(|| ProviderError::new(FailureClass::OurBug, "unreadable_answer"))?;
        let refresh = given(tokens.refresh_token);
        let seconds = |number: Option<u64>| TimeDelta::try_seconds(i64::try_from(number?).ok()?);
        let lifetime = seconds(tokens.expires_in.number());
        let consent = match refresh {
            Some(_) => seconds(tokens.refresh_token_expires_in.number()),
            None => lifetime,
        };
        let now = date(answer.headers());
        let at = |after: Option<TimeDelta>| now?.checked_add_signed(after?);
        Ok(Self {
            ends: at(lifetime),
            consent_ends: at(consent),
            token: token.into(),
            refresh: refresh.map(SecretString::from),
            open_id: tokens.open_id,
            advertisers: in_order(tokens.advertiser_ids.into_iter().filter_map(|id| id.0)),
            scopes: scopes::granted(tokens.scope),
            lifetime,
        })
    }

    fn grant(&self, account: String, advertisers: Vec<String>) -> Grant {
        let (token, refresh) = (self.token.clone(), self.refresh.clone());
        Grant { token, refresh, ends: self.ends, account, advertisers }
    }
}
