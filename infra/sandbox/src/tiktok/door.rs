//! The door of the API: paths, faults, limits, the envelope, and the `Date` of every answer.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::{
    answers::{self, Answer},
    call::Call,
    endpoints::{self, Found, Handler},
    live::Desk,
    refusal::{PARTIAL, Refusal, usual_message},
    switches::{DownloadErrors, Fault, FaultKind},
};
use crate::{Sandbox, misbehaviour};

/// The version that is served; v1.2 and older ones are refused in the envelope.
const VERSION: &str = "v1.3";

/// One request as it arrived.
struct Arrived {
    version: String,
    endpoint: String,
    method: Method,
    headers: HeaderMap,
    query: String,
    body: Bytes,
}

/// Any request to the API.
pub(crate) async fn enter(
    State(sandbox): State<Sandbox>,
    Path((version, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let Some(endpoint) = path.strip_suffix('/') else { return not_found().await };
    let handler = match endpoints::find(&method, endpoint) {
        Found::Handler(handler) => handler,
        Found::WrongMethod => return (StatusCode::METHOD_NOT_ALLOWED, "405 method not allowed").into_response(),
        Found::Nothing => return not_found().await,
    };
    let endpoint = endpoint.to_owned();
    let fault = sandbox.note(|state| {
        state.tiktok_live.requests.count(endpoint.clone());
        misbehaviour::take(&mut state.tiktok_live.switches.faults, &endpoint)
    });
    let arrived = Arrived { version, endpoint, method, headers, query: query.unwrap_or_default(), body };
    let answered = async {
        match &fault {
            Some(Fault { fault: FaultKind::Code, detail, .. }) => refuse(&sandbox, detail.code, &arrived),
            Some(Fault { fault: FaultKind::Partial, .. }) => as_partial(answer(&sandbox, &arrived, handler)).await,
            _ => answer(&sandbox, &arrived, handler),
        }
    };
    misbehaviour::around(fault.as_ref(), answered).await
}

/// What the API's server answers when no endpoint is reached; a path without the slash at its end reaches none.
pub(crate) async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "404 page not found").into_response()
}

fn answer(sandbox: &Sandbox, arrived: &Arrived, handler: Handler) -> Response {
    let now = sandbox.now();
    let work = |state: &mut crate::State| {
        let mut desk = Desk { tiktok: &mut state.tiktok, live: &mut state.tiktok_live, now };
        let result = admitted(&mut desk, arrived).and_then(|call| handler(&mut desk, &call));
        let result = result.or_else(|refusal| as_file(&desk, arrived, refusal));
        (result, desk.live.request_id(now))
    };
    let is_reading = arrived.method == Method::GET;
    let (result, request_id) = if is_reading { sandbox.note(work) } else { sandbox.write(work) };
    answers::response(result, &request_id)
}

/// Reads the request, if version and limits admit it.
fn admitted(desk: &mut Desk<'_>, arrived: &Arrived) -> Result<Call, Refusal> {
    if arrived.version != VERSION {
        return Err(Refusal::version());
    }
    let call = Call::read(&arrived.method, &arrived.headers, &arrived.query, &arrived.body)?;
    let about = call.text("advertiser_id")?;
    desk.live.meter.admit(desk.live.switches.limits, about, desk.now)?;
    Ok(call)
}

/// By switch, a refused download tells why in the file.
fn as_file(desk: &Desk<'_>, arrived: &Arrived, refusal: Refusal) -> Result<Answer, Refusal> {
    let in_file = desk.live.switches.download_errors == DownloadErrors::Text;
    if arrived.endpoint != endpoints::TASK_DOWNLOAD || !in_file {
        return Err(refusal);
    }
    let text = format!("code: {}, message: {}\n", refusal.code, refusal.message);
    Ok(Answer::File { name: "error.csv".to_owned(), kind: "text/csv", bytes: text.into_bytes() })
}

fn refuse(sandbox: &Sandbox, code: u32, arrived: &Arrived) -> Response {
    let now = sandbox.now();
    let (result, request_id) = sandbox.note(|state| {
        let request_id = state.tiktok_live.request_id(now);
        let desk = Desk { tiktok: &mut state.tiktok, live: &mut state.tiktok_live, now };
        (as_file(&desk, arrived, Refusal::of(code)), request_id)
    });
    answers::response(result, &request_id)
}

/// A success becomes a partial one.
async fn as_partial(response: Response) -> Response {
    let partial = |whole: Bytes| match serde_json::from_slice::<Value>(&whole) {
        Ok(mut envelope) if envelope["code"] == 0 => {
            envelope["code"] = PARTIAL.into();
            envelope["message"] = usual_message(PARTIAL).into();
            envelope.to_string().into()
        }
        _ => whole.into(),
    };
    misbehaviour::with_body(response, partial).await
}
