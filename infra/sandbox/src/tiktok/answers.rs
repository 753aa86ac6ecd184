//! What endpoints answer, and the envelope around it.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderName, header};
use serde_json::{Value, json};

use super::refusal::{PARTIAL, Refusal, usual_message};

/// The header that tells the request's id.
const LOG_ID: HeaderName = HeaderName::from_static("x-tt-logid");

/// What an endpoint answers when it does not refuse.
#[derive(Debug)]
pub(crate) enum Answer {
    /// `data` of the envelope.
    Data(Value),
    /// As `Data`, and something was left out: code 20001.
    Partial(Value),
    /// `data`, and fields beside it.
    Beside(Value, Value),
    /// No envelope at all: a file.
    File { name: String, kind: &'static str, bytes: Vec<u8> },
}

/// The answer on the wire, which is HTTP 200 whatever it says.
pub(crate) fn response(result: Result<Answer, Refusal>, request_id: &str) -> Response {
    let response = match result {
        Ok(Answer::Data(data)) => envelope(0, usual_message(0), request_id, data),
        Ok(Answer::Partial(data)) => envelope(PARTIAL, usual_message(PARTIAL), request_id, data),
        Ok(Answer::Beside(data, beside)) => {
            let mut whole = envelope(0, usual_message(0), request_id, data);
            if let (Some(whole), Value::Object(beside)) = (whole.as_object_mut(), beside) {
                whole.extend(beside);
            }
            whole
        }
        Ok(Answer::File { name, kind, bytes }) => return file(&name, kind, bytes, request_id),
        Err(Refusal { code, message }) => envelope(code, &message, request_id, json!({})),
    };
    ([(LOG_ID, request_id.to_owned())], Json(response)).into_response()
}

fn envelope(code: u32, message: &str, request_id: &str, data: Value) -> Value {
    json!({ "code": code, "message": message, "request_id": request_id, "data": data })
}

fn file(name: &str, kind: &str, bytes: Vec<u8>, request_id: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (LOG_ID, request_id.to_owned()),
    ];
    (headers, bytes).into_response()
}
