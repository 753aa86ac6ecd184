//! Which code a function of the template runs: the one table of `functions/*`.

use shared::config::ConfigError;
use shared::entry::{Build, Function, Setup};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Builds a function. `shared::entry::Build` is one; a test may close over more, such as extra providers.
pub type Builder = Arc<dyn Fn(&Setup) -> Result<Arc<dyn Function>, ConfigError> + Send + Sync>;

/// Package name → how the function is built.
pub type Functions = BTreeMap<String, Builder>;

const TABLE: [(&str, Build); 33] = [
    ("list", list::function),
    ("get", get::function),
    ("create", create::function),
    ("connect", connect::function),
    ("oauth-callback", oauth_callback::function),
    ("oauth-complete", oauth_complete::function),
    ("options", options::function),
    ("settings", settings::function),
    ("pause", pause::function),
    ("resume", resume::function),
    ("disconnect", disconnect::function),
    ("delete", delete::function),
    ("test", test_connection::function),
    ("sync", sync::function),
    ("runs", runs::function),
    ("history", history::function),
    ("records", records::function),
    ("write-event", write_event::function),
    ("preview", preview::function),
    ("test-lead", test_lead::function),
    ("reconciliation", reconciliation::function),
    ("webhook", webhook::function),
    ("facebook-callbacks", facebook_callbacks::function),
    ("webhook-worker", webhook_worker::function),
    ("console", console::function),
    ("schedule-sync", schedule_sync::function),
    ("sync-worker", sync_worker::function),
    ("schedule-refresh", schedule_refresh::function),
    ("refresh-worker", refresh_worker::function),
    ("schedule-health", schedule_health::function),
    ("lifecycle-worker", lifecycle_worker::function),
    ("account-events", account_events::function),
    ("relay", relay::function),
];

/// Every function of this repository.
pub fn all() -> Functions {
    TABLE.into_iter().map(|(name, build)| (name.to_owned(), Arc::new(build) as Builder)).collect()
}
