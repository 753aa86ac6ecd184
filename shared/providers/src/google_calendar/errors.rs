//! Google's refusals as classes of the product (google-calendar.md §1 and §2). Only the body decides, and the status
//! where there is no body that can be read; never more than a code leaves this file.

use crate::error::ProviderError;
use crate::http::retry_after;
use bytes::Bytes;
use domain::failure::FailureClass;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

/// What was asked of the token endpoint; `invalid_grant` means something else for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenCall {
    /// The refused thing is the code: the flow starts again, a stored grant is as good as before.
    Exchange,
    /// The refused thing is the grant.
    Refresh,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
    error_subtype: Option<String>,
}

/// The class of a refusal of the token or revocation endpoint.
pub(super) fn token_refusal(answer: &Response<Bytes>, call: TokenCall) -> ProviderError {
    let refusal: Option<TokenRefusal> = serde_json::from_slice(answer.body()).ok();
    let class = by_status(answer.status())
        .or_else(|| Some(class_of_token_error(&refusal.as_ref()?.error, call)))
        .unwrap_or(FailureClass::OurBug);
    let code = refusal.map(|refusal| refusal.error_subtype.filter(|text| !text.is_empty()).unwrap_or(refusal.error));
    refused(answer, class, code.as_deref())
}

fn class_of_token_error(error: &str, call: TokenCall) -> FailureClass {
    match (error, call) {
        ("invalid_grant", TokenCall::Refresh) => FailureClass::DeadCredentials,
        ("invalid_grant", TokenCall::Exchange) => FailureClass::Transient,
        ("invalid_client" | "unauthorized_client", _) => FailureClass::OurConfiguration,
        ("internal_failure" | "server_error" | "temporarily_unavailable", _) => FailureClass::Transient,
        _ => FailureClass::OurBug,
    }
}

/// Whether the revocation endpoint says that the token is dead already.
pub(super) fn is_revoked_already(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::BAD_REQUEST
        && serde_json::from_slice::<TokenRefusal>(answer.body()).is_ok_and(|refusal| refusal.error == "invalid_token")
}

/// What an answer of the Calendar API says about why it refused.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Vec<Detail>,
    /// The newer form (google.rpc.ErrorInfo), beside or instead of `errors`.
    #[serde(default)]
    details: Vec<Detail>,
    status: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Detail {
    reason: Option<String>,
    location: Option<String>,
    message: Option<String>,
}

impl Refusal {
    /// The refusal in an answer; `None` where there is no envelope that can be read.
    fn read(answer: &Response<Bytes>) -> Option<Self> {
        let mut body: Value = serde_json::from_slice(answer.body()).ok()?;
        serde_json::from_value(body.get_mut("error")?.take()).ok()
    }

    fn reasons(&self) -> impl Iterator<Item = &str> {
        let details = self.errors.iter().chain(&self.details);
        details.filter_map(|detail| detail.reason.as_deref()).chain(self.status.as_deref())
    }
}

/// The class of a refusal of the Calendar API or of userinfo.
pub(super) fn api_refusal(answer: &Response<Bytes>) -> ProviderError {
    let refusal = Refusal::read(answer).unwrap_or_default();
    if answer.status() == StatusCode::UNAUTHORIZED && !refusal.reasons().any(is_about_our_address) {
        return ProviderError::new(FailureClass::DeadCredentials, "authError");
    }
    let known = refusal.reasons().find_map(|reason| Some((class_of(reason)?, reason)));
    let class = by_status(answer.status()).or(known.map(|(class, _)| class)).unwrap_or(FailureClass::OurBug);
    refused(answer, class, known.map(|(_, reason)| reason).or_else(|| refusal.reasons().next()))
}

/// Whether a refusal is about the address that notifications go to. The one for an unverified domain is a 401 that says
/// nothing about the grant.
fn is_about_our_address(reason: &str) -> bool {
    matches!(reason.trim_start_matches("push."), "webhookUrlUnauthorized" | "webhookUrlNotHttps")
}

/// Whether an answer says that Google never tells of changes of what was to be watched: calendars that it generates
/// (holidays, birthdays) and some rooms.
pub(super) fn is_unwatchable(answer: &Response<Bytes>) -> bool {
    let unsupported = |reason: &str| reason.trim_start_matches("push.") == "pushNotSupportedForRequestedResource";
    answer.status().is_client_error() && Refusal::read(answer).is_some_and(|refusal| refusal.reasons().any(unsupported))
}

/// The class that a reason stands for.
fn class_of(reason: &str) -> Option<FailureClass> {
    Some(match reason {
        "rateLimitExceeded"
        | "userRateLimitExceeded"
        | "quotaExceeded"
        | "dailyLimitExceeded"
        | "RATE_LIMIT_EXCEEDED" => FailureClass::RateLimited,
        "insufficientPermissions" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => FailureClass::MissingPermission,
        "accessNotConfigured" | "SERVICE_DISABLED" => FailureClass::OurConfiguration,
        reason if is_about_our_address(reason) => FailureClass::OurConfiguration,
        "requiredAccessLevel" | "forbidden" | "forbiddenForNonOrganizer" => FailureClass::PermanentConfiguration,
        "notFound" | "NOT_FOUND" => FailureClass::ResourceNotFound,
        // Answers to writes, which know better what to do about them.
        "duplicate" | "deleted" | "conditionNotMet" => FailureClass::PermanentRecord,
        // A sync token that expired is no failure (`cursor_expired`); without one, Google contradicts itself.
        "conflict" | "fullSyncRequired" | "updatedMinTooLongAgo" | "backendError" => FailureClass::Transient,
        _ => return None,
    })
}

/// Whether an answer to a page that was asked with a sync or page token says that the token is no longer good: any 410,
/// or a 400 about the token itself.
pub(super) fn cursor_expired(answer: &Response<Bytes>) -> bool {
    match answer.status() {
        StatusCode::GONE => true,
        StatusCode::BAD_REQUEST => {
            Refusal::read(answer).is_some_and(|refusal| refusal.errors.iter().any(is_about_a_token))
        }
        _ => false,
    }
}

fn is_about_a_token(detail: &Detail) -> bool {
    let location = detail.location.as_deref().unwrap_or_default();
    let message = detail.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    matches!(location, "pageToken" | "syncToken")
        || message.contains("invalid") && (message.contains("page token") || message.contains("sync token"))
}

/// What the status alone decides, whatever the body says: nothing that a server in trouble says is a verdict.
fn by_status(status: StatusCode) -> Option<FailureClass> {
    match status {
        status if status.is_server_error() => Some(FailureClass::Transient),
        StatusCode::REQUEST_TIMEOUT => Some(FailureClass::Transient),
        StatusCode::TOO_MANY_REQUESTS => Some(FailureClass::RateLimited),
        _ => None,
    }
}

/// The error with the provider's own code, or the status where the body names none (an HTML page, a redirect).
fn refused(answer: &Response<Bytes>, class: FailureClass, code: Option<&str>) -> ProviderError {
    let status = format!("http_{}", answer.status().as_u16());
    let code = code.filter(|code| is_word(code));
    ProviderError::new(class, code.unwrap_or(&status)).with_retry_after(retry_after(answer.headers()))
}

/// Whether a code is made as all of Google's are. A client secret is as short as a code may be, but begins with
/// `GOCSPX-`; and no token does without digits.
fn is_word(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.'))
}

/// An answer that was granted but cannot be understood.
pub(super) fn unreadable_answer() -> ProviderError {
    ProviderError::new(FailureClass::OurBug, "unreadable_answer")
}
