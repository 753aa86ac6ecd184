//! Google's two error envelopes: the API's, and the token endpoint's of RFC 6749 §5.2.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::parameters::Wrong;

/// An error of the Calendar API. Callers decide on `reason`, not on the status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {reason}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// Such as `global`, `calendar`, `usageLimits`.
    pub domain: &'static str,
    /// Such as `notFound`, `fullSyncRequired`.
    pub reason: &'static str,
    /// For people.
    pub message: String,
    /// Where the mistake is: `parameter` or `header`, and its name.
    pub location: Option<(&'static str, String)>,
}

impl ApiError {
    fn new(status: u16, domain: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self { status, domain, reason, message: message.into(), location: None }
    }

    fn at(self, kind: &'static str, name: impl Into<String>) -> Self {
        Self { location: Some((kind, name.into())), ..self }
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(401, "global", "authError", "Invalid Credentials").at("header", "Authorization")
    }

    pub(crate) fn missing_scope() -> Self {
        let message = "Request had insufficient authentication scopes.";
        Self::new(403, "global", "insufficientPermissions", message)
    }

    pub(crate) fn read_only() -> Self {
        let message = "You need to have writer access to this calendar.";
        Self::new(403, "calendar", "requiredAccessLevel", message)
    }

    pub(crate) fn throttled() -> Self {
        Self::new(403, "usageLimits", "userRateLimitExceeded", "User Rate Limit Exceeded")
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::new(429, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "global", "notFound", "Not Found")
    }

    pub(crate) fn duplicate() -> Self {
        Self::new(409, "global", "duplicate", "The requested identifier already exists.")
    }

    pub(crate) fn deleted() -> Self {
        Self::new(410, "global", "deleted", "Resource has been deleted")
    }

    pub(crate) fn full_sync_required() -> Self {
        let message = "Sync token is no longer valid, a full sync is required.";
        Self::new(410, "calendar", "fullSyncRequired", message).at("parameter", "syncToken")
    }

    pub(crate) fn condition_not_met() -> Self {
        Self::new(412, "global", "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    pub(crate) fn invalid(parameter: &str, message: impl Into<String>) -> Self {
        Self::new(400, "global", "invalid", message).at("parameter", parameter)
    }

    pub(crate) fn required(message: &str) -> Self {
        Self::new(400, "global", "required", message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "global", "badRequest", message)
    }

    pub(crate) fn push_not_supported() -> Self {
        let message = "Push notifications are not supported by this resource.";
        Self::new(400, "calendar", "pushNotSupportedForRequestedResource", message)
    }

    pub(crate) fn channel_id_not_unique(id: &str) -> Self {
        Self::new(400, "push", "channelIdNotUnique", format!("Channel id {id} not unique"))
    }

    pub(crate) fn not_https(address: &str) -> Self {
        Self::new(400, "push", "webhookUrlNotHttps", format!("WebHook callback must be HTTPS: {address}"))
    }

    pub(crate) fn channel_not_found(id: &str) -> Self {
        Self::new(404, "global", "notFound", format!("Channel '{id}' not found for project 'sandbox'"))
    }

    pub(crate) fn backend() -> Self {
        Self::new(500, "global", "backendError", "Backend Error")
    }

    fn envelope(&self) -> Value {
        let mut item = json!({ "domain": self.domain, "reason": self.reason, "message": self.message });
        if let Some((kind, name)) = &self.location {
            item["locationType"] = json!(kind);
            item["location"] = json!(name);
        }
        let mut error = json!({ "code": self.status, "message": self.message, "errors": [item] });
        if let Some(status) = self.canonical_status() {
            error["status"] = json!(status);
        }
        if self.reason == "insufficientPermissions" {
            error["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
                "metadata": { "service": "calendar-json.googleapis.com" }
            }]);
        }
        json!({ "error": error })
    }

    /// Only what Google's front door refuses has a canonical status; the Calendar service itself sends none.
    fn canonical_status(&self) -> Option<&'static str> {
        match self.reason {
            "authError" => Some("UNAUTHENTICATED"),
            "insufficientPermissions" => Some("PERMISSION_DENIED"),
            "badRequest" => Some("INVALID_ARGUMENT"),
            _ => None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.envelope())).into_response()
    }
}

/// An error of the token, revocation or userinfo endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {error}: {description}")]
pub(crate) struct TokenError {
    status: u16,
    error: &'static str,
    description: String,
}

impl TokenError {
    fn new(status: u16, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into() }
    }

    pub(crate) fn unknown_client() -> Self {
        Self::new(401, "invalid_client", "The OAuth client was not found.")
    }

    pub(crate) fn wrong_secret() -> Self {
        Self::new(401, "invalid_client", "The provided client secret is invalid.")
    }

    /// The code is unknown, used, expired, or bound to another client, redirect address or verifier.
    pub(crate) fn bad_code() -> Self {
        Self::new(400, "invalid_grant", "Bad Request")
    }

    pub(crate) fn dead_grant() -> Self {
        Self::new(400, "invalid_grant", "Token has been expired or revoked.")
    }

    pub(crate) fn unsupported_grant_type(given: &str) -> Self {
        Self::new(400, "unsupported_grant_type", format!("Invalid grant_type: {given}"))
    }

    pub(crate) fn dead_token() -> Self {
        Self::new(400, "invalid_token", "Token expired or revoked")
    }

    pub(crate) fn userinfo_unauthenticated() -> Self {
        Self::new(401, "invalid_request", "Invalid Credentials")
    }

    pub(crate) fn userinfo_scope() -> Self {
        Self::new(403, "access_denied", "Insufficient scope")
    }

    /// What a switched fault of this status looks like at the token endpoint.
    pub(crate) fn from_fault(status: u16) -> Self {
        match status {
            401 => Self::wrong_secret(),
            403 | 429 => Self::new(status, "rate_limit_exceeded", "Rate Limit Exceeded"),
            _ => Self::new(status, "internal_failure", "Backend Error"),
        }
    }
}

impl From<Wrong> for TokenError {
    fn from(wrong: Wrong) -> Self {
        let description = match wrong {
            Wrong::Missing(name) => format!("Missing required parameter: {name}"),
            Wrong::Repeated(name) => format!("Parameter given more than once: {name}"),
        };
        Self::new(400, "invalid_request", description)
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({ "error": self.error, "error_description": self.description });
        (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
