//! The members who can sign in.

use serde_json::{Value, json};

/// The account of the demo members.
pub const DEMO_ACCOUNT: &str = "demo";

/// One of the two demo members; every account has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// May manage integrations.
    Admin,
    /// May look only.
    Viewer,
}

impl Member {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Viewer];

    /// The member with this key in addresses and forms.
    pub fn find(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|member| member.key() == key)
    }

    /// The key in addresses and forms.
    pub fn key(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }

    /// What a person reads.
    pub fn title(self) -> &'static str {
        match self {
            Self::Admin => "Ada (Channels Administrator)",
            Self::Viewer => "Vic (viewer)",
        }
    }

    /// The first name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "Ada",
            Self::Viewer => "Vic",
        }
    }

    /// The member's id. The same person in another account is another member.
    pub(super) fn subject(self, account: &str) -> String {
        let name = self.name().to_lowercase();
        if account == DEMO_ACCOUNT { name } else { format!("{name}-{account}") }
    }

    pub(super) fn roles(self) -> Value {
        match self {
            Self::Admin => json!(["channels_admin"]),
            Self::Viewer => json!([]),
        }
    }
}
