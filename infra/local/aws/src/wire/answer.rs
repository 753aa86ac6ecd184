//! Answers: body, content type, request id, and the headers that single services add.

use super::{Service, header};
use crate::sqs::query_code;
use crate::{AwsError, random};
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

pub(super) fn success(service: Service, request: &HeaderMap, json: String) -> Response {
    respond(Some(service), request, StatusCode::OK, json)
}

pub(super) fn error(service: Option<Service>, request: &HeaderMap, error: &AwsError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = error.body.clone().unwrap_or_else(|| body(service, error));
    let mut response = respond(service, request, status, body);
    if service == Some(Service::Sqs) {
        let fault = if error.status < 500 { "Sender" } else { "Receiver" };
        insert(&mut response, "x-amzn-query-error", &format!("{};{fault}", query_code(&error.code)));
    }
    response
}

/// Secrets Manager spells `Message`, the others `message`.
fn body(service: Option<Service>, error: &AwsError) -> String {
    let kind = match service {
        Some(Service::Sqs) => format!("com.amazonaws.sqs#{}", error.code),
        Some(Service::DynamoDb) => format!("com.amazonaws.dynamodb.v20120810#{}", error.code),
        _ => error.code.clone(),
    };
    match service {
        Some(Service::SecretsManager) => json!({"__type": kind, "Message": error.message}),
        _ => json!({"__type": kind, "message": error.message}),
    }
    .to_string()
}

fn respond(service: Option<Service>, request: &HeaderMap, status: StatusCode, body: String) -> Response {
    let checksum = (service == Some(Service::DynamoDb)).then(|| crc32fast::hash(body.as_bytes()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    insert(&mut response, "content-type", content_type(request));
    insert(&mut response, "x-amzn-requestid", &random::uuid());
    if let Some(checksum) = checksum {
        insert(&mut response, "x-amz-crc32", &checksum.to_string());
    }
    response
}

fn content_type(request: &HeaderMap) -> &'static str {
    match header(request, "content-type") {
        Some(kind) if kind.starts_with("application/x-amz-json-1.1") => "application/x-amz-json-1.1",
        _ => "application/x-amz-json-1.0",
    }
}

fn insert(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
