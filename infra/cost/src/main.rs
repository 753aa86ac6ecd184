//! `cargo run -p cost`, in the root of the repository: writes `docs/COST.md` anew from the tables of `docs/cost/`.

use std::fs;
use std::io;

const DOCUMENT: &str = "docs/COST.md";

fn main() -> io::Result<()> {
    let committed = fs::read_to_string(DOCUMENT)?;
    fs::write(DOCUMENT, cost::card(&committed, &cost::Tables::committed()))
}
