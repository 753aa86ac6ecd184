//! How often each kind of request arrived.

use std::collections::BTreeMap;

use serde::Serialize;

/// Requests by kind, those that were made to fail included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tally<K: Ord>(BTreeMap<K, u64>);

impl<K: Ord> Default for Tally<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Tally<K> {
    /// How many requests of this kind arrived.
    pub fn of(&self, kind: K) -> u64 {
        self.0.get(&kind).copied().unwrap_or_default()
    }

    /// How many arrived in all.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    pub(crate) fn count(&mut self, kind: K) {
        *self.0.entry(kind).or_default() += 1;
    }
}
