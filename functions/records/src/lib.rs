//! The `records` function.
