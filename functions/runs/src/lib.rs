//! The `runs` function.
