//! Facebook's refusals as classes of the product (facebook-lead-ads.md §2). Nearly all come with the status 400: the
//! code in the body decides. Never more than the code leaves this file.

use super::usage::asked_wait;
use super::wire::{Id, lax};
use crate::error::ProviderError;
use bytes::Bytes;
use chrono::TimeDelta;
use domain::failure::FailureClass;
use http::{Response, StatusCode};
use serde::Deserialize;

/// The code of what is not visible with this token, deleted or of another kind; Facebook does not say which.
pub(super) const UNSEEN: &str = "100.33";
/// The redirect URI was not that of the dialog (subcode of a refused code).
const OTHER_REDIRECT: &str = "100.36008";
/// The proof was made with a secret that is not the application's any more.
const STALE_PROOF: &str = "stale_proof";
/// After a block for a breach of policy.
const BLOCKED: TimeDelta = TimeDelta::hours(24);

#[derive(Deserialize)]
struct Envelope {
    error: Refusal,
}

/// What an answer says about why it refused.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default, deserialize_with = "lax")]
    code: Option<Id>,
    #[serde(default, deserialize_with = "lax")]
    error_subcode: Option<Id>,
    #[serde(default, deserialize_with = "lax")]
    is_transient: Option<bool>,
    #[serde(default, deserialize_with = "lax")]
    message: Option<String>,
}

impl Refusal {
    fn number(&self) -> Option<u64> {
        self.code.as_ref()?.as_str().parse().ok()
    }

    /// `190.458`, or `190` without a subcode.
    fn code(&self) -> Option<String> {
        let (code, sub) =
            (self.number()?, self.error_subcode.as_ref().and_then(|sub| sub.as_str().parse::<u64>().ok()));
        Some(sub.map_or_else(|| code.to_string(), |sub| format!("{code}.{sub}")))
    }

    /// What nothing but the message tells. 190 also says that a user's token was sent where a page's belongs, and the
    /// grant is well. 100 also says that a proof is wrong: after the application's secret was replaced, access of
    /// before is as good as expired.
    fn told_by_message(&self) -> Option<ProviderError> {
        let says = |text: &str| self.message.as_deref().is_some_and(|message| message.contains(text));
        let (class, code) = match self.number()? {
            190 if says("must be called with a Page Access Token") => (FailureClass::OurBug, "wrong_token_kind"),
            100 if says("Invalid appsecret_proof") => (FailureClass::DeadCredentials, STALE_PROOF),
            _ => return None,
        };
        Some(ProviderError::new(class, code))
    }
}

/// The class of a refusal.
pub(super) fn refusal(answer: &Response<Bytes>) -> ProviderError {
    let refusal = serde_json::from_slice(answer.body()).map(|envelope: Envelope| envelope.error).unwrap_or_default();
    if let Some(error) = refusal.told_by_message() {
        return error;
    }
    let (class, status) = (class(&refusal, answer.status()), format!("http_{}", answer.status().as_u16()));
    let error = ProviderError::new(class, refusal.code().as_deref().unwrap_or(&status));
    match refusal.number() {
        Some(368) => error.with_retry_after(Some(BLOCKED)),
        _ => error.with_retry_after(asked_wait(answer.headers())),
    }
}

/// A rate limit is one whatever else is said of it; nothing that a server in trouble says is a verdict.
fn class(refusal: &Refusal, status: StatusCode) -> FailureClass {
    let known = refusal.number().and_then(|code| class_of(code, refusal.code().as_deref() == Some(UNSEEN)));
    let in_trouble = status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT;
    match known {
        Some(FailureClass::RateLimited) => FailureClass::RateLimited,
        _ if in_trouble || refusal.is_transient == Some(true) => FailureClass::Transient,
        Some(class) => class,
        None if status == StatusCode::TOO_MANY_REQUESTS => FailureClass::RateLimited,
        None => FailureClass::OurBug,
    }
}

/// The class that a code stands for.
fn class_of(code: u64, unseen: bool) -> Option<FailureClass> {
    Some(match code {
        190 | 102 => FailureClass::DeadCredentials,
        10 | 200..=299 => FailureClass::MissingPermission,
        // A capability that App Review has not granted; an application that does not exist.
        3 | 101 => FailureClass::OurConfiguration,
        // Blocked for a breach of policy: somebody has to look, and nobody asks for a day.
        368 => FailureClass::OurConfiguration,
        100 if unseen => FailureClass::ResourceNotFound,
        803 => FailureClass::ResourceNotFound,
        100 | 2500 => FailureClass::OurBug,
        1 | 2 => FailureClass::Transient,
        4 | 17 | 32 | 341 | 613 | 80_000..=80_014 => FailureClass::RateLimited,
        506 => FailureClass::PermanentRecord,
        _ => return None,
    })
}

/// The same about a code that was to be exchanged: the person starts again, and no stored grant is suspected.
pub(super) fn about_the_code(error: ProviderError) -> ProviderError {
    let class = match error.class {
        FailureClass::DeadCredentials => FailureClass::Transient,
        FailureClass::OurBug if is_a_parameter(&error.code) && error.code != OTHER_REDIRECT => FailureClass::Transient,
        class => class,
    };
    ProviderError { class, ..error }
}

/// The same about a call with the application's own token: what is dead is our secret, not the person's grant.
pub(super) fn about_the_app(error: ProviderError) -> ProviderError {
    match error.class {
        FailureClass::DeadCredentials => ProviderError { class: FailureClass::OurConfiguration, ..error },
        _ => error,
    }
}

/// The same about a call whose proof was made with the secret as it is now: what is wrong is that secret.
pub(super) fn about_our_secret(error: ProviderError) -> ProviderError {
    match error.code.as_str() {
        STALE_PROOF => ProviderError { class: FailureClass::OurConfiguration, ..error },
        _ => error,
    }
}

/// The same about a lead: one that is not visible says nothing about its form.
pub(super) fn about_a_lead(error: ProviderError) -> ProviderError {
    match error.class {
        FailureClass::ResourceNotFound => ProviderError { class: FailureClass::PermanentRecord, ..error },
        _ => error,
    }
}

/// Whether a page that was asked with a cursor was refused for the cursor: a parameter is wrong, and no other one
/// changes from page to page.
pub(super) fn is_about_the_cursor(error: &ProviderError) -> bool {
    error.class == FailureClass::OurBug && is_a_parameter(&error.code)
}

/// Whether a code, without regard to its subcode, says that a parameter is wrong.
fn is_a_parameter(code: &str) -> bool {
    code.split('.').next() == Some("100")
}

/// The class and code of what `debug_token` says about a token that is not valid.
pub(super) fn dead_token(code: Option<&Id>, subcode: Option<&Id>) -> ProviderError {
    let refusal = Refusal { code: code.cloned(), error_subcode: subcode.cloned(), ..Refusal::default() };
    let class = match refusal.number().and_then(|code| class_of(code, false)) {
        Some(class @ (FailureClass::Transient | FailureClass::RateLimited)) => class,
        _ => FailureClass::DeadCredentials,
    };
    ProviderError::new(class, refusal.code().as_deref().unwrap_or("190"))
}

/// An answer that was granted but cannot be understood.
pub(super) fn unreadable_answer() -> ProviderError {
    ProviderError::new(FailureClass::OurBug, "unreadable_answer")
}

/// A resource that this access does not reach (any more).
pub(super) fn not_granted() -> ProviderError {
    ProviderError::new(FailureClass::ResourceNotFound, "page_not_granted")
}
