//! One step of a pull.

use super::super::calls::Calls;
use super::super::errors::{DUPLICATE, TASK_FAILED};
use super::super::questions::{questions, squash};
use super::super::session::Session;
use super::super::wire::date;
use super::super::{forms, owner};
use super::file::{self, Download};
use super::lead::lead;
use super::position::{Position, Read, Task};
use super::rows::{self, Entry};
use super::task::{self, Of, Seen, State};
use crate::contract::{Next, Page, Pulled};
use crate::error::ProviderError;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::lead::Form;
use std::collections::HashMap;

/// Entries of one page.
pub(super) const MOST_ENTRIES: usize = 900;
/// A lead may appear in a file later than one that was created after it.
const OVERLAP: TimeDelta = TimeDelta::days(1);
/// How long to wait before a task is looked at again, in seconds; from the last one on it stays so.
const WAITS: [i64; 8] = [5, 10, 20, 40, 60, 120, 300, 300];
/// A task that is not ready after so many looks, four hours, is given up.
const MOST_LOOKS: u32 = 54;
/// Tasks that are made anew in one region before the pull fails.
const MOST_REMADE: u32 = 2;
/// Whoever comes back so much later than was asked for begins with new tasks, in seconds.
const MUCH_LATER: i64 = 600;

/// What a step needs.
pub(super) struct Step<'a> {
    pub(super) calls: &'a Calls,
    pub(super) session: &'a Session,
    pub(super) form: &'a Form,
    pub(super) since: Option<Read>,
    pub(super) window_start: DateTime<Utc>,
}

