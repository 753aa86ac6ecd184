//! Occurrences of calendar series.
