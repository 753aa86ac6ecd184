//! The `test` function.
