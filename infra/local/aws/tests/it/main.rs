//! The embedded services, driven by the official SDK over loopback.

// A helper of tests may unwrap as a test may; clippy sees only the attribute `#[test]`.
#![allow(clippy::unwrap_used)]

mod dynamodb;
mod events;
mod queues;
mod queues_limits;
mod restart;
mod secrets;
mod secrets_life;
mod stack;
mod wire;
