//! The providers: one trait, one registry, one folder per provider, one sealed HTTP client.
//!
//! A provider never imports another provider, and nothing here knows AWS. Nothing outside [`registry`] matches on a
//! provider's name. A provider reads no clock and no environment of the process: what it needs is handed in.

#[cfg(test)]
mod conformance;
pub mod contract;
pub mod error;
pub mod facebook;
pub mod google_calendar;
pub mod http;
pub mod registry;
pub mod tiktok;

pub use contract::*;
pub use error::{Explanation, ProviderError, PullError};
pub use registry::{ConsentAnswers, Manifests, Registry};
