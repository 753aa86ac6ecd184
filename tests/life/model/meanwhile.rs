//! What the world may have made of an integration while a person did nothing.

use super::{Model, Seen};
use chrono::TimeDelta;
use std::collections::BTreeSet;

use super::PATIENCE;

/// A refused grant is asked for a second time after this.
const QUIET: TimeDelta = TimeDelta::seconds(60);

impl Model {
    /// What the world may have made of the integration meanwhile.
    pub(in crate::life) fn turned(&mut self, seen: Seen, status: &str) {
        let allowed = self.allowed(seen);
        let found = allowed.iter().find(|allowed| **allowed == status);
        let found = found.unwrap_or_else(|| panic!("{status} is none of {allowed:?}: {seen:?} {self:?}"));
        if seen.asked && !self.alive && !self.outage {
            self.suspected = self.suspected.or(Some(seen.now));
        }
        let (works, outage) = (self.works(), self.outage);
        let Some(life) = &mut self.life else { return };
        let ended = life.flows.iter().filter(|ends| **ends <= seen.now).count();
        life.flows.retain(|ends| *ends > seen.now);
        life.lines.extend(std::iter::repeat_n("connect_ended abandoned".to_owned(), ended));
        let active = *found == "Active";
        if (seen.due && works && active) || (life.status != *found && active) {
            (life.settled, life.failing) = (seen.now, false);
        }
        life.failing |= seen.due && outage;
        life.chosen |= *found == "Active";
        life.status = found;
    }

    fn allowed(&self, seen: Seen) -> BTreeSet<&'static str> {
        let Some(life) = &self.life else { return BTreeSet::from(["none"]) };
        let (dead, given_up) = ("Error credentials_expired", "Error repeated_failures");
        let gives_up = life.status == "Active" && life.failing && seen.now - life.settled >= PATIENCE;
        let verdict = self.suspected.is_some_and(|since| seen.now >= since + QUIET) && seen.asked && !self.outage;
        match life.status {
            "Testing" | "Active" | "Error repeated_failures" if !self.alive => {
                // A verdict that stands says so at once; before it, nothing has changed.
                let still = (!verdict).then_some(life.status);
                [Some(dead), still, gives_up.then_some(given_up)].into_iter().flatten().collect()
            }
            "Testing" if self.works() && seen.due => BTreeSet::from(["Active"]),
            "Error repeated_failures" if self.works() && seen.due => BTreeSet::from(["Active"]),
            "Testing" if !self.outage => BTreeSet::from(["Testing", "Active"]),
            "Error repeated_failures" if !self.outage => BTreeSet::from(["Error repeated_failures", "Active"]),
            "Active" if gives_up => BTreeSet::from(["Active", given_up]),
            status => BTreeSet::from([status]),
        }
    }

    /// What can be done now, as the page may offer it.
    pub(in crate::life) fn actions(&self) -> BTreeSet<&'static str> {
        let Some(life) = &self.life else { return BTreeSet::new() };
        let status = life.status.split(' ').next().unwrap_or_default();
        let connected = match status {
            "Active" => vec!["sync", "pause", "disconnect"],
            "Testing" | "Error" => vec!["pause", "disconnect"],
            "Paused" => vec!["resume", "disconnect"],
            _ => vec!["disconnect"],
        };
        let always = ["reconnect", "settings", "test", "delete"];
        match life.grant {
            Some(_) => connected.into_iter().chain(always).collect(),
            None => BTreeSet::from(["connect", "delete"]),
        }
    }
}
