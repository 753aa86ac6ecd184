//! A change of one event, and everything that follows from it in other calendars.

use chrono::{DateTime, Utc};

use super::{
    calendar::{Body, Calendar},
    change,
    copies::{self, Missing},
    edit,
    errors::ApiError,
    state::Google,
};

impl Google {
    pub(crate) fn insert(&mut self, calendar: &str, sent: Body, now: DateTime<Utc>) -> Result<Body, ApiError> {
        let body = edit::insert(self.writable(calendar)?, sent, now)?;
        let id = body.get("id").and_then(|id| id.as_str()).unwrap_or_default();
        copies::follow(self, calendar, id, Missing::Made, now);
        Ok(body)
    }

    pub(crate) fn patch(
        &mut self,
        calendar: &str,
        id: &str,
        sent: Body,
        if_match: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Body, ApiError> {
        let body = edit::patch(self.writable(calendar)?, id, sent, if_match, now)?;
        copies::follow(self, calendar, id, Missing::Made, now);
        Ok(body)
    }

    pub(crate) fn delete(
        &mut self,
        calendar: &str,
        id: &str,
        if_match: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let former = self.event(calendar, id).cloned();
        edit::delete(self.writable(calendar)?, id, if_match, now)?;
        copies::follow(self, calendar, id, Missing::Left, now);
        if let Some(former) = former {
            copies::decline(self, calendar, &former, now);
        }
        Ok(())
    }

    pub(crate) fn duplicate(&mut self, calendar: &str, id: &str, now: DateTime<Utc>) -> Result<Body, ApiError> {
        let body = edit::duplicate(self.writable(calendar)?, id, now)?;
        let id = body.get("id").and_then(|id| id.as_str()).unwrap_or_default();
        copies::follow(self, calendar, id, Missing::Made, now);
        Ok(body)
    }

    /// As [`change::some`]. Copies that are there follow; no new ones are made, so that no more changes than ordered.
    pub(crate) fn change_some(&mut self, calendar: &str, count: usize, now: DateTime<Utc>) -> Vec<String> {
        let seed = self.seed;
        let Ok(events) = self.writable(calendar) else { return Vec::new() };
        let changed = change::some(events, count, seed, now);
        for id in &changed {
            copies::follow(self, calendar, id, Missing::Left, now);
        }
        changed
    }

    /// The event as it is, or its tombstone.
    pub(crate) fn event(&self, calendar: &str, id: &str) -> Option<&Body> {
        self.calendars.get(calendar)?.get(id).map(|entry| &entry.body)
    }

    /// As [`Google::event`], and the occurrence of a series too.
    pub(crate) fn event_or_occurrence(&self, calendar: &str, id: &str) -> Option<Body> {
        let occurrence = || edit::occurrence_of(self.calendars.get(calendar)?, id).ok();
        self.event(calendar, id).cloned().or_else(|| occurrence().map(|(_, body)| body))
    }

    fn writable(&mut self, calendar: &str) -> Result<&mut Calendar, ApiError> {
        self.calendars.get_mut(calendar).ok_or_else(ApiError::not_found)
    }
}
