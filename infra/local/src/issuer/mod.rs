//! A small identity issuer: it stands in for the one of a deployment, with the demo members already there.
//!
//! OpenID Connect discovery, code flow with PKCE for the public client of the page, RS256.

mod flow;
mod keys;
mod login;
mod members;
mod routes;
mod tokens;

pub use keys::{KeyError, SigningKey};
pub use members::{DEMO_ACCOUNT, Member};
pub use routes::router;
pub use tokens::{Issuer, TOKEN_LIFETIME};

#[cfg(test)]
mod tests;
