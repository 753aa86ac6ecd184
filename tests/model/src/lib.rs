//! draft
mod cleanup;
mod complete;
mod credential;
mod ids;
mod properties;
mod protocol;
mod provider;
mod refresh;
mod removal;
mod state;
mod time;
mod variants;
mod vault;
mod versions;
mod worker;

pub use ids::PerTenant;
pub use properties::{EVERY_RULE, Rule};
pub use protocol::{Action, Neighbour, Protocol};
pub use provider::Rotation;
pub use state::{Bounds, State};
pub use variants::Variant;
