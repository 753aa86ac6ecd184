//! What can go wrong with a provider, in classes that decide what happens next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The classes of failure of the product. A provider maps every answer to one of them; nothing downstream looks at text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The grant is refused: a suspicion until the refresh protocol has confirmed it.
    DeadCredentials,
    /// The grant lives but lacks a permission.
    MissingPermission,
    /// The provider asks to slow down. Never counts as a failure.
    RateLimited,
    /// Timeout, reset, 5xx: try again later.
    Transient,
    /// One record cannot be read; the others can.
    PermanentRecord,
    /// The chosen calendar, page or form is gone.
    ResourceNotFound,
    /// The provider refuses what is configured.
    PermanentConfiguration,
    /// Our own registration at the provider is wrong: operators are told, the customer is never blamed.
    OurConfiguration,
    /// Something that Aura itself stands on failed: tried again, and neither the customer nor the provider is blamed.
    OurOutage,
    /// Our own mistake: an answer we cannot read, a request the provider calls malformed.
    OurBug,
}

impl FailureClass {
    /// Whether a failed run of this class counts towards automatic deactivation.
    pub fn counts(self) -> bool {
        matches!(self, Self::Transient | Self::ResourceNotFound | Self::PermanentConfiguration | Self::PermanentRecord)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_limits_and_our_own_mistakes_never_count() {
        for class in [
            FailureClass::RateLimited,
            FailureClass::OurBug,
            FailureClass::OurConfiguration,
            FailureClass::DeadCredentials,
            FailureClass::MissingPermission,
        ] {
            assert!(!class.counts(), "{class:?}");
        }
    }
}
