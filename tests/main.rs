//! Journeys, conformance and the house rules, in one binary so that it is linked once.

mod api;
mod appointments;
mod browser;
mod canaries;
mod cost;
mod faults;
mod journey;
mod leads;
mod life;
mod oauth;
mod openapi;
mod samples;
mod sync;
mod template;
mod tidy;
mod tokens;
mod world;
