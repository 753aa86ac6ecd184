//! Writes the schemas of the bus's events: `cargo run -p shared --example events -- docs/events`.

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "docs/events".to_owned());
    for (kind, schema) in shared::api::events::ALL {
        let text = format!("{:#}\n", serde_json::json!(schema()));
        std::fs::write(std::path::Path::new(&folder).join(format!("{kind}.json")), text)?;
    }
    Ok(())
}
