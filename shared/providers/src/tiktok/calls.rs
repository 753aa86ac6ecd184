//! Calls of the API (tiktok-lead-ads.md §1).

use super::endpoints::Endpoints;
use super::errors::{is_success, not_reached, refusal, unreadable_answer};
use super::wire::Loose;
use crate::error::ProviderError;
use crate::http::{AnswerCap, Client};
use bytes::Bytes;
use domain::failure::FailureClass;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

/// Not `Authorization`, although the token's type is said to be `Bearer`.
const ACCESS_TOKEN: &str = "access-token";
/// Which part of the world's leads is meant; none is the world but Europe and the United States.
const REGION: &str = "x-lead-region";

/// The way to TikTok.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) client: Client,
    pub(super) endpoints: Endpoints,
}

/// One request. No `Debug`: it may hold the application's secret.
pub(super) struct Call<'a> {
    path: &'static str,
    query: Vec<(&'a str, String)>,
    body: Option<Value>,
    token: Option<&'a SecretString>,
    region: Option<&'static str>,
}

impl<'a> Call<'a> {
    /// A request that reads. `path` has no slash at its ends.
    pub(super) fn get(path: &'static str, query: Vec<(&'a str, String)>) -> Self {
        Self { path, query, body: None, token: None, region: None }
    }

    /// A request with JSON.
    pub(super) fn post(path: &'static str, body: Value) -> Self {
        Self { path, query: Vec::new(), body: Some(body), token: None, region: None }
    }

    /// The same with the access token.
    pub(super) fn with(self, token: &'a SecretString) -> Self {
        Self { token: Some(token), ..self }
    }

    /// The same for a region of leads.
    pub(super) fn of_region(self, region: Option<&'static str>) -> Self {
        Self { region, ..self }
    }

    fn request(&self, endpoints: &Endpoints) -> Result<Request<Bytes>, ProviderError> {
        let mut url = url(endpoints, self.path)?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let method = if self.body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(url.as_str());
        request = request.header(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = self.token {
            request = request.header(ACCESS_TOKEN, sensitive(token)?);
        }
        if let Some(region) = self.region {
            request = request.header(REGION, HeaderValue::from_static(region));
        }
        if self.body.is_some() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = self.body.as_ref().map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        request.body(body).map_err(|_| ProviderError::new(FailureClass::OurBug, "unsendable_request"))
    }
}

/// The address below the API's root. Without the slash at its end TikTok does not find it.
fn url(endpoints: &Endpoints, path: &str) -> Result<Url, ProviderError> {
    let below = endpoints.api.below(&path.split('/').collect::<Vec<_>>());
    let mut url = below.ok_or_else(|| ProviderError::new(FailureClass::OurBug, "unsendable_request"))?;
    url.set_path(&format!("{}/", url.path()));
    Ok(url)
}

/// The token as a header that no layer prints.
fn sensitive(token: &SecretString) -> Result<HeaderValue, ProviderError> {
    let mut value = HeaderValue::from_str(token.expose_secret())
        .map_err(|_| ProviderError::new(FailureClass::OurBug, "unusable_token"))?;
    value.set_sensitive(true);
    Ok(value)
}

impl Calls {
    /// Sends what may be repeated.
    pub(super) async fn send(&self, call: &Call<'_>, cap: AnswerCap) -> Result<Response<Bytes>, ProviderError> {
        Ok(self.client.send(call.request(&self.endpoints)?, cap).await?)
    }

    /// Sends what must not be repeated.
    pub(super) async fn send_once(&self, call: &Call<'_>, cap: AnswerCap) -> Result<Response<Bytes>, ProviderError> {
        Ok(self.client.send_once(call.request(&self.endpoints)?, cap).await?)
    }

    /// Sends what may be repeated, and reads the answer's `data`.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, ProviderError> {
        read(&self.send(call, AnswerCap::DATA).await?)
    }

    /// Sends what must not be repeated, and reads the answer's `data`.
    pub(super) async fn ask_once<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, ProviderError> {
        read(&self.send_once(call, AnswerCap::DATA).await?)
    }
}

/// What every answer of the API is wrapped in.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    code: Option<u64>,
    #[serde(default)]
    message: Loose,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    /// Where some answers of `/subscription/subscribe/` are said to have it.
    #[serde(default)]
    pub(super) subscription_id: Loose,
}

impl Envelope<'_> {
    /// The `data`; an absent one is an empty one.
    pub(super) fn data<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        serde_json::from_str(self.data.map_or("{}", RawValue::get)).map_err(|_| unreadable_answer())
    }
}

/// The answer's envelope, or the class of its refusal.
pub(super) fn envelope(answer: &Response<Bytes>) -> Result<Envelope<'_>, ProviderError> {
    let read: Option<Envelope<'_>> = serde_json::from_slice(answer.body()).ok();
    if answer.status().is_server_error() {
        return Err(not_reached(answer));
    }
    match read {
        Some(Envelope { code: Some(code), message, .. }) if !is_success(code) => {
            Err(refusal(code, message.0.as_deref().unwrap_or_default(), answer.headers()))
        }
        _ if !answer.status().is_success() => Err(not_reached(answer)),
        Some(envelope) if envelope.code.is_some() => Ok(envelope),
        _ => Err(unreadable_answer()),
    }
}

/// The answer's `data`, or the class of its refusal.
pub(super) fn read<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, ProviderError> {
    envelope(answer)?.data()
}
