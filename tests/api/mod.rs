//! The HTTP API as its callers meet it: who may do what, what is refused and how, and what holds under concurrency.

mod creates;
mod logs;
mod malformed;
mod outbox;
mod queries;
mod random;
mod repeats;
mod roles;
mod states;
mod support;
mod tenants;
mod tokens;
