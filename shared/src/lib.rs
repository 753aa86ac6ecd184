//! The crate that every function stands on.
//!
//! Data flow: `entry` turns a Lambda event into a typed request, one file of `usecases` does what was asked, `store`,
//! `vault`, `bus` and `queue` talk to AWS. `docs/ARCHITECTURE.md` has the map and what each room must never do.

pub mod clock;
pub mod config;
pub mod entry;
pub mod clients;
pub mod digest;
pub mod random;
pub mod seal;
