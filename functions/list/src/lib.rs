//! The `list` function.
