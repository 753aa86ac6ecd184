//! The versions of one secret, numbered in the order in which the provider issued their tokens, and sets of them.

use std::fmt;

/// A version of a grant's secret, and the token in it.
pub type Version = u8;

/// Most versions that a grant may have in the model.
pub const MOST_VERSIONS: usize = 8;

/// A set of versions.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Versions(u8);

impl Versions {
    /// The set of this one.
    pub fn of(version: Version) -> Self {
        Self(1 << version)
    }

    /// Whether it is in the set.
    pub fn contains(self, version: Version) -> bool {
        self.0 & Self::of(version).0 != 0
    }

    /// Puts it into the set.
    pub fn insert(&mut self, version: Version) {
        self.0 |= Self::of(version).0;
    }

    /// Takes it out of the set.
    pub fn remove(&mut self, version: Version) {
        self.0 &= !Self::of(version).0;
    }

    /// Those of this set that are not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Version> {
        (0..).take(MOST_VERSIONS).filter(move |version| self.contains(*version))
    }
}

impl fmt::Debug for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
