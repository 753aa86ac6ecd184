//! The provider: what it does with a refresh token when it is used, and when a grant is revoked.

use crate::ids::IntegrationId;
use crate::versions::{MOST_VERSIONS, Version, Versions};

/// What a provider does with the refresh token when it is used (`providers::Rotation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays.
    None,
    /// A new one each time; the spent one still works for a while.
    Grace,
    /// A new one each time; the spent one is refused.
    Strict,
    /// A new one each time; using the spent one kills the grant.
    ReuseDetect,
}

/// Whether the provider still knows a grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum End {
    /// It does.
    #[default]
    Alive,
    /// A spent token was used.
    Reused,
    /// It was revoked.
    Revoked,
}

/// A grant as the provider knows it. Every grant is of the same account at the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The integration that it was made for.
    pub id: IntegrationId,
    /// How many tokens were issued; none before the code was exchanged.
    pub issued: Version,
    /// The tokens that are accepted.
    pub live: Versions,
    /// The tokens that were used for another one.
    pub spent: Versions,
    /// Whether it has ended.
    pub end: End,
    /// Tokens that were issued and never reached a process that lived long enough to store them.
    pub rotation_window_loss: u8,
    /// Versions that the pointer has left.
    pub superseded: Versions,
}

/// The answer to a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An access token, and no new refresh token.
    Kept,
    /// A new refresh token.
    Rotated(Version),
    /// `invalid_grant`.
    Refused,
}

impl Grant {
    /// Issues the first token, for a code.
    pub fn exchanged(id: IntegrationId) -> Self {
        Self { id, issued: 1, live: Versions::of(0), ..Self::default() }
    }

    /// Answers a refresh with this token.
    pub fn refresh(&mut self, rotation: Rotation, version: Version) -> Answer {
        if !self.live.contains(version) {
            if rotation == Rotation::ReuseDetect && self.spent.contains(version) && self.end == End::Alive {
                self.ends(End::Reused);
            }
            return Answer::Refused;
        }
        match rotation {
            Rotation::None => return Answer::Kept,
            Rotation::Grace => {}
            Rotation::Strict | Rotation::ReuseDetect => self.live.remove(version),
        }
        self.spent.insert(version);
        self.issue()
    }

    /// The tokens that are accepted for good, as long as nobody uses them.
    pub fn fresh(&self) -> Versions {
        self.live.without(self.spent)
    }

    /// A token was issued that no process stored.
    pub fn has_loss(&self) -> bool {
        self.rotation_window_loss > 0
    }

    /// No token of it is accepted any more.
    pub fn ends(&mut self, end: End) {
        self.live = Versions::default();
        self.end = end;
    }

    fn issue(&mut self) -> Answer {
        assert!(usize::from(self.issued) < MOST_VERSIONS, "more leases than there is room for versions");
        let version = self.issued;
        self.issued += 1;
        self.live.insert(version);
        Answer::Rotated(version)
    }
}
