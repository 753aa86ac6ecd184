//! The rules of the product, pure: no I/O, no async, no clock of its own and nothing of AWS.
//!
//! Everything here can be decided from its arguments alone, so every rule is tested by table or property.

pub mod appointment;
pub mod failure;
pub mod history;
pub mod ids;
pub mod lead;
pub mod lifecycle;
pub mod occurrences;
pub mod plan;
pub mod policy;
pub mod record;
pub mod resource;
pub mod run;
pub mod schedule;
