//! What the product relies on at DynamoDB, Secrets Manager and SQS, as three suites that know nothing of who answers.
//!
//! Every case runs against the embedded AWS as a test of its own. The same cases run against the back ends that
//! `AURA_BACKENDS` names (`infra/tools/backends.py` starts them); where one answers otherwise than AWS, the case stands
//! in [`deviations`] with what it does and where AWS says what is right.

// A helper of tests may unwrap as a test may; clippy sees only the attribute `#[test]`.
#![allow(clippy::unwrap_used)]

mod bench;
mod deviations;
mod elsewhere;
mod queue;
mod store;
mod suite;
mod vault;
