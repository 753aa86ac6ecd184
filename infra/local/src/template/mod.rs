//! Reads `infra/template.yaml`: what runs here is what deploys.
//!
//! The grammar is closed on purpose: an unknown type, property or function is an error that says where, never something
//! that is quietly left out.

mod convert;
mod document;
mod error;
mod events;
mod fields;
mod filter;
mod intrinsics;
mod names;
mod pattern;
mod read;
mod resources;
mod stack;

pub use error::TemplateError;
pub use filter::{Filter, filters};
pub use pattern::Pattern;
pub use read::{Settings, read};
pub use stack::{
    Api, Authorizer, Bus, Cors, Event, FunctionSpec, Index, Key, Permission, Queue, QueueSource, RedrivePolicy, Route,
    RouteAuth, Rule, Schedule, ScheduleKind, Secret, SecretValue, Stack, Table, Target,
};

#[cfg(test)]
mod tests;
