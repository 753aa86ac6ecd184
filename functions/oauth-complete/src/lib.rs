//! The `oauth-complete` function.
