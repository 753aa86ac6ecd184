//! The sandbox, held against what Google's documentation says, over HTTP.

#![allow(clippy::unwrap_used, reason = "a helper that fails here fails its test")]

mod channels;
mod copies;
mod facebook;
mod instances;
mod notifications;
mod oauth;
mod receiver;
mod shapes;
mod support;
mod switches;
mod sync;
mod tiktok;
mod writes;
