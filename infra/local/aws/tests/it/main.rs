//! The embedded services, driven by the official SDK over loopback.

mod dynamodb;
mod events;
mod queues;
mod queues_limits;
mod restart;
mod secrets;
mod secrets_life;
mod stack;
mod wire;
