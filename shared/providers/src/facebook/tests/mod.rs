//! Facebook behind a wire that answers what was prepared.
