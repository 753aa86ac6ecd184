//! The Graph API's one error envelope. Clients decide on `code` and `error_subcode`, not on the status.

use serde_json::{Value, json};

/// An error of the Graph API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("(#{code}) {message}")]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
    kind: &'static str,
    message: String,
    transient: bool,
    /// Title and text for the person in front of the app.
    user: Option<(&'static str, &'static str)>,
}

const OAUTH: &str = "OAuthException";
const METHOD: &str = "GraphMethodException";

impl GraphError {
    fn new(code: u32, subcode: Option<u32>, message: impl Into<String>) -> Self {
        let status = if matches!(code, 1 | 2) { 500 } else { 400 };
        let transient = matches!(code, 1 | 2 | 4 | 17 | 32 | 341 | 613 | 80_000..=80_014);
        Self { status, code, subcode, kind: OAUTH, message: message.into(), transient, user: None }
    }

    fn of_method(self) -> Self {
        Self { kind: METHOD, ..self }
    }

    fn telling(self, title: &'static str, text: &'static str) -> Self {
        Self { user: Some((title, text)), ..self }
    }

    /// With another status than is usual for its code.
    pub(crate) fn with_status(self, status: Option<u16>) -> Self {
        Self { status: status.unwrap_or(self.status), ..self }
    }

    pub(crate) fn no_token() -> Self {
        Self::new(104, None, "An access token is required to request this resource.")
    }

    pub(crate) fn nobody_is_me() -> Self {
        let message = "An active access token must be used to query information about the current user.";
        Self::new(2500, None, message)
    }

    pub(crate) fn unreadable_token() -> Self {
        Self::new(190, None, "Invalid OAuth access token - Cannot parse access token")
    }

    pub(crate) fn dead_token(subcode: u32) -> Self {
        let error = Self::new(190, Some(subcode), format!("Error validating access token: {}", why_dead(subcode)));
        match subcode {
            459 => error.telling("Log in to Facebook", "Log in at www.facebook.com and follow the instructions given."),
            464 => error.telling("Confirm your account", "Log in at www.facebook.com and confirm your account."),
            _ => error,
        }
    }

    pub(crate) fn data_access_expired() -> Self {
        let message = "Error validating access token: The user's data access has expired. \
                       The user must log in to the app again.";
        Self::new(190, None, message)
    }

    pub(crate) fn page_token_needed() -> Self {
        Self::new(190, None, "(#190) This method must be called with a Page Access Token")
    }

    pub(crate) fn app_token_needed() -> Self {
        Self::new(15, None, "(#15) This method must be called with an app access_token.")
    }

    pub(crate) fn missing_permission(code: u32, permission: &str) -> Self {
        Self::new(code, None, format!("(#{code}) Requires {permission} permission to manage the object."))
    }

    pub(crate) fn not_of_this_page() -> Self {
        let message = "(#10) The person has not chosen this page for the app, or lacks a sufficient role on it.";
        Self::new(10, None, message)
    }

    pub(crate) fn no_ad_account() -> Self {
        Self::new(10, None, "(#10) The person has no access to the ad account of this ad.")
    }

    pub(crate) fn no_lead_access() -> Self {
        Self::new(200, None, "(#200) CRM access has been revoked from Lead Access Manager.")
    }

