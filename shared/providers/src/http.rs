//! The sealed HTTP client: the only way out of the building for a provider.

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

/// One HTTP exchange. Tests put faults in here; everything above it is the same in tests and in production.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Sends one request and takes the whole answer.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, WireError>;
}

/// A wire as it is passed around.
pub type SharedWire = Arc<dyn Wire>;
