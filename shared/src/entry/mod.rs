//! Adapters between Lambda and the use cases.

mod function;
pub mod log;

pub use function::{Build, Function, FunctionError, Invocation, Setup, Wires, run};
