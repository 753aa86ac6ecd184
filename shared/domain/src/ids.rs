//! Identifiers as newtypes, so that one cannot be passed where another is meant.
//!
//! Identifiers that come from outside are validated before they can become part of a key
//! (`docs/ARCHITECTURE.md`, "Keys").

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A text was not a valid identifier of the named kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct InvalidId(pub &'static str);

fn is_token(text: &str, longest: usize) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

macro_rules! inline_schema {
    ($name:ident, $schema:tt) => {
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text as this identifier; an error if it has characters or a length it must not have.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(InvalidId($kind)) }
            }

            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        inline_schema!($name, { "type": "string" });
    };
}

text_id!(
    /// An Aura account, the tenant. `[A-Za-z0-9_-]{1,64}`.
    AccountId, "account id", |text| is_token(text, 64)
);
text_id!(
    /// A member of an account: the `sub` of the verified token. Printable ASCII without spaces, at most 128.
    MemberId, "member id", |text| {
        !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
    }
);
text_id!(
    /// A provider's slug, as it stands in paths: `google-calendar`. `[a-z0-9-]{1,40}`.
    ProviderSlug, "provider", |text| {
        !text.is_empty()
            && text.len() <= 40
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    }
);
text_id!(
    /// The provider's own stable id of the account that was connected. At most 512 characters, none of control.
    ProviderAccountId, "provider account id", |text| {
        !text.is_empty() && text.len() <= 512 && !text.chars().any(char::is_control)
    }
);
text_id!(
    /// The provider's own id of something that can be synced: a calendar, a form. At most 1024 bytes, no control characters.
    ResourceId, "resource id", |text| {
        !text.is_empty() && text.len() <= 1024 && !text.chars().any(char::is_control)
    }
);
text_id!(
    /// The provider's own id of one record. At most 1024 bytes, no control characters.
    ExternalId, "external id", |text| {
        !text.is_empty() && text.len() <= 1024 && !text.chars().any(char::is_control)
    }
);

text_id!(
    /// An appointment of Aura, by Aura's own id. `[A-Za-z0-9_-]{1,128}`.
    AppointmentId, "appointment id", |text| is_token(text, 128)
);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a freshly made UUIDv7.
            pub fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Reads the hyphenated form; an error for anything else.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId($kind))
            }

            /// The UUID itself.
            pub fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        inline_schema!($name, { "type": "string", "format": "uuid" });
    };
}

uuid_id!(
    /// One integration from its creation to its deletion. Never used again, though the provider may be.
    IntegrationId, "integration id"
);
uuid_id!(
    /// One authorization given by a person: each connect or reconnect makes a new one.
    GrantId, "grant id"
);
uuid_id!(
    /// One run of a sync.
    RunId, "run id"
);
uuid_id!(
    /// The records that were synced from one provider account. Another account gets another dataset.
    DatasetId, "dataset id"
);
