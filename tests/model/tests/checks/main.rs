//! The checks of the model: the whole protocol, each line taken out of it, and that what is checked happens at all.

mod broken;
mod long;
mod reached;
mod scopes;
mod search;
mod spare;
mod whole;
