//! The `relay` function.
