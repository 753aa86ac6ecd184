//! Prints the OpenAPI document: `cargo run -p shared --example openapi > docs/openapi.json`.

fn main() {
    println!("{:#}", shared::api::openapi::document());
}
