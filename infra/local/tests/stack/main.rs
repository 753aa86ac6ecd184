//! Whole stacks on free ports, with functions made up for the test.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside test functions")]

mod functions;
mod http;
mod journeys;
mod refusals;
mod world;
