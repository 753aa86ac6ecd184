//! Syncs, with the sandbox's own state as the oracle.

mod calendars;
mod changes;
mod cost;
mod cut_off;
mod fair;
mod interrupted;
pub(crate) mod oracle;
mod planned;
mod refusals;
mod replaced;
pub(crate) mod scene;
mod stays;
mod twice;
mod weeks;
mod whole;
