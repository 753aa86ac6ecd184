//! The `schedule-sync` function.
