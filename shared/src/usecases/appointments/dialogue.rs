//! The dialogue with the provider about one appointment: insert, change or remove its event, whatever is there already.
//!
//! Every request may have arrived although its answer did not, so each way out begins with what is there: an insert of a
//! taken id reads it, a change of another version reads it and merges.

use super::outcome;
use crate::store::{Agreed, AppointmentWrite};
use domain::appointment::{Appointment, AppointmentMark, Base, Field, Merged, Overridden, merge};
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::record::CalendarEvent;
use providers::{Access, Found, ProviderError, Push, PushChange, PushError, PushRemoval, PushTarget};

/// How often an event is read and changed anew when somebody else keeps changing it.
const MOST_ROUNDS: usize = 5;

/// What the provider has now.
#[derive(Debug)]
pub(super) enum Told {
    /// The event, and which edits lost. `foreign`: it carries edits of the provider's side that Aura does not know yet.
    Event { event: Box<CalendarEvent>, overridden: Vec<Overridden>, foreign: bool },
    /// Both sides have changed it: what it becomes, and which edits lose. It is still to be sent.
    /// `said`: what Aura had said last of what both sides agreed on.
    Merged {
        current: Box<CalendarEvent>,
        content: Box<Appointment>,
        said: Option<Box<Appointment>>,
        overridden: Vec<Overridden>,
    },
    /// The occurrence that Aura cancels without ever having written it. It is still to be removed.
    Located(Box<CalendarEvent>),
    /// No event of it; its id, where there is one.
    Removed(Option<ExternalId>),
    /// The event was deleted at the provider although Aura changed it.
    Deleted(ExternalId),
    /// It can never be written to its calendar, and nothing of it is there: the product's code.
    Refused(&'static str),
}

/// One dialogue.
pub(super) struct Dialogue<'a> {
    pub(super) push: &'a dyn Push,
    pub(super) access: &'a Access,
    pub(super) item: &'a AppointmentWrite,
    /// What both sides agree on of an occurrence as long as only its series has spoken of it.
    pub(super) of_series: Option<&'a Base>,
}

