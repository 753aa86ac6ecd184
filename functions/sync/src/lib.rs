//! The `sync` function.
