//! The imitation of Facebook, held against the facts about lead ads.

mod dialog;
mod errors;
mod leads;
mod limits;
mod pages;
mod support;
mod tenants;
mod tokens;
mod webhooks;
