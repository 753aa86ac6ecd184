//! The local stack: the whole product in one process, from the template that deploys it.
//!
//! `cargo run` starts one for a person, tests start as many as they like on free ports with [`start`]. Data flow: the
//! [`gateway`] and the [`runner`] turn HTTP, queues, schedules and events into invocations of the functions, which talk
//! to the embedded AWS and to the sandbox over HTTP as they would anywhere.
//!
//! Must never: decide anything of the product, or know more of a deployment than `infra/template.yaml` says.

mod assembly;
mod aws_error;
pub mod cli;
mod data;
mod declared;
mod drain;
mod environment;
pub mod functions;
pub mod gateway;
pub mod issuer;
mod local_routes;
mod metrics;
mod options;
mod permissions;
mod plan;
pub mod provision;
pub mod runner;
mod running;
mod sandboxed;
mod servers;
mod start;
pub mod template;
pub mod terminal;
mod usage;

pub use declared::declared;
pub use drain::Busy;
pub use functions::{Builder, Functions};
pub use options::{Data, Options, StartError};
pub use running::{FireError, Running};
pub use start::start;
pub use usage::{Usage, allowed, compared};
