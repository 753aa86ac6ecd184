//! `GET /integrations/{provider}/records`: by change time (`updatedSince`, or all of them) or by time
//! (`from`, `to`).

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::records::{Records, window};
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let records = Records::new(parts.integrations(&parts.store()?));
    Ok(serve(setup, &[routes::RECORDS], move |request| handle(records.clone(), request)))
}

async fn handle(records: Records, request: Request) -> Result<Reply, Problem> {
    request.only_query(&["updatedSince", "from", "to", "limit", "cursor"])?;
    let (caller, provider, cursor) = (request.caller()?, request.provider()?, request.query("cursor"));
    match (request.instant("updatedSince")?, request.instant("from")?, request.instant("to")?) {
        (since, None, None) => {
            let limit = request.limit(100, 500)?;
            Reply::json(200, &records.changes(caller, &provider, since, limit, cursor).await?)
        }
        (None, Some(from), Some(to)) => {
            let limit = request.limit(500, 1000)?;
            Reply::json(200, &records.agenda(caller, &provider, window(from, to)?, limit, cursor).await?)
        }
        _ => Err(Problem::bad_request("Ask with `updatedSince`, with both `from` and `to`, or with none of them.")),
    }
}
