//! A function of the same runtime crate that does nothing: what the bootstraps are measured beside
//! (`infra/tools/bootstraps.py`). Nothing deploys it.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

fn main() -> Result<(), Error> {
    // As `shared::entry::run` starts every function.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let nothing = |_: LambdaEvent<Value>| async { Ok::<Value, Error>(json!({})) };
    runtime.block_on(lambda_runtime::run(service_fn(nothing)))
}
