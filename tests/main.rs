//! Journeys, conformance and the house rules, in one binary so that it is linked once.

mod journey;
mod tidy;
mod world;
