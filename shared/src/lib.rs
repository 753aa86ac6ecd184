//! The crate that every function stands on.
//!
//! Data flow: `entry` turns a Lambda event into a typed request, one file of `usecases` does what was asked, `store`,
//! `vault`, `bus` and `queue` talk to AWS. `docs/ARCHITECTURE.md` has the map and what each room must never do.

pub mod api;
mod batches;
pub mod bus;
pub mod clients;
pub mod clock;
pub mod config;
pub mod digest;
pub mod entry;
pub mod queue;
pub mod random;
pub mod seal;
mod secret;
pub mod store;
pub mod trace;
pub mod usecases;
pub mod vault;
