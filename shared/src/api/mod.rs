//! The HTTP API's shape, apart from its implementation: routes, bodies and answers.
//!
//! `docs/openapi.json` is generated from here, the template's routes are checked against it.

mod bodies;
pub mod openapi;
pub mod routes;
mod views;

pub use bodies::*;
pub use views::*;
