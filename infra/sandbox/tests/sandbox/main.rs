//! The sandbox, held against what Google's documentation says, over HTTP.

mod oauth;
mod shapes;
mod support;
mod switches;
mod sync;
mod writes;
