//! Whole stacks on free ports, with functions made up for the test.

mod functions;
mod http;
mod journeys;
mod refusals;
mod world;
