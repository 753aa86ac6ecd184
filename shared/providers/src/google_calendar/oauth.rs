//! OAuth 2.0 at Google (google-calendar.md §1), on the `oauth2` crate over the sealed client.

use super::calls::Calls;
use super::errors::{TokenCall, is_revoked_already, token_refusal, unreadable_answer};
use super::scopes;
use crate::contract::*;
use crate::error::ProviderError;
use crate::http::{AnswerCap, BaseUrl, Client};
use bytes::Bytes;
use chrono::TimeDelta;
use domain::failure::FailureClass;
use http::{Request, StatusCode};
use oauth2::basic::{BasicClient, BasicTokenResponse, BasicTokenType};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use std::borrow::Cow;
use url::{Url, form_urlencoded};

/// What is kept of a grant.
#[derive(Deserialize)]
struct StoredCredential {
    refresh_token: RefreshToken,
}

fn store(refresh_token: &RefreshToken) -> Credential {
    Credential(serde_json::json!({ "refresh_token": refresh_token.secret() }).to_string().into())
}

fn stored(credential: &Credential) -> Result<RefreshToken, ProviderError> {
    serde_json::from_str::<StoredCredential>(credential.0.expose_secret())
        .map(|stored| stored.refresh_token)
        .map_err(|_| ProviderError::new(FailureClass::OurBug, "unreadable_credential"))
}

fn app(credentials: &AppCredentials) -> BasicClient {
    BasicClient::new(ClientId::new(credentials.client_id.clone()))
        .set_client_secret(ClientSecret::new(credentials.client_secret.expose_secret().to_owned()))
        .set_auth_type(AuthType::RequestBody)
}

/// The address of the consent page.
pub(super) fn authorize_url(base: &BaseUrl, request: &AuthorizeRequest<'_>) -> Url {
    let verifier = PkceCodeVerifier::new(request.verifier.expose_secret().to_owned());
    let state = CsrfToken::new(request.state.expose_secret().to_owned());
    let client = app(request.app)
        .set_auth_uri(AuthUrl::from_url(base.url().clone()))
        .set_redirect_uri(RedirectUrl::from_url(request.redirect_uri.clone()));
    let mut url = client
        .authorize_url(|| state)
        .add_scopes(scopes::REQUESTED.map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        // Without these two there is no refresh token, or none the second time.
        .add_extra_param("access_type", "offline")
        .add_extra_param("prompt", "consent")
        .add_extra_param("include_granted_scopes", "true");
    if let Some(hint) = request.login_hint {
        url = url.add_extra_param("login_hint", hint);
    }
    url.url().0
}

/// Exchanges the code. Sent once: the code may have been used up by an answer that was lost.
pub(super) async fn exchange(calls: &Calls, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
    let client = app(request.app).set_token_uri(TokenUrl::from_url(calls.endpoints.token.url().clone()));
    let redirect = RedirectUrl::from_url(request.redirect_uri.clone());
    let answer = client
        .exchange_code(AuthorizationCode::new(request.code.expose_secret().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(request.verifier.expose_secret().to_owned()))
        .set_redirect_uri(Cow::Owned(redirect))
        .request_async(&|request| send(calls.client.clone(), request, TokenCall::Exchange))
        .await
        .map_err(failed)?;
    let access = access(&answer)?;
    let refresh_token = answer
        .refresh_token()
        .filter(|token| !token.secret().is_empty())
        .ok_or_else(|| ProviderError::new(FailureClass::MissingPermission, "no_refresh_token"))?;
    // An answer without `scope` grants what was asked for (RFC 6749 §5.1).
    let scopes = granted(&answer).unwrap_or_else(|| scopes::REQUESTED.map(str::to_owned).into());
    Ok(Authorization { credential: store(refresh_token), access, scopes, consent_ends: None })
}

/// Fetches a new access token. Sent once: whether to try again is decided by the refresh protocol, which holds the lease.
pub(super) async fn refresh(
    calls: &Calls,
    credentials: &AppCredentials,
    credential: &Credential,
) -> Result<Refreshed, ProviderError> {
    let token = stored(credential)?;
    let client = app(credentials).set_token_uri(TokenUrl::from_url(calls.endpoints.token.url().clone()));
    let answer = client
        .exchange_refresh_token(&token)
        .request_async(&|request| send(calls.client.clone(), request, TokenCall::Refresh))
        .await
        .map_err(failed)?;
    let access = access(&answer)?;
    let new = answer.refresh_token().filter(|new| !new.secret().is_empty() && new.secret() != token.secret());
    Ok(Refreshed { credential: new.map(store), access, scopes: granted(&answer), consent_ends: None })
}

/// Ends the grant. May be repeated: the second answer says that it is over, which is what was wanted.
pub(super) async fn revoke(calls: &Calls, credential: &Credential) -> Result<(), ProviderError> {
    let token = stored(credential)?;
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("token", token.secret()).finish();
    let request = Request::post(calls.endpoints.revoke.url().as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .map_err(|_| unsendable())?;
    let answer = calls.client.send(request, AnswerCap::OAUTH).await?;
    match answer.status() {
        StatusCode::OK => Ok(()),
        _ if is_revoked_already(&answer) => Ok(()),
        _ => Err(token_refusal(&answer, TokenCall::Refresh)),
    }
}

/// The HTTP client of the `oauth2` crate. A refusal is classified here, where its status is still known.
async fn send(client: Client, request: HttpRequest, call: TokenCall) -> Result<HttpResponse, ProviderError> {
    let answer = client.send_once(request.map(Bytes::from), AnswerCap::OAUTH).await?;
    match answer.status() {
        StatusCode::OK => Ok(answer.map(Vec::from)),
        _ => Err(token_refusal(&answer, call)),
    }
}

/// No access token of Google lives longer than an hour; an answer that says more than a day is not believed.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// Keeps the class and drops the rest, which may quote the answer and with it a token.
fn failed<E: oauth2::ErrorResponse>(error: RequestTokenError<ProviderError, E>) -> ProviderError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            unreadable_answer()
        }
    }
}

fn access(answer: &BasicTokenResponse) -> Result<Access, ProviderError> {
    if *answer.token_type() != BasicTokenType::Bearer {
        return Err(ProviderError::new(FailureClass::OurBug, "unexpected_token_type"));
    }
    let expires_in = answer.expires_in().map(|time| TimeDelta::from_std(time).unwrap_or(LONGEST).min(LONGEST));
    Ok(Access { token: answer.access_token().secret().clone().into(), expires_in })
}

fn granted(answer: &BasicTokenResponse) -> Option<Vec<String>> {
    answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect())
}

fn unsendable() -> ProviderError {
    ProviderError::new(FailureClass::OurBug, "unsendable_request")
}
