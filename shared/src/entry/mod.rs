//! Adapters between Lambda and the use cases.

mod caller;
mod function;
mod http;
pub mod log;
pub mod metrics;
mod problem;
mod request;
mod schedule;
mod worker;

pub use async_trait::async_trait;
pub use caller::{Caller, ClaimNames};
pub use function::{Build, Function, FunctionError, Invocation, Setup, Wires, run};
pub use http::{Reply, serve};
pub use problem::{Problem, ProblemDocument};
pub use request::{LONGEST_BODY, Request};
pub use schedule::scheduled;
pub use worker::{Acknowledge, worker};
