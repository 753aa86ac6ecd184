//! The dialog, the three steps to a long-lived token, and what keeps it alive (facebook-lead-ads.md §1). There is no
//! refresh token: the long-lived token is itself what is exchanged for the next one.

use super::calls::{Calls, date, read};
use super::errors::{about_our_secret, about_the_app, about_the_code, dead_token, unreadable_answer};
use super::tokens::{Grant, Holder, Key, Keys, token};
use super::{pages, scopes, wire};
use crate::contract::*;
use crate::error::ProviderError;
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// A refresh takes no longer, retries included: its lease ends soon after.
const REFRESH_WITHIN: Duration = Duration::from_secs(10);
/// A token with less time than this from its receipt is a short-lived one.
const SHORT: i64 = 24 * 60 * 60;
/// A new end that is nearer to the known one than this is the known one: a token that was given back as it is.
const SAME_END: i64 = 24 * 60 * 60;

/// The address of the dialog. A permission that was declined once is asked for again only with `rerequest`, and nobody
/// knows here whether it was; a person who declined nothing sees no difference. PKCE is not documented for this flow.
pub(super) fn authorize_url(calls: &Calls, request: &AuthorizeRequest<'_>) -> Result<Url, ProviderError> {
    let endpoints = &calls.endpoints;
    let url = endpoints.dialog.below(&[&endpoints.version, "dialog", "oauth"]);
    let mut url = url.ok_or_else(|| ProviderError::new(FailureClass::OurConfiguration, "unusable_dialog"))?;
    let mut query = url.query_pairs_mut();
    query
        .append_pair("client_id", &request.app.client_id)
        .append_pair("redirect_uri", request.redirect_uri.as_str())
        .append_pair("state", request.state.expose_secret())
        .append_pair("response_type", "code")
        .append_pair("auth_type", "rerequest");
    match &endpoints.login_config {
        // The configuration lists the permissions, and decides whose token it is.
        Some(id) => query.append_pair("config_id", id).append_pair("override_default_response_type", "true"),
        None => query.append_pair("scope", &scopes::REQUESTED.join(",")),
    };
    drop(query);
    Ok(url)
}

/// Exchanges the code, which is sent once, then the short-lived token for a long-lived one, and lists what it opens.
/// Nothing that is refused here says anything about a stored grant.
pub(super) async fn exchange(calls: &Calls, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
    authorization(calls, request).await.map_err(about_our_secret).map_err(|error| match error.class {
        FailureClass::DeadCredentials => ProviderError { class: FailureClass::Transient, ..error },
        _ => error,
    })
}

async fn authorization(calls: &Calls, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
    let app = request.app;
    let form = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.expose_secret()),
        ("redirect_uri", request.redirect_uri.as_str()),
        ("code", request.code.expose_secret()),
    ];
    let answer = calls.post_once(None, &TOKEN, &form).await.map_err(about_the_code)?;
    let first = Received::read(&answer)?;
    // Configurations of Facebook Login for Business may bring a token that lasts at once.
    let received = if first.is_short() { prolonged(calls, app, &first.token).await? } else { first };
    let key = Key::new(app, received.token.clone());
    let (seen, scopes, pages) =
        tokio::try_join!(inspect(calls, app, &key.token), granted(calls, &key), pages::holders(calls, app, &key))?;
    let grant = received.grant(&seen.user);
    let access = Keys { user: Holder { id: seen.user, key }, pages }.access()?;
    Ok(Authorization { credential: grant.credential()?, access, scopes, consent_ends: seen.consent_ends })
}

/// Checks the token and lists the pages anew; in the last quarter of its time the token is exchanged for another one.
/// A page that is no longer listed is missing from the access; a token that is not valid is the end of the grant.
/// Cutting it off loses nothing: the former token stays as good as it was.
pub(super) async fn refresh(
    calls: &Calls,
    app: &AppCredentials,
    credential: &Credential,
) -> Result<Refreshed, ProviderError> {
    let refreshing = refreshed(calls, app, Grant::of(credential)?);
    let in_time = tokio::time::timeout(REFRESH_WITHIN, refreshing).await;
    let refreshed = in_time.unwrap_or_else(|_| Err(ProviderError::new(FailureClass::Transient, "timeout")));
    refreshed.map_err(about_our_secret)
}

async fn refreshed(calls: &Calls, app: &AppCredentials, grant: Grant) -> Result<Refreshed, ProviderError> {
    let seen = inspect(calls, app, &grant.token).await?;
    let newer = match is_old(&grant, &seen) {
        true => Some(prolonged(calls, app, &grant.token).await?.grant(&seen.user)).filter(|new| is_newer(new, &grant)),
        false => None,
    };
    let key = Key::new(app, newer.as_ref().unwrap_or(&grant).token.clone());
    let pages = pages::holders(calls, app, &key).await?;
    let access = Keys { user: Holder { id: seen.user, key }, pages }.access()?;
    let credential = newer.as_ref().map(Grant::credential).transpose()?;
    Ok(Refreshed { credential, access, scopes: seen.scopes, consent_ends: seen.consent_ends })
}

