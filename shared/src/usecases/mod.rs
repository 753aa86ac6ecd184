//! What the product does, one file a thing. A use case reads, decides with the rules of `domain`, and commits.

pub mod access;
pub mod account_events;
pub mod actions;
mod answered;
pub mod appointments;
pub mod callback;
pub mod catalogue;
pub mod cleanup;
pub mod complete;
pub mod connect;
pub mod create;
mod draft;
mod errors;
pub mod get;
pub mod health;
pub mod history;
pub mod leads;
pub mod left_behind;
pub mod lifecycle;
pub mod offer;
pub mod options;
mod page;
mod parts;
pub mod plan;
pub mod plan_syncs;
pub mod publish;
pub mod records;
pub mod refresh;
pub mod refresh_due;
pub mod relay;
pub mod removal;
pub mod request_sync;
pub mod runs;
pub mod settings;
pub mod sync;
pub mod test_connection;
pub mod told;
mod view;
pub mod watches;
pub mod webhook;
pub mod withdraw;

pub use answered::Answered;
pub use parts::Parts;

/// How often a change is decided anew when somebody else was faster.
pub(crate) const TRIES: u32 = 12;
