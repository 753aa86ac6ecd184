//! The wire protocol: AWS JSON 1.0 and 1.1 over HTTP, dispatched by `X-Amz-Target`.

mod answer;
mod call;
mod iam;

pub use call::{Call, Service, Target};

use crate::AwsError;
use crate::embedded::Core;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;
use std::sync::Arc;

/// The largest request of any of the services is DynamoDB's 16 MB batch.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// Every path is the endpoint: older clients post to a queue's own URL.
pub(crate) fn router(core: Arc<Core>) -> Router {
    Router::new().fallback(handle).layer(DefaultBodyLimit::max(LARGEST_BODY)).with_state(core)
}

pub(crate) async fn handle(State(core): State<Arc<Core>>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let target = header(&headers, "x-amz-target").unwrap_or_default();
    let Some((service, operation)) = Service::of_target(target).filter(|_| method == Method::POST) else {
        return answer::error(None, &headers, &AwsError::unknown_operation(target));
    };
    match answer_call(core, service, operation, &headers, &body).await {
        Ok(json) => answer::success(service, &headers, json),
        Err(error) => answer::error(Some(service), &headers, &error),
    }
}

async fn answer_call(
    core: Arc<Core>,
    service: Service,
    operation: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<String, AwsError> {
    let json = parse(body)?;
    let call = Call {
        service,
        operation: operation.to_owned(),
        access_key_id: header(headers, "authorization").and_then(call::access_key_id),
        targets: iam::targets(service, operation, &json),
    };
    if let Some(observe) = &core.options.observe {
        observe(&call);
    }
    if let Some(admit) = &core.options.admit {
        admit(&call)?;
    }
    let body = body.clone();
    match service {
        Service::DynamoDb => {
            blocking(move || core.dynamodb.call(&call.operation, &String::from_utf8_lossy(&body))).await
        }
        Service::SecretsManager => text(blocking(move || core.secrets.call(&call.operation, json)).await),
        Service::EventBridge => text(core.events.call(&call.operation, json)),
        Service::Sqs => {
            let base = header(headers, "host").map(|host| format!("http://{host}"));
            text(core.sqs.call(&call.operation, json, base.as_deref()).await)
        }
    }
}

fn text(answer: Result<Value, AwsError>) -> Result<String, AwsError> {
    answer.map(|json| json.to_string())
}

/// Runs what waits for a disk or a lock away from the threads that serve connections.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AwsError> + Send + 'static,
) -> Result<T, AwsError> {
    tokio::task::spawn_blocking(work).await.map_err(AwsError::internal)?
}

fn parse(body: &[u8]) -> Result<Value, AwsError> {
    match serde_json::from_slice(body) {
        Ok(json @ Value::Object(_)) => Ok(json),
        Ok(_) => Err(AwsError::serialization("the body is not a JSON object")),
        Err(error) => Err(AwsError::serialization(format!("the body is not JSON: {error}"))),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
