//! Syncs, with the sandbox's own state as the oracle.

mod cut_off;
mod oracle;
pub(crate) mod scene;
mod whole;