impl Dialogue<'_> {
    /// Makes the provider have what the item wants.
    pub(super) async fn hold(&self) -> Result<Told, PushError> {
        match &self.item.wanted {
            None => self.remove().await,
            Some(content) => self.write(content).await,
        }
    }

    async fn remove(&self) -> Result<Told, PushError> {
        // Nothing but cancellations was ever sent, so nothing is there. An occurrence is there as long as its series is.
        let sent = self.item.written_at.is_some() || self.item.sent.iter().any(|sent| sent.content.is_some());
        if self.item.agreed.is_none() && !sent && self.item.occurrence_of.is_none() {
            return Ok(Told::Removed(None));
        }
        let event = match self.event().await {
            Err(PushError::Gone) => return Ok(Told::Removed(None)),
            event => event?,
        };
        if self.item.event.is_none() && self.item.occurrence_of.is_some() {
            // A tombstone does not say whose it is: the occurrence becomes a record that does, before it goes.
            if let Found::Event(current) = self.push.read(self.access, self.target(&event)).await? {
                return Ok(Told::Located(Box::new(CalendarEvent { mark: Some(self.item.mark()), ..current })));
            }
        }
        self.take_away(event).await
    }

    /// Removes the version that was looked at last, and none that a later worker brought back meanwhile.
    async fn take_away(&self, event: ExternalId) -> Result<Told, PushError> {
        let mut known = self.agreed_and_sure().map(|agreed| agreed.event.clone());
        for _ in 0..MOST_ROUNDS {
            let current = match known.take() {
                Some(current) => current,
                None => match self.push.read(self.access, self.target(&event)).await? {
                    Found::Event(current) => current,
                    Found::Cancelled(_) | Found::Absent => return Ok(Told::Removed(Some(event))),
                },
            };
            self.check_not_overtaken(&current)?;
            let removal = PushRemoval { etag: current.etag.as_deref(), invited: current.has_guests() };
            match self.push.remove(self.access, self.target(&event), &removal).await {
                Err(PushError::Changed) => {}
                removed => return removed.map(|()| Told::Removed(Some(event))),
            }
        }
        Err(changes_again_and_again())
    }

    async fn write(&self, content: &Appointment) -> Result<Told, PushError> {
        let event = self.event().await?;
        if let Some(agreed) = self.agreed_and_sure() {
            return self.change(&event, content, Some(agreed.base()), agreed.event.clone()).await;
        }
        if self.item.occurrence_of.is_some() || self.item.agreed.is_some() {
            return self.join(&event, content).await;
        }
        match self.push.insert(self.access, self.target(&event), content, &self.item.mark()).await {
            Ok(event) => Ok(told(event, vec![], false)),
            Err(PushError::Exists) => self.join(&event, content).await,
            Err(PushError::Gone) if !self.is_unsure() => Ok(Told::Refused(outcome::CALENDAR_GONE)),
            Err(PushError::ReadOnly) if self.is_absent(&event).await? => Ok(Told::Refused(outcome::READ_ONLY)),
            Err(error) => Err(error),
        }
    }

    /// What both sides agreed on, unless something was sent since that may have arrived. Then what is there is looked at
    /// first: the event may be gone by Aura's own cancellation, or say something else.
    fn agreed_and_sure(&self) -> Option<&Agreed> {
        self.item.agreed.as_ref().filter(|_| !self.is_unsure())
    }

    fn is_unsure(&self) -> bool {
        self.item.sent.iter().any(|sent| sent.revision != self.item.revision)
    }

    /// Whether nothing that Aura sent has ever arrived, or nothing is left of it.
    async fn is_absent(&self, event: &ExternalId) -> Result<bool, PushError> {
        Ok(!matches!(self.push.read(self.access, self.target(event)).await?, Found::Event(_)))
    }

    /// Goes on from what is there under the id.
    async fn join(&self, event: &ExternalId, content: &Appointment) -> Result<Told, PushError> {
        match self.push.read(self.access, self.target(event)).await? {
            Found::Event(current) => {
                self.check_not_overtaken(&current)?;
                let base = self.base(&current);
                self.change(event, content, base, current).await
            }
            // What Aura sent before was there, and somebody else has deleted it since.
            Found::Cancelled(current) if self.was_left_standing(&current) => Ok(Told::Deleted(event.clone())),
            Found::Cancelled(current) => self.revive(event, content, &current).await,
            Found::Absent if self.item.occurrence_of.is_some() => Err(PushError::Gone),
            Found::Absent if self.item.agreed.is_some() => Ok(Told::Deleted(event.clone())),
            Found::Absent => Err(ProviderError::new(FailureClass::Transient, "neither_there_nor_absent").into()),
        }
    }

    /// Changes the event until nothing is left to change.
    async fn change(
        &self,
        event: &ExternalId,
        content: &Appointment,
        mut base: Option<Base>,
        mut current: CalendarEvent,
    ) -> Result<Told, PushError> {
        let mut foreign = false;
        for _ in 0..MOST_ROUNDS {
            let Some(theirs) = Appointment::of(&current) else { return Ok(Told::Deleted(event.clone())) };
            foreign |= base.as_ref().is_none_or(|base| !theirs.differs(&base.is).is_empty());
            let mut merged = merge(base.as_ref(), content, &theirs);
            if current.truncated {
                merged.leave_to_provider(Field::Attendees, &theirs);
            }
            let Merged { content: merged, overridden } = merged;
            let fields = merged.differs(&theirs);
            if fields.is_empty() {
                return Ok(told(current, overridden, foreign));
            }
            if foreign {
                // What loses is stored before anything is sent: a worker that dies afterwards takes no word of it along.
                let said = base.map(|base| Box::new(base.said));
                return Ok(Told::Merged { current: Box::new(current), content: Box::new(merged), said, overridden });
            }
            match self.send(event, &merged, &fields, &current, false).await {
                Ok(event) => return Ok(told(event, overridden, false)),
                Err(PushError::Changed) => match self.push.read(self.access, self.target(event)).await? {
                    Found::Event(now) => {
                        self.check_not_overtaken(&now)?;
                        base = self.base(&now);
                        current = now;
                    }
                    Found::Cancelled(_) | Found::Absent => return Ok(Told::Deleted(event.clone())),
                },
                Err(PushError::Gone) => return Ok(Told::Deleted(event.clone())),
                Err(error) => return Err(error),
            }
        }
        Err(changes_again_and_again())
    }

    async fn revive(
        &self,
        event: &ExternalId,
        content: &Appointment,
        current: &CalendarEvent,
    ) -> Result<Told, PushError> {
        match self.send(event, content, &Field::ALL, current, true).await {
            Ok(event) => Ok(told(event, vec![], false)),
            // It came back meanwhile, or changed: the next try reads it anew.
            Err(PushError::Changed) => Err(ProviderError::new(FailureClass::Transient, "changed_meanwhile").into()),
            Err(error) => Err(error),
        }
    }

    async fn send(
        &self,
        event: &ExternalId,
        content: &Appointment,
        fields: &[Field],
        current: &CalendarEvent,
        revive: bool,
    ) -> Result<CalendarEvent, PushError> {
        let mark = self.item.mark();
        let change = PushChange { content, fields, mark: &mark, current, revive };
        self.push.change(self.access, self.target(event), &change).await
    }

    /// What both sides had when the event was last written by Aura. Before Aura wrote an occurrence, that is what its series
    /// makes of it: what differs from that somebody else has changed.
    fn base(&self, event: &CalendarEvent) -> Option<Base> {
        match own_mark(self.item, event) {
            Some(mark) => self.item.base_of(mark.revision),
            None if self.item.occurrence_of.is_some() => {
                self.of_series.cloned().or_else(|| Appointment::of(event).map(Base::same))
            }
            None => self.item.agreed.as_ref().map(Agreed::base),
        }
    }

    /// A worker that was held up until its lease was over must not put an older revision over a newer one.
    fn check_not_overtaken(&self, event: &CalendarEvent) -> Result<(), PushError> {
        let newer = own_mark(self.item, event).is_some_and(|mark| mark.revision > self.item.revision);
        if newer { Err(ProviderError::new(FailureClass::Transient, "overtaken").into()) } else { Ok(()) }
    }

    fn was_left_standing(&self, event: &CalendarEvent) -> bool {
        self.item.was_left_standing(own_mark(self.item, event).map_or(0, |mark| mark.revision))
    }

    async fn event(&self) -> Result<ExternalId, PushError> {
        if let Some(event) = super::event_id(self.push, self.item) {
            return Ok(event);
        }
        let of = self.item.occurrence_of.as_ref().ok_or(PushError::Gone)?;
        let series = self.push.event_id(self.item.id, &of.series, &self.item.calendar);
        self.push.occurrence(self.access, self.target(&series), &of.original_start).await
    }

    fn target<'b>(&'b self, event: &'b ExternalId) -> PushTarget<'b> {
        PushTarget { resource: &self.item.calendar, event }
    }
}

/// The mark of an event, if it is of this very appointment: occurrences inherit their series', copies keep the original's.
pub(super) fn own_mark<'a>(item: &AppointmentWrite, event: &'a CalendarEvent) -> Option<&'a AppointmentMark> {
    event.mark.as_ref().filter(|mark| mark.appointment == item.appointment && mark.integration == item.id)
}

fn changes_again_and_again() -> PushError {
    ProviderError::new(FailureClass::Transient, "changes_again_and_again").into()
}

fn told(event: CalendarEvent, overridden: Vec<Overridden>, foreign: bool) -> Told {
    Told::Event { event: Box::new(event), overridden, foreign }
}
