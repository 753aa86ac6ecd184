//! API Gateway's HTTP API, as far as this product uses it: HTTP in, payload version 2.0 to a function, HTTP out.

mod answer;
mod cors;
mod event;
mod jwt;
mod limits;
mod routes;
mod serve;

pub use event::{Caller, Exchange, event};
pub use jwt::{JwtAuthorizer, Refused, flatten};
pub use routes::{Match, Routes};
pub use serve::Gateway;

#[cfg(test)]
mod tests;
