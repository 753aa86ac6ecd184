//! draft
mod cleanup;
mod complete;
mod credential;
mod properties;
mod protocol;
mod provider;
mod removal;
mod state;
mod time;
mod variants;
mod vault;
mod versions;
mod worker;

pub use credential::Credential;
pub use properties::Rule;
pub use protocol::{Action, Neighbour, Protocol};
pub use provider::Rotation;
pub use state::{Bounds, State};
pub use variants::Variant;