/// Removes the application from the person's account. One that is removed already, or whose token is dead, is a success.
pub(super) async fn revoke(calls: &Calls, app: &AppCredentials, credential: &Credential) -> Result<(), ProviderError> {
    let grant = Grant::of(credential)?;
    let removed = calls.delete(&Key::new(app, grant.token), &[&grant.user, "permissions"]).await;
    match removed.map_err(about_our_secret) {
        Err(error) if error.class == FailureClass::DeadCredentials => Ok(()),
        removed => removed,
    }
}

const TOKEN: [&str; 2] = ["oauth", "access_token"];

/// A token as it was received.
struct Received {
    token: SecretString,
    at: Option<DateTime<Utc>>,
    expires_in: Option<i64>,
}

impl Received {
    fn read(answer: &http::Response<bytes::Bytes>) -> Result<Self, ProviderError> {
        let read: wire::TokenAnswer = read(answer)?;
        if read.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err(ProviderError::new(FailureClass::OurBug, "unexpected_token_type"));
        }
        let token = token(read.access_token).ok_or_else(unreadable_answer)?;
        let expires_in = read.expires_in.filter(|seconds| *seconds > 0);
        Ok(Self { token, at: date(answer.headers()), expires_in })
    }

    fn is_short(&self) -> bool {
        self.expires_in.is_some_and(|seconds| seconds <= SHORT)
    }

    /// What is kept of it.
    fn grant(self, user: &str) -> Grant {
        let received = self.at.map(|at| at.timestamp());
        let ends = received.zip(self.expires_in).map(|(at, lasts)| at.saturating_add(lasts));
        Grant { user: user.to_owned(), issued_at: ends.and(received), expires_at: ends, token: self.token }
    }
}

/// A token of about 60 days for this one. May be repeated.
async fn prolonged(calls: &Calls, app: &AppCredentials, token: &SecretString) -> Result<Received, ProviderError> {
    let form = [
        ("grant_type", "fb_exchange_token"),
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.expose_secret()),
        ("fb_exchange_token", token.expose_secret()),
    ];
    Received::read(&calls.put(None, &TOKEN, &form).await?)
}

/// Whether three quarters of the token's time have passed, 45 days of 60. Where its own answer did not say how long it
/// lasts, what Facebook says of it now counts. Without a clock to tell, it is exchanged: once too often costs a call,
/// once too seldom the grant.
fn is_old(grant: &Grant, seen: &Inspection) -> bool {
    let Some(ends) = grant.expires_at.or(seen.expires_at) else { return false };
    let Some((issued, now)) = grant.issued_at.or(seen.issued_at).zip(seen.at) else { return true };
    let lasts = ends.saturating_sub(issued);
    now.timestamp() >= issued.saturating_add(lasts - lasts / 4)
}

/// Facebook may give a long-lived token back as it is: then nothing is stored, and it is asked again tomorrow.
fn is_newer(new: &Grant, former: &Grant) -> bool {
    let later = match (new.expires_at, former.expires_at) {
        (Some(new), Some(former)) => new.saturating_sub(former) > SAME_END,
        (new, former) => new != former,
    };
    later || new.token.expose_secret() != former.token.expose_secret()
}

/// What Facebook says of a token.
struct Inspection {
    user: String,
    issued_at: Option<i64>,
    expires_at: Option<i64>,
    consent_ends: Option<DateTime<Utc>>,
    scopes: Option<Vec<String>>,
    /// When it said so.
    at: Option<DateTime<Utc>>,
}

/// Asks with the application's own token. The token stands in the address: the endpoint takes it nowhere else, and no
/// address is logged.
async fn inspect(calls: &Calls, app: &AppCredentials, token: &SecretString) -> Result<Inspection, ProviderError> {
    let query = [("input_token", token.expose_secret())];
    let answer = calls.get(&Key::of_app(app), &["debug_token"], &query).await.map_err(about_the_app)?;
    let wire::DebugAnswer { data } = read(&answer)?;
    if !data.is_valid {
        let (code, subcode) = data.error.map_or((None, None), |error| (error.code, error.subcode));
        return Err(dead_token(code.as_ref(), subcode.as_ref()));
    }
    if data.app_id.is_some_and(|id| id.as_str() != app.client_id) {
        return Err(ProviderError::new(FailureClass::OurConfiguration, "another_app"));
    }
    let given = |instant: Option<i64>| instant.filter(|instant| *instant > 0);
    Ok(Inspection {
        user: data.user_id.ok_or_else(unreadable_answer)?.into(),
        issued_at: given(data.issued_at),
        expires_at: given(data.expires_at),
        consent_ends: given(data.data_access_expires_at).and_then(|ends| DateTime::from_timestamp(ends, 0)),
        scopes: data.scopes.filter(|scopes| !scopes.is_empty()),
        at: date(answer.headers()),
    })
}

/// The permissions that were really granted; one may also be declined or expired.
async fn granted(calls: &Calls, key: &Key) -> Result<Vec<String>, ProviderError> {
    let permissions = calls.list(key, &["me", "permissions"], &[]).await?;
    let permissions = permissions.iter().filter_map(wire::Entry::read::<wire::Permission>);
    Ok(permissions.filter(|entry| entry.status == "granted").map(|entry| entry.permission).collect())
}
