//! Whether the provider still tells of changes. A subscription may end without a word; then it is the runs that find what
//! should have been told.

use super::Step;
use super::pages::generation;
use crate::store::{Integration, Resource, Watch};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ResourceId;
use domain::lead::RawLead;
use domain::record::Record;
use domain::run::Trigger;
use std::collections::HashSet;

/// A change that is so much older than the run's beginning should have been told.
const TOLD_WITHIN: TimeDelta = TimeDelta::minutes(3);
/// After so many such runs the subscription is lost. One may be the provider's delay.
const MOST_UNHEARD: u32 = 2;
/// A person is told of it once a day at most, and it is made anew as often.
const TOLD_AGAIN_AFTER: TimeDelta = TimeDelta::days(1);

/// What a step found of changes that are told, or should have been.
#[derive(Debug, Default)]
pub(super) struct Heard {
    late: HashSet<ResourceId>,
    told: HashSet<ResourceId>,
}

impl Heard {
    /// Counts what was found. Answers whether a subscription is lost: it is due to be made anew.
    pub(super) fn apply(&self, watches: &mut [Watch], now: DateTime<Utc>) -> bool {
        let mut lost = false;
        for watch in watches.iter_mut().filter(|watch| watch.channel.is_some()) {
            if self.late.contains(&watch.resource) {
                watch.unheard += 1;
            } else if self.told.contains(&watch.resource) {
                (watch.unheard, watch.lost_at) = (0, None);
            }
            let known = watch.lost_at.is_some_and(|at| now - at < TOLD_AGAIN_AFTER);
            if watch.unheard >= MOST_UNHEARD && !known {
                watch.lost_at = Some(now);
                lost = true;
            }
        }
        lost
    }
}

impl Step<'_> {
    /// Notes one change of the provider's side. A full pull finds much that nobody had to tell.
    pub(super) fn hear(&mut self, resource: &Resource, record: &Record) {
        if generation(resource).is_some() {
            return;
        }
        let resource = &resource.resource;
        let Record::CalendarEvent(event) = record else { return };
        let Some((changed_at, watch)) = event.updated.zip(watch_of(&self.held, resource)) else { return };
        let Some(run) = self.held.run.as_ref().filter(|_| changed_at > watch.asked_at) else { return };
        if run.started_at - changed_at > TOLD_WITHIN {
            self.heard.late.insert(resource.clone());
        } else if run.trigger == Trigger::Webhook {
            self.heard.told.insert(resource.clone());
        }
    }

    /// Notes one lead that a reading found. A delivery brings it by itself, so one that is new here was not told.
    pub(super) fn hear_lead(&mut self, resource: &Resource, lead: &RawLead, new: bool) {
        let Some(webhook) = self.provider.webhook().filter(|_| generation(resource).is_none()) else { return };
        let watched = webhook.watched(&resource.resource);
        // What came while the integration did not work was not taken, whoever told it.
        let settled = lead.created > self.held.settled_at;
        let was_watched = watch_of(&self.held, &watched).is_some_and(|watch| settled && lead.created > watch.asked_at);
        let Some(run) = self.held.run.as_ref().filter(|_| was_watched) else { return };
        if !new {
            self.heard.told.insert(watched);
        } else if run.started_at - lead.created > TOLD_WITHIN {
            self.heard.late.insert(watched);
        }
    }
}

fn watch_of<'a>(integration: &'a Integration, resource: &ResourceId) -> Option<&'a Watch> {
    integration.watches.iter().find(|watch| watch.resource == *resource && watch.channel.is_some())
}
