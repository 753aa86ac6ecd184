//! The `get` function.
