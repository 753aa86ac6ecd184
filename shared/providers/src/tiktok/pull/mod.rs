//! The bulk download as a pull of one form (tiktok-lead-ads.md §5).
//!
//! For each of three regions a task is made, asked after until it is ready, and its file downloaded. All that is known
//! between two pages is in the page token, so a pull can be cut off anywhere. A file has no page of its own: while a
//! region has more leads than fit one page, its file is downloaded again and read from the row that the token names. A
//! file is 16 MB at most, and once the first pull is over only the leads of the last days are handed on, so that
//! almost every file is downloaded once.
//!
//! TikTok filters by nothing, so leads are filtered here, by when they were created. What was read is remembered for
//! each region by itself: a region that may not be used today is read in full once it may, and no lead is passed over
//! because another region had a later one.

mod file;
mod lead;
mod position;
mod rows;
mod step;
mod task;
mod time;

use super::calls::Calls;
use super::session::Session;
use crate::contract::{Access, Page, PullRequest};
use crate::error::{ProviderError, PullError};
use domain::failure::FailureClass;
use domain::lead::Form;
use position::{Position, Read};

/// Raised whenever the meaning of a token changes.
pub(super) const QUERY_VERSION: u32 = 1;

/// One step: at most one task is made, looked at, or downloaded.
pub(super) async fn page(calls: &Calls, access: &Access, request: &PullRequest<'_>) -> Result<Page, PullError> {
    let session = &Session::of(access)?;
    let form =
        &Form::of(request.resource).map_err(|_| ProviderError::new(FailureClass::ResourceNotFound, "unknown_form"))?;
    let since = request.since.map(|token| Read::parse(token).ok_or(PullError::CursorExpired)).transpose()?;
    let position = match request.page {
        Some(token) => Position::parse(token).ok_or(PullError::CursorExpired)?,
        None => Position::default(),
    };
    let step = step::Step { calls, session, form, since, window_start: request.window_start };
    Ok(step.go(position).await?)
}
