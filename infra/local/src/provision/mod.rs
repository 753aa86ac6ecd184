//! Makes what the template declares, on whatever AWS there is; what exists already is kept.

mod queues;
mod secrets;
mod tables;

use crate::aws_error::said;
use crate::options::StartError;
use crate::template::{Queue, Secret, Stack, Table};
use shared::clients::Clients;
use std::collections::BTreeMap;

pub(crate) use secrets::keep;

/// Makes the secrets and answers their ARNs by name: the environment of functions refers to them.
pub(crate) async fn secrets(clients: &Clients, secrets: &[Secret]) -> Result<BTreeMap<String, String>, StartError> {
    let mut arns = BTreeMap::new();
    for secret in secrets {
        let arn =
            secrets::ensure(clients.secrets(), secret).await.map_err(|why| failed("secret", &secret.name, why))?;
        arns.insert(secret.name.clone(), arn);
    }
    Ok(arns)
}

/// Makes the tables, queues and buses.
pub(crate) async fn resources(clients: &Clients, stack: &Stack) -> Result<(), StartError> {
    for declared in &stack.tables {
        table(clients, declared).await?;
    }
    // Dead-letter queues first: the others refer to them.
    let (with, without): (Vec<_>, Vec<_>) = stack.queues.iter().partition(|queue| queue.redrive.is_some());
    for declared in without.into_iter().chain(with) {
        queue(clients, declared).await?;
    }
    for bus in &stack.buses {
        ensure_bus(clients.events(), &bus.name).await.map_err(|why| failed("bus", &bus.name, why))?;
    }
    Ok(())
}

/// Makes a table, or sees to it that the one that exists has the same indexes.
///
/// # Errors
/// AWS does not make it, or the one that exists is another.
pub async fn table(clients: &Clients, table: &Table) -> Result<(), StartError> {
    tables::ensure(clients.dynamodb(), table).await
}

/// Makes a queue, or gives the one that exists these attributes. Its dead-letter queue must be there.
///
/// # Errors
/// AWS does not make it.
pub async fn queue(clients: &Clients, queue: &Queue) -> Result<(), StartError> {
    queues::ensure(clients.sqs(), queue).await.map_err(|why| failed("queue", &queue.name, why))
}

async fn ensure_bus(events: &aws_sdk_eventbridge::Client, name: &str) -> Result<(), String> {
    match events.create_event_bus().name(name).send().await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_already_exists_exception()) => Ok(()),
        Err(error) => Err(said(&error)),
    }
}

fn failed(kind: &str, name: &str, why: String) -> StartError {
    StartError::Provision { what: format!("the {kind} {name}"), why }
}
