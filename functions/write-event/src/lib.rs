//! `PUT` and `DELETE /integrations/{provider}/events/{id}`: what Aura wants of an appointment; `GET …/events/writes`: what the
//! provider does not have yet.

use shared::api::{AppointmentBody, routes};
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::appointments::{AcceptAppointments, ListWrites};
use std::sync::Arc;

const ROUTES: [routes::Route; 3] = [routes::PUT_EVENT, routes::CANCEL_EVENT, routes::WRITES];

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let integrations = parts.integrations(&parts.store()?);
    let accept = AcceptAppointments::new(integrations.clone(), parts.registry()?, parts.sync_queue()?);
    let list = ListWrites::new(integrations);
    Ok(serve(setup, &ROUTES, move |request| handle(accept.clone(), list.clone(), request)))
}

async fn handle(accept: AcceptAppointments, list: ListWrites, request: Request) -> Result<Reply, Problem> {
    if request.is(&routes::WRITES) {
        return writes(&list, &request).await;
    }
    let id = request.appointment()?;
    let (caller, provider, name) = (request.caller()?, request.provider()?, request.name()?);
    request.only_query(&[])?;
    let answered = if request.is(&routes::PUT_EVENT) {
        let body: AppointmentBody = request.json()?;
        accept.put(caller, &provider, id, body, name.as_ref()).await?
    } else {
        request.no_body()?;
        accept.cancel(caller, &provider, id, name.as_ref()).await?
    };
    Ok(Reply::answered(answered))
}

async fn writes(list: &ListWrites, request: &Request) -> Result<Reply, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let limit = request.limit(20, 100)?;
    let (caller, provider) = (request.caller()?, request.provider()?);
    Reply::json(200, &list.list(caller, &provider, limit, request.query("cursor")).await?)
}
