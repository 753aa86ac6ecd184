//! Calls to the Graph API.

use super::endpoints::Endpoints;
use super::errors::{refusal, unreadable_answer};
use super::tokens::Key;
use super::wire;
use crate::error::ProviderError;
use crate::http::{AnswerCap, Client, bearer};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

/// The version that answered.
const ANSWERED_BY: HeaderName = HeaderName::from_static("facebook-api-version");
/// Entries of a page of a list.
pub(super) const LIMIT: usize = 100;
/// Pages that are read of a list at most: one that goes on repeats itself.
const MOST_PAGES: usize = 50;

/// Names and values of a query or a form.
pub(super) type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The way to Facebook.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) client: Client,
    pub(super) endpoints: Endpoints,
}

impl Calls {
    /// Fetches with retries. A refusal becomes its class; the headers are for the caller.
    pub(super) async fn get(
        &self,
        key: &Key,
        path: &[&str],
        query: Pairs<'_>,
    ) -> Result<Response<Bytes>, ProviderError> {
        let request = request(Some(key), Method::GET, self.url(path, query)?, None)?;
        self.granted(self.client.send(request, AnswerCap::DATA).await?)
    }

    /// Fetches and reads JSON.
    pub(super) async fn get_json<T: DeserializeOwned>(
        &self,
        key: &Key,
        path: &[&str],
        query: Pairs<'_>,
    ) -> Result<T, ProviderError> {
        read(&self.get(key, path, query).await?)
    }

    /// Every entry of a list.
    pub(super) async fn list(
        &self,
        key: &Key,
        path: &[&str],
        query: Pairs<'_>,
    ) -> Result<Vec<wire::Entry>, ProviderError> {
        let (mut entries, mut after) = (Vec::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            let limit = LIMIT.to_string();
            let mut query = [query, &[("limit", &limit)]].concat();
            query.extend(after.as_deref().map(|after| ("after", after)));
            let page: wire::List = self.get_json(key, path, &query).await?;
            let next = page.after(LIMIT);
            entries.extend(page.data);
            match next {
                None => return Ok(entries),
                Some(_) if next == after => break,
                next => after = next,
            }
        }
        Err(ProviderError::new(FailureClass::OurBug, "too_many_pages"))
    }

    /// Deletes, which may be repeated.
    pub(super) async fn delete(&self, key: &Key, path: &[&str]) -> Result<(), ProviderError> {
        let request = request(Some(key), Method::DELETE, self.url(path, &[])?, None)?;
        self.granted(self.client.send(request, AnswerCap::OAUTH).await?).map(drop)
    }

    /// Posts a form that may be repeated.
    pub(super) async fn put(
        &self,
        key: Option<&Key>,
        path: &[&str],
        form: Pairs<'_>,
    ) -> Result<Response<Bytes>, ProviderError> {
        let request = request(key, Method::POST, self.url(path, &[])?, Some(form))?;
        self.granted(self.client.send(request, AnswerCap::OAUTH).await?)
    }

    /// Posts a form once: what it does cannot be done twice.
    pub(super) async fn post_once(
        &self,
        key: Option<&Key>,
        path: &[&str],
        form: Pairs<'_>,
    ) -> Result<Response<Bytes>, ProviderError> {
        let request = request(key, Method::POST, self.url(path, &[])?, Some(form))?;
        self.granted(self.client.send_once(request, AnswerCap::OAUTH).await?)
    }

    /// The address in the pinned version; `ResourceNotFound` for an id that cannot stand in a path.
    fn url(&self, path: &[&str], query: Pairs<'_>) -> Result<Url, ProviderError> {
        let path = [&[self.endpoints.version.as_str()], path].concat();
        let url = self.endpoints.graph.below(&path);
        let mut url = url.ok_or_else(|| ProviderError::new(FailureClass::ResourceNotFound, "unusable_id"))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// The answer of the version that was asked for. An expired version is not refused but answered by another one,
    /// whose answers may mean something else.
    fn granted(&self, answer: Response<Bytes>) -> Result<Response<Bytes>, ProviderError> {
        let other = |version: &HeaderValue| version.as_bytes() != self.endpoints.version.as_bytes();
        if answer.headers().get(ANSWERED_BY).is_some_and(other) {
            return Err(ProviderError::new(FailureClass::OurConfiguration, "api_version"));
        }
        if answer.status().is_success() { Ok(answer) } else { Err(refusal(&answer)) }
    }
}

/// The token goes into a header, so that no address holds one; the proof is worth nothing without it.
fn request(
    key: Option<&Key>,
    method: Method,
    mut url: Url,
    form: Option<Pairs<'_>>,
) -> Result<Request<Bytes>, ProviderError> {
    let mut request = Request::builder().method(method).header(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(key) = key {
        url.query_pairs_mut().append_pair("appsecret_proof", &key.proof);
        request = request.header(AUTHORIZATION, bearer(&key.token)?);
    }
    if form.is_some() {
        request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    }
    let body = form.map(|form| form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish());
    let request = request.uri(url.as_str()).body(Bytes::from(body.unwrap_or_default()));
    request.map_err(|_| ProviderError::new(FailureClass::OurBug, "unsendable_request"))
}

/// The answer's JSON.
pub(super) fn read<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, ProviderError> {
    serde_json::from_slice(answer.body()).map_err(|_| unreadable_answer())
}

/// When the answer was given, by Facebook's own clock.
pub(super) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}
