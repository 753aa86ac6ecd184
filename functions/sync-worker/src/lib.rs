//! The `sync-worker` function.