    /// It does not exist, or not for this token: the two cannot be told apart.
    pub(crate) fn not_visible(verb: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api"
        );
        Self::new(100, Some(33), message).of_method()
    }

    pub(crate) fn parameter(message: impl AsRef<str>) -> Self {
        Self::new(100, None, format!("(#100) {}", message.as_ref()))
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::parameter(format!("The parameter {parameter} is required."))
    }

    pub(crate) fn no_field(name: &str, node: &str) -> Self {
        Self::parameter(format!("Tried accessing nonexistent field ({name}) on node type ({node})"))
    }

    pub(crate) fn of_syntax(fields: &str) -> Self {
        Self::new(2500, None, format!("Syntax error in the field expansion: {fields}"))
    }

    pub(crate) fn proof_missing() -> Self {
        Self::new(100, None, "API calls from the server require an appsecret_proof argument").of_method()
    }

    pub(crate) fn proof_wrong() -> Self {
        Self::new(100, None, "Invalid appsecret_proof provided in the API argument").of_method()
    }

    pub(crate) fn unknown_path(path: &str) -> Self {
        Self::new(2500, None, format!("Unknown path components: /{path}"))
    }

    pub(crate) fn unknown_alias(alias: &str) -> Self {
        Self::new(803, None, format!("(#803) Some of the aliases you requested do not exist: {alias}"))
    }

    pub(crate) fn unknown_app() -> Self {
        let message = "Error validating application. Cannot get application info due to a system error.";
        Self::new(101, None, message)
    }

    pub(crate) fn wrong_secret() -> Self {
        Self { status: 400, transient: false, ..Self::new(1, None, "Error validating client secret.") }
    }

    pub(crate) fn bad_code() -> Self {
        Self::new(100, None, "Invalid verification code format.")
    }

    pub(crate) fn used_code() -> Self {
        Self::new(100, Some(36_009), "This authorization code has been used.")
    }

    pub(crate) fn expired_code() -> Self {
        Self::new(100, Some(36_007), "This authorization code has expired.")
    }

    pub(crate) fn redirect_mismatch() -> Self {
        let message = "Error validating verification code. Please make sure your redirect_uri is identical to the one \
                       you used in the OAuth dialog request";
        Self::new(100, Some(36_008), message)
    }

    pub(crate) fn callback_failed(why: &str) -> Self {
        let message = format!("(#2200) Callback verification failed with the following errors: {why}");
        Self::new(2200, None, message)
    }

    pub(crate) fn throttled(code: u32) -> Self {
        Self::of_code(code, None)
    }

    /// The error that this code stands for, as a switch asks for it.
    pub(crate) fn of_code(code: u32, subcode: Option<u32>) -> Self {
        match (code, subcode) {
            (190, Some(subcode)) => Self::dead_token(subcode),
            (190, None) => Self::unreadable_token(),
            (100, Some(33)) => Self::not_visible("get", "0"),
            _ => Self::new(code, subcode, format!("(#{code}) {}", meaning(code))),
        }
    }

    /// The body of the answer.
    pub(crate) fn envelope(&self, trace: &str) -> Value {
        let mut error = json!({ "message": self.message, "type": self.kind, "code": self.code });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        error["is_transient"] = json!(self.transient);
        if let Some((title, text)) = self.user {
            error["error_user_title"] = json!(title);
            error["error_user_msg"] = json!(text);
        }
        error["fbtrace_id"] = json!(trace);
        json!({ "error": error })
    }

    /// As `debug_token` tells of it.
    pub(crate) fn in_debug_token(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(subcode) = self.subcode {
            error["subcode"] = json!(subcode);
        }
        error
    }
}

fn why_dead(subcode: u32) -> &'static str {
    match subcode {
        458 => "The user has not authorized application, or has removed it.",
        459 => "The user is enrolled in a blocking, logged-in checkpoint",
        460 => {
            "The session has been invalidated because the user changed their password or Facebook has changed the \
             session for security reasons."
        }
        463 => "Session has expired.",
        464 => "Sessions for the user are not allowed because the user is not a confirmed user.",
        467 => "The session is invalid because the user logged out.",
        492 => "The session is invalid, or the user no longer has a role on the page.",
        _ => "The session is invalid.",
    }
}

fn meaning(code: u32) -> &'static str {
    match code {
        1 => "An unknown error occurred",
        2 => "Service temporarily unavailable",
        3 => "Application does not have the capability to make this API call.",
        4 => "Application request limit reached",
        10 => "Application does not have permission for this action",
        17 => "User request limit reached",
        32 => "Page request limit reached",
        102 => "Session key invalid or no longer valid",
        200..=299 => "Permissions error",
        341 => "Application limit reached",
        368 => "The action attempted has been deemed abusive or is otherwise disallowed",
        506 => "Duplicate status message",
        613 => "Calls to this api have exceeded the rate limit.",
        803 => "Some of the aliases you requested do not exist",
        2500 => "Unknown path components",
        80_000..=80_014 => "There have been too many calls from this account. Wait a bit and try again.",
        _ => "Invalid parameter",
    }
}
