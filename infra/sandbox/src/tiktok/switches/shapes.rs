//! The alternatives between which switches choose.

use serde::{Deserialize, Serialize};

/// What the exchange of a code answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// A token without end, and nothing to refresh it with.
    #[default]
    Lasting,
    /// With the newer fields: it ends after so many seconds, and a refresh token rotates.
    Expiring {
        /// How long the access token lives.
        seconds: i64,
    },
}

/// How the redirect names the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectCodes {
    /// `auth_code` and `code`.
    #[default]
    Both,
    /// `auth_code` alone.
    AuthCode,
    /// `code` alone.
    Code,
}

/// What an account answers whose leads were moved to a library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedAccounts {
    /// Code 40002, which says so.
    #[default]
    Refuse,
    /// Nothing: it has no forms and no leads any more.
    Empty,
}

/// How the body of a webhook is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireForm {
    /// Every character outside of ASCII as `\u00e4`: what is signed is what is sent.
    #[default]
    Escaped,
    /// UTF-8, while the signature is over the escaped form.
    Raw,
}

/// How answers stand in webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueForm {
    /// As texts, as in every example.
    #[default]
    String,
    /// As objects, as the documentation's table has it.
    Object,
    /// In turn.
    Mixed,
}

/// How a failed task is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskFailure {
    /// By its status `FAILED`.
    #[default]
    Status,
    /// By code 40200.
    Code,
}

/// How a download that cannot be is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownloadErrors {
    /// As the envelope.
    #[default]
    Json,
    /// As text where the file should be.
    Text,
}

/// How ids are kept from being numbers for a spreadsheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Not at all.
    #[default]
    None,
    /// `'123`
    Apostrophe,
    /// `="123"`
    Formula,
}

/// How the columns are called that every file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Headings {
    /// `lead_id`, `adgroup_id`.
    #[default]
    Snake,
    /// `Lead ID`, `Ad Group ID`.
    Title,
    /// `LEAD_ID`, with spaces around.
    Shouted,
}

/// What is odd about the file of a bulk download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CsvShape {
    /// A byte order mark comes first.
    pub bom: bool,
    /// How ids are guarded.
    pub guard: Guard,
    /// How columns are called.
    pub headings: Headings,
    /// Times are seconds since 1970 and not `YYYY-MM-DD HH:MM:SS`.
    pub epoch_times: bool,
    /// Questions are columns by key and not by label.
    pub keys: bool,
    /// Lines end with a line feed alone.
    pub line_feeds: bool,
}
