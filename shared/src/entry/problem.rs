//! Problem documents (RFC 9457): what went wrong, with a stable code, a sentence a customer understands and a remedy.

use domain::lifecycle::{ErrorReason, Refused};
use providers::Explanation;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// A request that was refused. Nothing was changed, unless the code says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: &'static str,
    /// The sentence.
    pub detail: String,
    /// What can be done about it.
    pub remedy: Option<String>,
    /// The provider's own words about it.
    pub explanation: Option<Box<Explanation>>,
    /// Our own mistake behind it, for the log only.
    pub cause: Option<String>,
}

/// The document's shape on the wire.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemDocument {
    /// `about:blank#code`: a stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status's own words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// A sentence a customer understands.
    pub detail: String,
    /// Stable code.
    pub code: String,
    /// What can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The provider's own words about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// The request's id, for support.
    pub request_id: String,
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

impl Problem {
    /// A problem that still lacks its remedy.
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), remedy: None, explanation: None, cause: None }
    }

    /// The same problem with a remedy.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The same problem with its cause, for the log only; it must hold no secret.
    pub fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// A request that cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, "bad_request", detail).remedy("Correct the request and send it again.")
    }

    /// A value that is understood and not allowed.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(422, code, detail)
    }

    /// No verified identity, or one that cannot be used.
    pub fn unauthenticated() -> Self {
        Self::new(401, "unauthenticated", "Sign in to continue.").remedy("Sign in again.")
    }

    /// The role is missing.
    pub fn unauthorized_access() -> Self {
        Self::new(403, "unauthorized_access", "Unauthorized Access")
            .remedy("Ask a Channels Administrator of your account.")
    }

    /// There is no such thing in this account.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, "not_found", format!("There is no such {what}."))
            .remedy("Go back to the list of integrations and choose from what is there.")
    }

    /// Another request changed the same integration at the same moment, again and again.
    pub fn busy() -> Self {
        Self::new(409, "busy", "The integration is being changed by somebody else right now.")
            .remedy("Try again in a moment.")
    }

    /// Something of ours does not work; `cause` goes to the log and must hold no secret.
    pub fn internal(cause: impl Into<String>) -> Self {
        let mut problem = Self::new(500, "internal", "Something went wrong on our side.");
        problem.cause = Some(cause.into());
        problem.remedy("Try again; if it stays, contact support with the request id.")
    }

    /// Something we stand on is unavailable for the moment.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        let mut problem = Self::new(503, "unavailable", "The service is not available for the moment.");
        problem.cause = Some(cause.into());
        problem.remedy("Try again in a moment.")
    }

    /// What puts an integration in Error, as the answer to a request: its sentence and its remedy.
    pub fn of_reason(reason: ErrorReason) -> Self {
        Self::new(422, reason.code(), reason.message()).remedy(reason.remedy())
    }

    /// The document for this request.
    pub fn document(&self, request_id: &str) -> Value {
        json!(ProblemDocument {
            kind: format!("about:blank#{}", self.code),
            title: title(self.status).into(),
            status: self.status,
            detail: self.detail.clone(),
            code: self.code.into(),
            remedy: self.remedy.clone(),
            explanation: self.explanation.as_deref().cloned(),
            request_id: request_id.into(),
        })
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::new(
            409,
            "illegal_transition",
            format!("This is not possible while the integration is {}.", refused.status),
        )
        .remedy("Open the integration again to see what is possible now.")
    }
}

impl From<domain::ids::InvalidId> for Problem {
    fn from(error: domain::ids::InvalidId) -> Self {
        Self::bad_request(format!("The request has something that is {error}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_never_in_the_document() {
        let document = Problem::internal("CANARY").document("r-1").to_string();
        assert!(!document.contains("CANARY"), "{document}");
        assert!(document.contains("r-1"));
    }
}
