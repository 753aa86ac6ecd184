//! A model of the token protocol: every order in which workers, persons, cleanups and time can take their steps, within
//! small bounds, is gone through, and in every state every rule is looked at.
//!
//! The model is the protocol of `docs/ARCHITECTURE.md` ("Order of commits", "Revoke window"), in the words of the code.
//! A step is one call of the table, Secrets Manager or the provider; between any two steps anybody else may take
//! theirs, and the process may die.
//!
//! | Here | There |
//! |---|---|
//! | [`credential`] | `shared/src/store/credential.rs`: the item, and the conditions of its writes |
//! | [`vault`] | `shared/src/vault.rs`: one secret per grant, versions with a parent and a fence, two labels |
//! | [`worker`], [`refresh`] | `shared/src/usecases/refresh.rs`: three workers that refresh |
//! | [`complete`] | `shared/src/usecases/complete.rs`, `complete/commit.rs`, `shared/src/store/connect.rs` |
//! | [`removal`] | `shared/src/store/removal.rs`: disconnect and delete, and an integration created anew |
//! | [`cleanup`] | `shared/src/usecases/cleanup.rs` with `revoke.rs` and `flow.rs`, `shared/src/store/external.rs` |
//! | [`provider`] | `providers::Rotation`, and that a revocation ends every grant of an account, as Google's does |
//! | [`time`] | leases, the quiet period, the revoke window, a spent token's grace |
//!
//! [`properties`] says what must never happen. [`variants`] are lines that can be taken out of the protocol; the checks
//! in `tests/checks` show what breaks without each. A search prints its number of states, and a counterexample its
//! steps:
//!
//! ```text
//! cargo test -p model -- --nocapture
//! ```
//!
//! # How time passes
//!
//! There is no clock. A time is over when nothing can be under way any more that ends sooner: a lease ends when its
//! holder has died and no request of it can arrive, a window when the revocation that began in it has ended. So what is
//! proved holds for all durations that keep these orders:
//!
//! * the token lease outlives its holder and the holder's requests ([`Protocol::zombies`] leaves that out: clocks that
//!   disagree, or calls that hang for longer than the lease lasts);
//! * the quiet period outlives a lease, and everybody who has outlived one;
//! * the revoke window outlives the revocation that began in it, and after that every connect that exchanged its code
//!   before it;
//! * a lost flow is looked for after its complete has ended.
//!
//! # What it leaves out
//!
//! The table does not fail and has one order of writes. A process that cannot store a token anywhere is a process that
//! dies. Provider errors that say nothing about the grant are a lease given back, access tokens a cache that may be
//! lost; neither is here, nor is the sync with its own lease. B's grant is not refreshed, and each cleanup has one
//! worker at a time. A provider does not refuse a good token by mistake, and does not end a grant by itself.

pub mod cleanup;
pub mod complete;
pub mod credential;
pub mod ids;
pub mod properties;
pub mod protocol;
pub mod provider;
pub mod refresh;
pub mod removal;
pub mod state;
pub mod time;
pub mod variants;
pub mod vault;
pub mod versions;
pub mod worker;

pub use ids::PerTenant;
pub use properties::{EVERY_RULE, Rule};
pub use protocol::{Action, Neighbour, Protocol};
pub use provider::Rotation;
pub use state::{Bounds, State};
pub use variants::Variant;
