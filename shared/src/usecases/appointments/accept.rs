//! Accepting what Aura wants of an appointment: durable before it is answered, then sent to the worker.

use super::show::view;
use super::{event_id, send_soon};
use crate::api::AppointmentBody;
use crate::entry::{Caller, Problem};
use crate::queue::Queue;
use crate::store::{Agreed, AppointmentChange, AppointmentWrite, Idempotency, Integration, RequestName, WriteState};
use crate::usecases::get::{Integrations, provider};
use crate::usecases::{Answered, TRIES};
use chrono::TimeDelta;
use domain::appointment::{Appointment, OccurrenceOf};
use domain::ids::{AppointmentId, ProviderSlug, ResourceId};
use domain::lifecycle::{Refused, Status};
use domain::record::Record;
use providers::{Push, Registry};

/// How soon an appointment is due if sending its message failed.
const SAFETY_NET: TimeDelta = TimeDelta::seconds(30);

/// What Aura wants of one appointment.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Aura's id of it.
    pub appointment: AppointmentId,
    /// The version that the rest of Aura gave it; one that is not newer changes nothing. `None`: a person's wish.
    pub version: Option<u64>,
    /// What it is to be; `None`: cancelled.
    pub wanted: Option<Appointment>,
    /// It is one occurrence of another appointment.
    pub occurrence_of: Option<OccurrenceOf>,
    /// The version of the provider's event that the change was made from, where the person saw one.
    pub etag: Option<String>,
}

/// What became of a wish.
pub(super) enum Accepted {
    /// It is durable and will be carried out.
    Pending(Box<AppointmentWrite>),
    /// Nothing changed: it is known already, or something newer is.
    Known(Box<AppointmentWrite>),
}

/// Accepts appointments.
#[derive(Clone)]
pub struct AcceptAppointments {
    integrations: Integrations,
    registry: Registry,
    queue: Queue,
}

impl AcceptAppointments {
    /// Over these; messages go to `queue`.
    pub fn new(integrations: Integrations, registry: Registry, queue: Queue) -> Self {
        Self { integrations, registry, queue }
    }

    /// Puts an appointment, or gives the answer again that the same request was given before.
    pub async fn put(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        appointment: AppointmentId,
        body: AppointmentBody,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let wish = Wish {
            appointment,
            version: None,
            occurrence_of: body.occurrence_of.clone(),
            etag: body.etag.clone(),
            wanted: Some(body.into()),
        };
        self.answer(caller, slug, &wish, request).await
    }

    /// Cancels an appointment.
    pub async fn cancel(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        appointment: AppointmentId,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let wish = Wish { appointment, version: None, wanted: None, occurrence_of: None, etag: None };
        self.answer(caller, slug, &wish, request).await
    }

