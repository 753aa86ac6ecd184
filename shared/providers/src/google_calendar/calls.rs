//! Calls with a bearer token.

use super::endpoints::Endpoints;
use super::errors::{api_refusal, unreadable_answer};
use crate::contract::{Access, Identity};
use crate::error::ProviderError;
use crate::http::{AnswerCap, Client, bearer};
use bytes::Bytes;
use domain::failure::FailureClass;
use domain::ids::ProviderAccountId;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

/// Longest e-mail address that is shown, in characters (RFC 5321 §4.5.3.1).
const LONGEST_LABEL: usize = 320;

/// The way to Google.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) client: Client,
    pub(super) endpoints: Endpoints,
}

impl Calls {
    /// The address below the Calendar API's root; `ResourceNotFound` for an id that cannot stand in a path.
    pub(super) fn calendar_url(&self, segments: &[&str]) -> Result<Url, ProviderError> {
        let url = self.endpoints.calendar.below(segments);
        url.ok_or_else(|| ProviderError::new(FailureClass::ResourceNotFound, "notFound"))
    }

    /// Fetches with retries; whatever the answer is.
    pub(super) async fn get(
        &self,
        access: &Access,
        url: &Url,
        cap: AnswerCap,
    ) -> Result<Response<Bytes>, ProviderError> {
        Ok(self.client.send(request(access, Method::GET, url, None)?, cap).await?)
    }

    /// Fetches and reads JSON; a refusal becomes its class.
    pub(super) async fn get_json<T: DeserializeOwned>(
        &self,
        access: &Access,
        url: &Url,
        cap: AnswerCap,
    ) -> Result<T, ProviderError> {
        read(&self.get(access, url, cap).await?)
    }

    /// Who the access belongs to.
    pub(super) async fn identify(&self, access: &Access) -> Result<Identity, ProviderError> {
        let user: UserInfo = self.get_json(access, self.endpoints.userinfo.url(), AnswerCap::OAUTH).await?;
        let id = ProviderAccountId::parse(user.sub)
            .map_err(|_| ProviderError::new(FailureClass::OurBug, "unusable_subject"))?;
        let label = user.email.filter(|email| !email.is_empty()).unwrap_or_else(|| id.as_str().to_owned());
        Ok(Identity { id, label: label.chars().take(LONGEST_LABEL).collect() })
    }
}

/// A request with the access, and with JSON where it has a body.
pub(super) fn request(
    access: &Access,
    method: Method,
    url: &Url,
    body: Option<&Value>,
) -> Result<Request<Bytes>, ProviderError> {
    let mut request = Request::builder()
        .method(method)
        .uri(url.as_str())
        .header(AUTHORIZATION, bearer(&access.token)?)
        .header(ACCEPT, HeaderValue::from_static("application/json"));
    if body.is_some() {
        request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    request.body(body).map_err(|_| ProviderError::new(FailureClass::OurBug, "unsendable_request"))
}

/// The answer's JSON, or the class of its refusal.
pub(super) fn read<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, ProviderError> {
    if !answer.status().is_success() {
        return Err(api_refusal(answer));
    }
    serde_json::from_slice(answer.body()).map_err(|_| unreadable_answer())
}

/// OpenID Connect Core §5.3.2.
#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    email: Option<String>,
}
