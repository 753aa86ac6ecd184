//! The door of the Graph API: reads a call, lets a fault have it, answers, and says in headers what Facebook says.

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use super::{
    access,
    budget::{Bucket, Standing},
    call::Call,
    dialog, edges,
    errors::GraphError,
    kinds::CallKind,
    subscriptions,
    switches::{CallFault, CallFaultKind},
    versions,
};
use crate::{Sandbox, misbehaviour};

/// What is known of a call before it is answered.
pub(crate) struct Meeting {
    pub(crate) kind: CallKind,
    pub(crate) version: &'static str,
    /// What a header says of a version that will end soon.
    warning: Option<String>,
    /// Whether it is about an ad, which counts against the ad account too.
    is_about_ad: bool,
    trace: String,
    fault: Option<CallFault>,
}

/// Anything below `/facebook/`.
pub(crate) async fn answer(State(sandbox): State<Sandbox>, request: Request) -> Response<Body> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let call = Call::read(request).await;
    let meeting = meet(&sandbox, &call);
    let fault = meeting.fault.clone();
    let answered = async {
        match meeting.kind {
            CallKind::Dialog => dialog::answer(&sandbox, &call, &query),
            _ => graph(&sandbox, &call, &meeting).await,
        }
    };
    misbehaviour::around(fault.as_ref(), answered).await
}

fn meet(sandbox: &Sandbox, call: &Call) -> Meeting {
    let now = sandbox.now();
    sandbox.note(|state| {
        let kind = CallKind::of(call, &state.facebook);
        state.desk.counters.count(kind);
        let switches = &state.desk.switches;
        let version = versions::served(call.version.as_deref(), &switches.expired_versions, now);
        let is_form = call.path.first().is_some_and(|id| state.facebook.forms.contains_key(id));
        Meeting {
            kind,
            version,
            warning: versions::warning(version, &switches.deprecated_versions),
            is_about_ad: kind == CallKind::Leads && !is_form,
            trace: state.desk.trace(),
            fault: misbehaviour::take(&mut state.desk.switches.faults, &kind),
        }
    })
}

async fn graph(sandbox: &Sandbox, call: &Call, meeting: &Meeting) -> Response<Body> {
    let (standing, admitted) = admit(sandbox, call, meeting);
    let result = match admitted {
        Err(error) => Err(error),
        Ok(()) => act(sandbox, call, meeting).await,
    };
    let mut response = match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(error.envelope(&meeting.trace))).into_response()
        }
    };
    tell(response.headers_mut(), meeting, standing.as_ref());
    response
}

/// Counts the call, and refuses it when it is one too many or a fault says so.
fn admit(sandbox: &Sandbox, call: &Call, meeting: &Meeting) -> (Option<Standing>, Result<(), GraphError>) {
    let now = sandbox.now();
    let switched = meeting.fault.as_ref().filter(|fault| fault.fault == CallFaultKind::Error);
    sandbox.note(|state| {
        let (facebook, desk) = (&state.facebook, &mut state.desk);
        let caller = access::caller(facebook, call, now);
        let charged = caller.ok().map(|caller| {
            let bucket = Bucket::of(&caller, meeting.kind);
            desk.usage.charge(facebook, bucket, desk.switches.budget, now)
        });
        let (standing, room) = charged.map_or((None, Ok(())), |(standing, room)| (Some(standing), room));
        let Some(fault) = switched else { return (standing, room) };
        let detail = fault.detail;
        let standing = standing.map(|standing| match detail.minutes {
            Some(minutes) => standing.exhausted(minutes),
            None => standing,
        });
        (standing, Err(GraphError::of_code(detail.code, detail.subcode).with_status(detail.status)))
    })
}

async fn act(sandbox: &Sandbox, call: &Call, meeting: &Meeting) -> Result<Value, GraphError> {
    if let (CallKind::Subscriptions, &Method::POST, Some(id)) = (meeting.kind, &call.method, call.path.first()) {
        return subscriptions::make(sandbox, call, id).await;
    }
    if meeting.kind.changes(&call.method) {
        sandbox.write(|state| edges::answer(sandbox, state, call, meeting))
    } else {
        sandbox.note(|state| edges::answer(sandbox, state, call, meeting))
    }
}

fn tell(headers: &mut HeaderMap, meeting: &Meeting, standing: Option<&Standing>) {
    put(headers, HeaderName::from_static("facebook-api-version"), meeting.version);
    put(headers, HeaderName::from_static("x-fb-trace-id"), &meeting.trace);
    put(headers, header::CACHE_CONTROL, "private, no-cache, no-store, must-revalidate");
    if let Some(warning) = &meeting.warning {
        put(headers, HeaderName::from_static("x-ad-api-version-warning"), warning);
    }
    if let Some(standing) = standing {
        let (name, value) = standing.header();
        put(headers, HeaderName::from_static(name), &value.to_string());
        if meeting.is_about_ad {
            put(headers, HeaderName::from_static("x-ad-account-usage"), &standing.of_ad_account().to_string());
        }
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
