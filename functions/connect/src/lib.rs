//! The `connect` function.
