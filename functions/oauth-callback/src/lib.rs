//! The `oauth-callback` function.
