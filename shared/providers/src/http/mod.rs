//! The sealed HTTP client: the only way out of the building for a provider.
//!
//! [`Wire`] is one exchange and nothing more; [`Client`] is the one retrying layer above it; [`BaseUrl`] decides where
//! requests may go at all. Headers and bodies are never logged, here or above.

mod base_url;
mod client;
#[cfg(test)]
pub(crate) mod fake;
mod reqwest_wire;
mod retry_after;

pub use base_url::{BaseUrl, UnusableUrl};
pub use client::{Client, bearer};
pub use reqwest_wire::ReqwestWire;
pub use retry_after::retry_after;

use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;

/// What went wrong below HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No answer in time; whether the request arrived is unknown.
    #[error("timeout")]
    Timeout,
    /// The connection could not be made or broke; whether the request arrived is unknown.
    #[error("connection")]
    Connection,
    /// The answer was longer than allowed.
    #[error("too_large")]
    TooLarge,
}

/// The longest answer that is taken, in bytes. A request carries it among its extensions, so that a wire stops
/// reading there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerCap(pub usize);

impl AnswerCap {
    /// For OAuth endpoints (security-and-reliability.md §1.1, T14).
    pub const OAUTH: Self = Self(64 * 1024);
    /// For pages of data.
    pub const DATA: Self = Self(16 * 1024 * 1024);
}

/// One HTTP exchange. Tests put faults in here; everything above it is the same in tests and in production.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Sends one request and takes the whole answer, at most as much as the request's [`AnswerCap`] allows.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, WireError>;
}

/// A wire as it is passed around.
pub type SharedWire = Arc<dyn Wire>;
