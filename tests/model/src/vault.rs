//! Secrets Manager: one secret per grant, an append-only store of versions (`shared/src/vault.rs`).

use crate::credential::Fence;
use crate::versions::{MOST_VERSIONS, Version, Versions};

/// The parent of a first version.
const NONE: Version = Version::MAX;

/// The secret of one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Secret {
    /// The versions that are in it.
    pub stored: Versions,
    /// Its deletion is scheduled: it can neither be read nor written.
    pub scheduled: bool,
    /// The label `AWSCURRENT`: the version that was written last.
    newest: Version,
    /// The label `AWSPREVIOUS`.
    previous: Version,
    parents: [Version; MOST_VERSIONS],
    fences: [Fence; MOST_VERSIONS],
}

impl Default for Secret {
    fn default() -> Self {
        Self {
            stored: Versions::default(),
            scheduled: false,
            newest: NONE,
            previous: NONE,
            parents: [NONE; MOST_VERSIONS],
            fences: [0; MOST_VERSIONS],
        }
    }
}

impl Secret {
    /// One that nobody asks for any more.
    pub fn gone() -> Self {
        Self { scheduled: true, ..Self::default() }
    }

    /// Stores a new grant's first version.
    pub fn create(&mut self) {
        self.write(0);
    }

    /// Stores what a refresh brought as a child of `parent`. Repeating it is a success; it is refused once the
    /// deletion is scheduled.
    pub fn put(&mut self, version: Version, parent: Version, fence: Fence) -> bool {
        if self.scheduled {
            return false;
        }
        if !self.stored.contains(version) {
            self.parents[usize::from(version)] = parent;
            self.fences[usize::from(version)] = fence;
            self.write(version);
        }
        true
    }

    /// Whether this version can be read.
    pub fn reads(&self, version: Version) -> bool {
        !self.scheduled && self.stored.contains(version)
    }

    /// The version that was written last.
    pub fn newest(&self) -> Option<Version> {
        Some(self.newest).filter(|version| self.readable(*version))
    }

    /// The version that was written last, if it is a child of this one.
    pub fn newest_child(&self, parent: Version) -> Option<Version> {
        self.newest().filter(|version| self.parents[usize::from(*version)] == parent)
    }

    /// The two versions that have a label and are neither this one nor its parent, newest first.
    pub fn others(&self, version: Version) -> impl Iterator<Item = Version> {
        let parent = self.parents[usize::from(version)];
        let labelled = [self.newest, self.previous].into_iter().filter(|other| self.readable(*other));
        labelled.filter(move |other| *other != version && *other != parent)
    }

    /// The fence of the refresh that received this version.
    pub fn fence(&self, version: Version) -> Fence {
        self.fences[usize::from(version)]
    }

    fn readable(&self, version: Version) -> bool {
        version != NONE && self.reads(version)
    }

    fn write(&mut self, version: Version) {
        self.stored.insert(version);
        self.previous = self.newest;
        self.newest = version;
    }
}
