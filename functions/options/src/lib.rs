//! The `options` function.
