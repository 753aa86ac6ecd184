//! Which code a function of the template runs: the one table of `functions/*`.

use shared::config::ConfigError;
use shared::entry::{Function, Setup};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Builds a function. `shared::entry::Build` is one; a test may close over more, such as extra providers.
pub type Builder = Arc<dyn Fn(&Setup) -> Result<Arc<dyn Function>, ConfigError> + Send + Sync>;

/// Package name → how the function is built.
pub type Functions = BTreeMap<String, Builder>;

/// Every function of this repository.
pub fn all() -> Functions {
    Functions::new()
}
