//! The HTTP API's shape, apart from its implementation: routes, bodies and answers.
//!
//! `docs/openapi.json` is generated from here, the template's routes are checked against it.

mod appointments;
mod bodies;
pub mod events;
mod history;
mod leads;
pub mod openapi;
pub mod routes;
mod views;

pub use appointments::*;
pub use bodies::*;
pub use history::*;
pub use leads::*;
pub use views::*;
