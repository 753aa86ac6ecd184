//! What a deployed stack costs a month: counted calls per operation, times how often it happens, times prices.
//!
//! The three tables lie in `docs/cost/`; `docs/COST.md` is made of them (`cargo run -p cost`). The journeys in `tests/cost`
//! count every operation's calls and hold them against `calls.json`, and a test here holds the document against the tables.

mod bill;
mod card;
mod count;
mod tables;

pub use bill::{Item, bill};
pub use card::card;
pub use count::Count;
pub use tables::{Function, Operation, Price, Prices, Share, Tables, Usage};

#[cfg(test)]
mod tests;
