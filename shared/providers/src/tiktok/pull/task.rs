//! The task that prepares a file.

use super::super::calls::{Call, Calls, read};
use super::super::errors::{NOT_READY, TASK_FAILED};
use super::super::owner;
use super::super::session::Session;
use super::super::wire::{self, date};
use crate::error::ProviderError;
use crate::http::AnswerCap;
use bytes::Bytes;
use domain::failure::FailureClass;
use domain::lead::{Form, Owner};
use http::Response;

/// How a task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It is being prepared.
    Pending,
    /// Its file can be downloaded.
    Ready,
    /// There will be no file.
    Failed,
}

/// What TikTok says of a task.
pub(super) struct Seen {
    pub(super) id: Option<String>,
    pub(super) state: State,
    /// When, by TikTok's clock, in seconds since 1970.
    pub(super) at: Option<i64>,
}

/// Whose task it is.
pub(super) struct Of<'a> {
    pub(super) owner: &'a Owner,
    pub(super) form: &'a Form,
    pub(super) region: Option<&'static str>,
}

/// Makes a task. Sent once: the next try makes another one, and that does no harm.
pub(super) async fn make(calls: &Calls, session: &Session, of: &Of<'_>) -> Result<Seen, ProviderError> {
    let answer = calls.send_once(&call(session, of, None)?, AnswerCap::OAUTH).await?;
    state(&answer)
}

/// Looks at a task, which takes the same endpoint.
pub(super) async fn look(calls: &Calls, session: &Session, of: &Of<'_>, id: &str) -> Result<Seen, ProviderError> {
    let answer = calls.send(&call(session, of, Some(id))?, AnswerCap::OAUTH).await?;
    match state(&answer) {
        // A task that TikTok no longer knows.
        Err(error) if error.class == FailureClass::ResourceNotFound => Ok(seen(&answer, None, State::Failed)),
        outcome => outcome,
    }
}

/// Downloads a task's file: whatever the answer is.
pub(super) async fn download(
    calls: &Calls,
    session: &Session,
    of: &Of<'_>,
    id: &str,
) -> Result<Response<Bytes>, ProviderError> {
    let query = vec![owner::parameter(of.owner)?, ("task_id", id.to_owned())];
    let call = Call::get("page/lead/task/download", query).with(&session.token).of_region(of.region);
    calls.send(&call, AnswerCap::DATA).await
}

fn call<'a>(session: &'a Session, of: &Of<'_>, id: Option<&str>) -> Result<Call<'a>, ProviderError> {
    let mut body = owner::body(of.owner)?;
    body.insert("page_id".to_owned(), of.form.id().into());
    if let Some(id) = id {
        body.insert("task_id".to_owned(), id.into());
    }
    Ok(Call::post("page/lead/task", body.into()).with(&session.token).of_region(of.region))
}

fn state(answer: &Response<Bytes>) -> Result<Seen, ProviderError> {
    let task: wire::Task = match read(answer) {
        Err(error) => return refused(answer, error),
        Ok(task) => task,
    };
    let state = match task.status.0.as_deref() {
        Some("SUCCEED" | "SUCCESS") => State::Ready,
        Some("FAILED") => State::Failed,
        _ => State::Pending,
    };
    Ok(seen(answer, task.task_id.0, state))
}

/// Two refusals are states.
pub(super) fn refused(answer: &Response<Bytes>, error: ProviderError) -> Result<Seen, ProviderError> {
    match error.code.as_str() {
        NOT_READY => Ok(seen(answer, None, State::Pending)),
        TASK_FAILED => Ok(seen(answer, None, State::Failed)),
        _ => Err(error),
    }
}

fn seen(answer: &Response<Bytes>, id: Option<String>, state: State) -> Seen {
    Seen { id, state, at: date(answer.headers()).map(|date| date.timestamp()) }
}