impl Step<'_> {
    /// Does what is next.
    pub(super) async fn go(&self, position: Position) -> Result<Page, ProviderError> {
        match position.task.clone() {
            None => self.make(position).await,
            Some(task) if task.row.is_none() => self.look(position, task).await,
            Some(task) => self.download(position, task).await,
        }
    }

    fn of<'a>(&'a self, position: &'a Position) -> Of<'a> {
        let owner = position.through.as_ref().unwrap_or(self.form.owner());
        Of { owner, form: self.form, region: position.header() }
    }

    async fn make(&self, mut position: Position) -> Result<Page, ProviderError> {
        if position.through.is_none() {
            position.through = Some(forms::current(self.calls, self.session, self.form.owner()).await?);
        }
        let next = match task::make(self.calls, self.session, &self.of(&position)).await {
            Ok(seen) => self.made(position, seen)?,
            Err(refused) => match self.instead(&position, refused).await {
                Ok((position, seen)) => self.made(position, seen)?,
                // TikTok takes this task for the last region's.
                Err(refused) if refused.code == DUPLICATE => self.remade(position)?,
                Err(refused) => self.without_region(&position, refused)?,
            },
        };
        Ok(nothing(next))
    }

    /// Makes the task by way of the ad account's library, unless an owner has been found that works.
    async fn instead(&self, position: &Position, refused: ProviderError) -> Result<(Position, Seen), ProviderError> {
        if position.is_of_use() {
            return Err(refused);
        }
        let library = owner::instead(self.calls, self.session, self.of(position).owner, refused).await?;
        let position = Position { through: Some(library), ..position.clone() };
        let seen = task::make(self.calls, self.session, &self.of(&position)).await?;
        Ok((position, seen))
    }

    fn made(&self, position: Position, seen: Seen) -> Result<Next, ProviderError> {
        match (seen.state, seen.id) {
            (state, Some(id)) if state != State::Failed => {
                let row = (state == State::Ready).then_some(0);
                let task = Task { id, looks: 0, seen: seen.at, row };
                Ok(after(Position { task: Some(task), ..position }))
            }
            _ => self.remade(position),
        }
    }

    /// Goes on without a region that the account may not use, and fails when there is none that it may. Once a region
    /// could be used, a form that another one does not know has no leads there.
    fn without_region(&self, position: &Position, refused: ProviderError) -> Result<Next, ProviderError> {
        let skipped = match refused.class {
            FailureClass::MissingPermission => true,
            FailureClass::ResourceNotFound => position.is_of_use(),
            _ => false,
        };
        match (skipped, position.next_region()) {
            (false, _) => Err(refused),
            (true, None) if !position.is_of_use() => Err(refused),
            (true, _) => Ok(self.end_of_region(position, None)),
        }
    }

    async fn look(&self, position: Position, task: Task) -> Result<Page, ProviderError> {
        let next = match task::look(self.calls, self.session, &self.of(&position), &task.id).await {
            Ok(seen) => self.looked(position, task, seen)?,
            Err(refused) => self.without_region(&position, refused)?,
        };
        Ok(nothing(next))
    }

    fn looked(&self, position: Position, task: Task, seen: Seen) -> Result<Next, ProviderError> {
        match seen.state {
            State::Ready => {
                let task = Task { row: Some(task.row.unwrap_or(0)), seen: seen.at, ..task };
                Ok(Next::Page(Position { task: Some(task), ..position }.token()))
            }
            State::Pending if task.looks < MOST_LOOKS => {
                let task = Task { looks: task.looks + 1, seen: seen.at, row: None, ..task };
                Ok(after(Position { task: Some(task), ..position }))
            }
            State::Pending | State::Failed if is_much_later(&task, seen.at) => {
                self.remade(Position { failed: 0, ..position })
            }
            State::Pending | State::Failed => self.remade(position),
        }
    }

    /// Another task is made instead of one that failed, from the beginning of its file: twice, then the pull fails. The
    /// token stays, and whoever comes back with it much later begins anew.
    fn remade(&self, position: Position) -> Result<Next, ProviderError> {
        if position.failed >= MOST_REMADE {
            return Err(ProviderError::new(FailureClass::Transient, TASK_FAILED));
        }
        let failed = position.failed + 1;
        let page = Position { failed, task: None, newest: None, ..position }.token();
        Ok(Next::Later { page, after: TimeDelta::seconds(30 * i64::from(failed)) })
    }

    async fn download(&self, position: Position, task: Task) -> Result<Page, ProviderError> {
        let answer = task::download(self.calls, self.session, &self.of(&position), &task.id).await?;
        let now = date(answer.headers()).map(|date| date.timestamp());
        let files = match file::open(&answer) {
            Ok(Download::Files(files)) => files,
            Err(refused) => return self.without_region(&position, refused).map(nothing),
            Ok(Download::Not(state)) => {
                let seen = Seen { id: None, state, at: now };
                return self.looked(position, task, seen).map(nothing);
            }
        };
        let from = task.row.unwrap_or(0);
        let oldest = self.oldest(position.region);
        let Some(read) = rows::read(&files, from, MOST_ENTRIES, oldest) else {
            // No file of leads, or another one than before.
            let seen = Seen { id: None, state: State::Failed, at: now };
            return self.looked(position, task, seen).map(nothing);
        };
        let newest = read.newest.map(|newest| now.map_or(newest, |now| newest.min(now)));
        let newest = newest.max(position.newest);
        let next = match read.next {
            Some(row) => {
                let task = Some(Task { row: Some(row), seen: now, ..task });
                Next::Page(Position { task, newest, ..position }.token())
            }
            None => self.end_of_region(&position, Some(newest)),
        };
        Ok(Page { entries: self.entries(read.entries).await?, next })
    }

    /// The oldest lead of the region that is handed on.
    fn oldest(&self, region: usize) -> DateTime<Utc> {
        let read = self.since.and_then(|since| since.read[region]);
        let read = read.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        read.and_then(|read| read.checked_sub_signed(OVERLAP)).unwrap_or(self.window_start)
    }

    async fn entries(&self, entries: Vec<Entry>) -> Result<Vec<Pulled>, ProviderError> {
        if !entries.iter().any(|entry| matches!(entry, Entry::Lead(_))) {
            return Ok(entries.into_iter().map(|entry| lead(entry, self.form, &HashMap::new())).collect());
        }
        let keys = self.keys().await?;
        let of_this_form = entries.into_iter().filter(|entry| entry.is_of(self.form.id()));
        Ok(of_this_form.map(|entry| lead(entry, self.form, &keys)).collect())
    }

    /// The key of each question by the spelling of its key and of its label that differences of spelling leave: the file
    /// names questions by label, deliveries by key. Without the questions (a form that was removed) the file's own names
    /// have to do.
    async fn keys(&self) -> Result<HashMap<String, String>, ProviderError> {
        use FailureClass::*;
        let questions = match questions(self.calls, self.session, self.form).await {
            Err(error) if matches!(error.class, MissingPermission | ResourceNotFound | OurBug) => Vec::new(),
            questions => questions?,
        };
        let mut keys = HashMap::new();
        let labels = questions.iter().rev().map(|question| (squash(&question.label), question));
        let own = questions.iter().rev().map(|question| (squash(&question.key), question));
        for (name, question) in labels.chain(own).filter(|(name, _)| !name.is_empty()) {
            keys.insert(name, question.key.clone());
        }
        Ok(keys)
    }

    /// The next region, or the end. `read`: the newest lead of a region that was read; `None` if it could not be.
    fn end_of_region(&self, position: &Position, read: Option<Option<i64>>) -> Next {
        let region = position.region;
        let mut position = position.clone();
        let former = self.since.and_then(|since| since.read[region]);
        position.used[region] = read.is_some();
        position.read[region] = read.flatten().max(former);
        match position.next_region() {
            Some(next) => Next::Page(next.token()),
            None => Next::Done(Read { read: position.read }.token()),
        }
    }
}

/// At once for a file that is ready, or after a wait that grows from look to look.
fn after(position: Position) -> Next {
    let page = position.token();
    match &position.task {
        Some(task) if task.row.is_none() => Next::Later { page, after: TimeDelta::seconds(wait(task.looks)) },
        _ => Next::Page(page),
    }
}

fn wait(looks: u32) -> i64 {
    WAITS[(looks as usize).min(WAITS.len() - 1)]
}

fn is_much_later(task: &Task, now: Option<i64>) -> bool {
    let asked = if task.row.is_none() { wait(task.looks) } else { 0 };
    matches!((task.seen, now), (Some(seen), Some(now)) if now - seen - asked > MUCH_LATER)
}

fn nothing(next: Next) -> Page {
    Page { entries: Vec::new(), next }
}