    /// Takes over what an event of the bus says, for every calendar of the account that Aura writes to.
    pub async fn take(&self, account: &domain::ids::AccountId, wish: &Wish) -> Result<&'static str, Problem> {
        check(wish)?;
        let (_, integrations) = self.integrations.store.catalogue(account).await?;
        let mut outcome = "no_calendar";
        for integration in integrations {
            let provider = self.registry.find(&integration.provider);
            let Some(push) = provider.and_then(|provider| provider.push()) else { continue };
            match self.accept(&integration, push, wish, |_| Ok(None)).await {
                Ok(Accepted::Pending(_)) => outcome = "accepted",
                Ok(Accepted::Known(_)) if outcome != "accepted" => outcome = "known",
                Ok(Accepted::Known(_)) => {}
                Err(problem) if problem.status < 500 && problem.code != "busy" => outcome = "refused",
                Err(problem) => return Err(problem),
            }
        }
        Ok(outcome)
    }

    async fn answer(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        wish: &Wish,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        let found = self.integrations.find(caller, slug).await;
        if let Some(before) = Answered::before(store, request).await? {
            return Ok(before);
        }
        check(wish)?;
        let remember = |item: &AppointmentWrite| Ok(Answered::of(202, &view(item))?.remembered(store, request));
        let integration = found?.integration;
        let push = provider(&self.registry, slug)?.push().ok_or_else(not_writable)?;
        match self.accept(&integration, push, wish, remember).await {
            Ok(Accepted::Pending(item) | Accepted::Known(item)) => Answered::of(202, &view(&item)),
            // The same request may have been faster with the same key.
            Err(problem) if problem.code == "busy" => Answered::before(store, request).await?.ok_or(problem),
            Err(problem) => Err(problem),
        }
    }

    /// Makes the wish durable, then sends the message.
    async fn accept(
        &self,
        integration: &Integration,
        push: &dyn Push,
        wish: &Wish,
        remember: impl Fn(&AppointmentWrite) -> Result<Option<Idempotency>, Problem>,
    ) -> Result<Accepted, Problem> {
        let store = &self.integrations.store;
        allowed(integration)?;
        for _ in 0..TRIES {
            let seen = store.appointment(integration.id, &wish.appointment).await?;
            let known = seen.as_ref().filter(|seen| is_known(seen, wish));
            let next = match known {
                Some(known) => known.clone(),
                None => self.decide(integration, push, wish, seen.as_ref()).await?,
            };
            let mut change = AppointmentChange::new(seen.as_ref(), next);
            change.idempotency = remember(&change.next)?;
            // With a key even what changes nothing is committed: the answer has to be remembered.
            if let Some(known) = known.filter(|_| change.idempotency.is_none()) {
                return Ok(Accepted::Known(Box::new(known.clone())));
            }
            match store.commit_appointment(&change).await {
                Ok(()) if known.is_some() => return Ok(Accepted::Known(Box::new(change.next))),
                Ok(()) => {
                    if change.next.state == WriteState::Pending {
                        send_soon(&self.queue, &change.next).await;
                    }
                    return Ok(Accepted::Pending(Box::new(change.next)));
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::busy())
    }

    async fn decide(
        &self,
        integration: &Integration,
        push: &dyn Push,
        wish: &Wish,
        seen: Option<&AppointmentWrite>,
    ) -> Result<AppointmentWrite, Problem> {
        let store = &self.integrations.store;
        let mut next = match seen {
            Some(seen) if seen.dataset == integration.dataset => seen.clone(),
            // Another provider account: whatever was in the former one's calendars is not ours to touch any more.
            _ => self.fresh(integration, wish, seen).await?,
        };
        check_occurrence(wish, &next)?;
        if !next.may_exist() {
            next.calendar = self.calendar(integration, wish).await?;
            next.event = None;
        }
        self.take_over_what_was_seen(integration, push, wish, &mut next).await?;
        let now = store.now();
        // The page and the rest of Aura count apart; the revision grows with either.
        next.revision = (next.revision + 1).max(wish.version.unwrap_or_default());
        next.version = wish.version.or(next.version);
        next.wanted = wish.wanted.clone().map(Appointment::in_whole_seconds);
        next.asked = None;
        next.state = WriteState::Pending;
        next.failure = None;
        next.overridden.clear();
        next.attempts = 0;
        next.changed_at = now;
        // While a worker has it, the entry stays at the lease's end; the worker goes on with the newer revision.
        next.due_at = Some(next.lease_until.filter(|until| *until > now).unwrap_or(now + SAFETY_NET));
        Ok(next)
    }

    async fn fresh(
        &self,
        integration: &Integration,
        wish: &Wish,
        seen: Option<&AppointmentWrite>,
    ) -> Result<AppointmentWrite, Problem> {
        if wish.wanted.is_none() && wish.version.is_none() {
            return Err(unknown_appointment());
        }
        let now = self.integrations.store.now();
        Ok(AppointmentWrite {
            appointment: wish.appointment.clone(),
            id: integration.id,
            account: integration.account.clone(),
            provider: integration.provider.clone(),
            dataset: integration.dataset,
            revision: seen.map_or(0, |seen| seen.revision),
            version: seen.and_then(|seen| seen.version),
            wanted: None,
            asked: None,
            occurrence_of: wish.occurrence_of.clone(),
            calendar: self.calendar(integration, wish).await?,
            event: None,
            agreed: None,
            sent: vec![],
            state: WriteState::Written,
            failure: None,
            overridden: vec![],
            attempts: 0,
            due_at: None,
            // A worker of the former account must not take the next one's lease for its own.
            fence: seen.map_or(0, |seen| seen.fence),
            lease_until: None,
            written_at: None,
            changed_at: now,
            rev: 0,
        })
    }

    /// Where a new appointment goes: the calendar that was chosen for them, or its series'.
    async fn calendar(&self, integration: &Integration, wish: &Wish) -> Result<ResourceId, Problem> {
        if let Some(of) = &wish.occurrence_of {
            let series = self.integrations.store.appointment(integration.id, &of.series).await?;
            let series =
                series.filter(|series| series.dataset == integration.dataset && series.occurrence_of.is_none());
            return Ok(series.ok_or_else(unknown_series)?.calendar);
        }
        integration.settings.write_resource.clone().ok_or_else(no_calendar)
    }

    /// What the person had seen of the provider's event is what both sides agree on: their edit is a change of that. And
    /// whoever puts an appointment anew whose event Aura knows to be deleted wants it back.
    async fn take_over_what_was_seen(
        &self,
        integration: &Integration,
        push: &dyn Push,
        wish: &Wish,
        next: &mut AppointmentWrite,
    ) -> Result<(), Problem> {
        let Some(event) = event_id(push, next).filter(|_| next.agreed.is_some()) else { return Ok(()) };
        let stored = self.integrations.store.record(integration, &next.calendar, &event).await?;
        let Some(stored) = stored else { return Ok(()) };
        match stored.record()? {
            None if next.state != WriteState::Pending => next.agreed = None,
            Some(Record::CalendarEvent(event)) if wish.etag.is_some() && event.etag == wish.etag => {
                if let Some(said) = Appointment::of(&event) {
                    next.agreed = Some(Agreed { said, event });
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn check(wish: &Wish) -> Result<(), Problem> {
    let Some(wanted) = &wish.wanted else { return Ok(()) };
    if wish.occurrence_of.is_some() && !wanted.recurrence.is_empty() {
        return Err(no_series());
    }
    match wanted.problem() {
        Some((field, what)) => Err(invalid(format!("{field}: {what}"))),
        None => Ok(()),
    }
}

/// An appointment stays the occurrence that it is, or the appointment of its own.
fn check_occurrence(wish: &Wish, next: &AppointmentWrite) -> Result<(), Problem> {
    let same = |of: &OccurrenceOf| next.occurrence_of.as_ref().is_some_and(|known| known.is_same(of));
    if wish.occurrence_of.as_ref().is_some_and(|of| !same(of)) {
        return Err(invalid("occurrenceOf: The appointment is known as another one."));
    }
    let recurs = wish.wanted.as_ref().is_some_and(|wanted| !wanted.recurrence.is_empty());
    if recurs && next.occurrence_of.is_some() { Err(no_series()) } else { Ok(()) }
}

fn no_series() -> Problem {
    invalid("recurrence: An occurrence of a series is no series itself.")
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::invalid("invalid_appointment", detail).remedy("Correct the field that is named, and save it again.")
}

/// Whether the wish is older than what is known, or the same again.
fn is_known(seen: &AppointmentWrite, wish: &Wish) -> bool {
    match wish.version {
        Some(version) => seen.version.is_some_and(|known| version <= known),
        // A cancellation that failed is tried anew.
        None => wish.wanted.is_none() && seen.wanted.is_none() && seen.state != WriteState::Failed,
    }
}

/// While Paused or without a connection a change is refused; in Error it is kept and carried out later.
fn allowed(integration: &Integration) -> Result<(), Problem> {
    match integration.status {
        Status::Active | Status::Testing | Status::Error if integration.grant.is_some() => Ok(()),
        Status::Paused => Err(Refused { status: Status::Paused, signal: "write" }.into()),
        _ => Err(Problem::not_connected()),
    }
}

fn not_writable() -> Problem {
    Problem::new(409, "not_writable", "Aura does not write to this provider.").remedy("Choose another provider.")
}

fn no_calendar() -> Problem {
    Problem::new(409, "no_write_calendar", "No calendar is chosen for Aura's appointments.")
        .remedy("Choose one in the settings of the integration.")
}

fn unknown_appointment() -> Problem {
    Problem::new(404, "appointment_not_found", "There is no such appointment.").remedy("Look at the list of events.")
}

fn unknown_series() -> Problem {
    Problem::new(404, "series_not_found", "There is no such series.").remedy("Create the series first.")
}
