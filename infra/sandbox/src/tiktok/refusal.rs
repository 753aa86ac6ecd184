//! Refusals: the codes of the envelope, which comes with HTTP 200.

/// A refusal, as the envelope tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    pub(crate) message: String,
}

/// The code of a partial success.
pub(crate) const PARTIAL: u32 = 20_001;

impl Refusal {
    /// With the usual message of the code.
    pub(crate) fn of(code: u32) -> Self {
        Self { code, message: usual_message(code).to_owned() }
    }

    pub(crate) fn with(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn no_json() -> Self {
        Self::of(40_000)
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self::with(40_002, format!("{name}: Missing data for required field."))
    }

    pub(crate) fn invalid(name: &str, why: &str) -> Self {
        Self::with(40_002, format!("{name}: {why}"))
    }

    pub(crate) fn version() -> Self {
        Self::of(40_006)
    }

    pub(crate) fn missing_permission() -> Self {
        Self::of(40_001)
    }

    pub(crate) fn no_admin() -> Self {
        Self::of(40_125)
    }

    pub(crate) fn no_token() -> Self {
        Self::of(40_104)
    }

    pub(crate) fn dead_token() -> Self {
        Self::of(40_105)
    }

    pub(crate) fn expired_token() -> Self {
        Self::of(40_102)
    }

    /// The app is unknown, or the secret is not its own.
    pub(crate) fn wrong_client() -> Self {
        Self::of(40_113)
    }

    pub(crate) fn not_of_account() -> Self {
        Self::of(40_106)
    }

    pub(crate) fn other_company() -> Self {
        Self::of(40_119)
    }

    pub(crate) fn no_account() -> Self {
        Self::of(40_300)
    }

    pub(crate) fn no_form() -> Self {
        Self::with(40_007, "page_id: The page does not exist.")
    }

    pub(crate) fn no_object(name: &str) -> Self {
        Self::with(40_301, format!("{name}: The object does not exist."))
    }

    pub(crate) fn duplicate(why: &str) -> Self {
        Self::with(40_050, why)
    }

    pub(crate) fn task_not_ready() -> Self {
        Self::of(40_201)
    }

    pub(crate) fn task_failed() -> Self {
        Self::of(40_200)
    }
}

/// The sheet's table of codes, in words.
pub(crate) fn usual_message(code: u32) -> &'static str {
    match code {
        0 => "OK",
        PARTIAL => "Partial success",
        40_000 => "Invalid request parameters.",
        40_001 => "No permission to operate. Please check the permissions of the app and of the user.",
        40_002 => "Invalid parameter value.",
        40_006 => "The API version is not supported any more.",
        40_007 => "The object does not exist.",
        40_008 | 40_009 | 40_013 | 40_014 => "This is not available in the sandbox environment.",
        40_010 => "The API version does not fit the path.",
        40_016 => "Requests made too frequently: the limit of the developer app is reached.",
        40_050 => "The request is a duplicate of an earlier one and was rejected.",
        40_051 => "The domain of the request is wrong.",
        40_100 => "Too many requests. Please retry in some time.",
        40_101 => "The auth_code has been used.",
        40_102 => "The access token has expired.",
        40_103 => "The refresh token has expired.",
        40_104 => "Access token is empty. Please pass it in the header Access-Token.",
        40_105 => "Access token is incorrect or has been revoked.",
        40_106 => "The core user of the access token is invalid for this advertiser.",
        40_107 => "The refresh token is invalid, or the access token cannot be refreshed.",
        40_110 => "The auth_code is incorrect or its authorization was cancelled.",
        40_113 => "The app is blocked or unknown, or its secret is wrong.",
        40_115 => "The auth_code has expired.",
        40_118 => "The app or account is not in the allowlist.",
        40_119 => "The company of the user does not match.",
        40_125 => "The user does not have the Admin role of the ad account.",
        40_132 => "Too many requests with this value of a field. Please retry in some time.",
        40_133 => "Too many requests of this advertiser. Please retry in some time.",
        40_200 => "The task failed.",
        40_201 => "The task is not ready. Please retry in some time.",
        40_202 => "Conflict with another write. Please retry.",
        40_300 => "The advertiser does not exist.",
        40_301 => "The object does not exist.",
        _ => "Internal service error. Please retry in some time.",
    }
}
