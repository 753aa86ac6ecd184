//! The `settings` function.
