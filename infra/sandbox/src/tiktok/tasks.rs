//! The bulk download: create, poll with the id, fetch the file.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    access::{self, Door, Scope, Target},
    answers::Answer,
    call::Call,
    csv,
    leads::{Lead, Region},
    live::{Desk, Live},
    refusal::Refusal,
    state::{Form, TikTok},
    switches::TaskFailure,
    zipped,
};

/// One task.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    id: String,
    account: String,
    form: String,
    region: Region,
    created: DateTime<Utc>,
    /// Leads from this number on came too late for it.
    before: u64,
    polls: u32,
    state: State,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Created,
    Running,
    /// With a file, zipped or not.
    Succeeded {
        zipped: bool,
    },
    /// It will fail when it would be finished.
    Doomed,
    Failed,
}

/// `POST /page/lead/task/`: creates a task; with `task_id`, tells how far it is.
pub(crate) fn create_or_poll(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let target = access::open(desk, call, Scope::Leads, Door::Admin)?;
    match call.text("task_id")? {
        None => create(desk, call, &target),
        Some(id) => poll(desk, id, &target),
    }
}

/// `GET /page/lead/task/download/`
pub(crate) fn download(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let target = access::open(desk, call, Scope::Leads, Door::Admin)?;
    let task = find(desk.tiktok, call.needed("task_id")?, &target)?;
    if Region::of(call)? != task.region {
        return Err(Refusal::no_object("task_id"));
    }
    match task.state {
        State::Succeeded { zipped } => file(desk, task, zipped),
        State::Failed => Err(Refusal::task_failed()),
        State::Created | State::Running | State::Doomed => Err(Refusal::task_not_ready()),
    }
}

fn create(desk: &mut Desk<'_>, call: &Call, target: &Target) -> Result<Answer, Refusal> {
    let (form, region) = (form(desk.tiktok, call, target)?.id.clone(), Region::of(call)?);
    let is_doomed = desk.live.switches.failing_tasks > 0;
    desk.live.switches.failing_tasks = desk.live.switches.failing_tasks.saturating_sub(1);
    let task = Task {
        id: desk.tiktok.ids.next(desk.now),
        account: target.account.clone(),
        form,
        region,
        created: desk.now,
        before: desk.tiktok.lead_count,
        polls: 0,
        state: if is_doomed { State::Doomed } else { State::Created },
    };
    let answer = json!({ "task_id": task.id, "status": "CREATED" });
    desk.tiktok.tasks.insert(task.id.clone(), task);
    Ok(Answer::Data(answer))
}

/// The one form whose leads are wanted, named by itself or by its ad.
fn form<'a>(tiktok: &'a TikTok, call: &Call, target: &Target) -> Result<&'a Form, Refusal> {
    match (call.text("page_id")?, call.text("ad_id")?) {
        (Some(page), None) => access::form(tiktok, target, page),
        (None, Some(ad)) => {
            let form = tiktok.forms.values().find(|form| form.advert.ad_id == ad);
            access::form(tiktok, target, form.ok_or_else(|| Refusal::no_object("ad_id"))?.id.as_str())
        }
        (None, None) => Err(Refusal::missing("page_id")),
        (Some(_), Some(_)) => Err(Refusal::invalid("ad_id", "Not allowed together with page_id.")),
    }
}

fn poll(desk: &mut Desk<'_>, id: &str, target: &Target) -> Result<Answer, Refusal> {
    let mut task = find(desk.tiktok, id, target)?.clone();
    task.polls = task.polls.saturating_add(1);
    let is_finished = task.polls > desk.live.switches.task_polls.0;
    task.state = match task.state {
        State::Created if !is_finished => State::Running,
        State::Created | State::Running if is_finished => finish(desk, &task),
        State::Doomed if is_finished => State::Failed,
        other => other,
    };
    desk.tiktok.tasks.insert(task.id.clone(), task.clone());
    told(desk.live, &task)
}

fn finish(desk: &Desk<'_>, task: &Task) -> State {
    match render(desk, task) {
        Some(file) => State::Succeeded { zipped: file.len() > desk.live.switches.zip_over.0 },
        None => State::Failed,
    }
}

fn told(live: &Live, task: &Task) -> Result<Answer, Refusal> {
    match task.state {
        State::Created | State::Running | State::Doomed if live.switches.task_not_ready_code => {
            Err(Refusal::task_not_ready())
        }
        State::Failed if live.switches.task_failure == TaskFailure::Code => Err(Refusal::task_failed()),
        _ => Ok(Answer::Data(status(task))),
    }
}

fn status(task: &Task) -> Value {
    let name = match task.state {
        State::Created => "CREATED",
        State::Running | State::Doomed => "RUNNING",
        State::Failed => "FAILED",
        State::Succeeded { zipped } => {
            let kind = if zipped { "zip" } else { "csv" };
            let (file_name, status) = (file_name(task, kind), "SUCCEED");
            return json!({ "task_id": task.id, "status": status, "file_name": file_name, "file_type": kind });
        }
    };
    json!({ "task_id": task.id, "status": name })
}

fn find<'a>(tiktok: &'a TikTok, id: &str, target: &Target) -> Result<&'a Task, Refusal> {
    let task = tiktok.tasks.get(id).filter(|task| task.account == target.account);
    task.ok_or_else(|| Refusal::no_object("task_id"))
}

fn file(desk: &Desk<'_>, task: &Task, zipped: bool) -> Result<Answer, Refusal> {
    let csv = render(desk, task).ok_or_else(Refusal::task_failed)?;
    if !zipped {
        return Ok(Answer::File { name: file_name(task, "csv"), kind: "text/csv", bytes: csv });
    }
    let bytes = zipped::zip(&file_name(task, "csv"), &csv).ok_or_else(Refusal::task_failed)?;
    Ok(Answer::File { name: file_name(task, "zip"), kind: "application/zip", bytes })
}

/// The file as it would be now; `None` when the form has disappeared.
fn render(desk: &Desk<'_>, task: &Task) -> Option<Vec<u8>> {
    let form = desk.tiktok.forms.get(&task.form)?;
    let kept_since = desk.live.switches.retention_days.map(|days| desk.now - Duration::days(i64::from(days)));
    let is_wanted = |lead: &&Lead| {
        lead.is_of_form(&task.form)
            && lead.region == task.region
            && lead.number < task.before
            && kept_since.is_none_or(|since| lead.created >= since)
    };
    let leads: Vec<&Lead> = desk.tiktok.leads.iter().filter(is_wanted).collect();
    Some(csv::write(form, &leads, desk.live.switches.csv).into_bytes())
}

fn file_name(task: &Task, kind: &str) -> String {
    format!("leads_{}_{}.{kind}", task.created.format("%Y%m%d"), task.id)
}
