//! What an integration is and may become, told without the product: a person's sequence of doings on one side, a status
//! and a history on the other. Where time decides, the model says what is allowed and takes what it sees.

use chrono::{DateTime, TimeDelta, Utc};

mod meanwhile;

/// A flow that nobody has ended is ended after this time.
const FLOW_ENDS: TimeDelta = TimeDelta::seconds(660);
/// The policy of the world: without a success for so long, before a deactivation.
pub(super) const PATIENCE: TimeDelta = TimeDelta::hours(6);

/// What a person decides at the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consents {
    Agree,
    Deny,
    OtherAccount,
    Untick,
    Abandon,
}

/// One thing that a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Connect(Consents),
    Interval(u32),
    Pause,
    Resume,
    Disconnect,
    Delete,
    Sync,
    Test,
}

/// The provider's two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Ada,
    Grace,
}

/// What an act is answered with: a status and the code of a problem, if it is one.
pub(super) type Expected = (u16, Option<&'static str>);

const OK: Expected = (200, None);
const ILLEGAL: Expected = (409, Some("illegal_transition"));
const NOT_FOUND: Expected = (404, Some("not_found"));
const NOT_CONNECTED: Expected = (409, Some("not_connected"));

/// What was seen before and after the world turned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) now: DateTime<Utc>,
    /// A run was due when the world began to turn.
    pub(super) due: bool,
    /// The token endpoint was asked.
    pub(super) asked: bool,
}

/// The integration.
#[derive(Debug, Clone)]
pub(super) struct Life {
    /// The status, with the reason after `Error`.
    pub(super) status: &'static str,
    /// Whose grant there is.
    pub(super) grant: Option<Who>,
    /// Who was connected last.
    last: Option<Who>,
    /// Whether the calendars to read are known: the first test presets them.
    chosen: bool,
    pub(super) interval: u32,
    /// What its members did, as the history tells it.
    pub(super) lines: Vec<String>,
    /// When flows end that nobody has ended.
    flows: Vec<DateTime<Utc>>,
    /// When it last began to count from nothing.
    settled: DateTime<Utc>,
    /// A run met an outage since then.
    failing: bool,
}

/// The account, its integration, and the provider.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) life: Option<Life>,
    /// The grant in use is good at the provider.
    pub(super) alive: bool,
    pub(super) outage: bool,
    pub(super) throttled: bool,
    /// Ada has agreed before: the provider remembers what she allowed then, also when she unticks it now.
    consented: bool,
    /// The shortest interval of the account's plan.
    pub(super) shortest: u32,
    /// The refused grant, since when.
    suspected: Option<DateTime<Utc>>,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            life: None,
            alive: false,
            outage: false,
            throttled: false,
            consented: false,
            shortest: 15,
            suspected: None,
        }
    }

    fn line(&mut self, line: String) {
        self.life.as_mut().expect("an integration").lines.push(line);
    }

    fn moves(&mut self, to: &'static str, why: &str) {
        let from = self.life.as_ref().expect("an integration").status;
        let from = from.split(' ').next().unwrap_or(from);
        self.line(format!("member status_changed {from} {to} {why}"));
        self.life.as_mut().expect("an integration").status = to;
    }

    fn create(&mut self, now: DateTime<Utc>) {
        self.life = Some(Life {
            status: "Draft",
            grant: None,
            last: None,
            chosen: false,
            interval: 15,
            lines: vec!["member created".into()],
            flows: vec![],
            settled: now,
            failing: false,
        });
        self.suspected = None;
    }

    /// Whether the provider does as it is asked.
    pub(super) fn works(&self) -> bool {
        self.alive && !self.outage && !self.throttled
    }

    /// What an act other than connecting or testing is answered with, and what it does.
    pub(super) fn act(&mut self, act: Act, running: bool, now: DateTime<Utc>) -> Expected {
        let Some(life) = self.life.clone() else {
            match act {
                Act::Create => self.create(now),
                Act::Delete => return (204, None),
                _ => return NOT_FOUND,
            }
            return (201, None);
        };
        let status = life.status.split(' ').next().unwrap_or_default();
        match (act, status) {
            (Act::Create, _) => (409, Some("already_exists")),
            (Act::Delete, _) => {
                self.life = None;
                self.suspected = None;
                (204, None)
            }
            (Act::Pause, "Testing" | "Active" | "Error") => {
                self.moves("Paused", "pause");
                OK
            }
            (Act::Resume, "Paused") => {
                self.moves("Testing", "resume");
                self.settle(now);
                OK
            }
            (Act::Disconnect, "Configuring" | "Testing" | "Active" | "Paused" | "Error") => {
                self.moves("Disconnected", "disconnect");
                self.life.as_mut().expect("an integration").grant = None;
                self.suspected = None;
                OK
            }
            (Act::Sync, _) if running => (409, Some("sync_in_progress")),
            (Act::Sync, "Active") => (202, None),
            (Act::Interval(minutes), _) => self.choose_interval(minutes),
            _ => ILLEGAL,
        }
    }

    fn choose_interval(&mut self, minutes: u32) -> Expected {
        let (shortest, life) = (self.shortest, self.life.as_mut().expect("an integration"));
        if minutes == life.interval {
            return OK;
        }
        if minutes < shortest {
            return (422, Some("interval_not_in_plan"));
        }
        life.interval = minutes;
        self.line("member settings_changed".into());
        OK
    }

    /// What a test of the connection says; `None` when either answer is right.
    pub(super) fn test(&self) -> Result<Option<bool>, Expected> {
        let life = self.life.as_ref().ok_or(NOT_FOUND)?;
        life.grant.ok_or(NOT_CONNECTED)?;
        Ok(match self.suspected {
            _ if self.outage || !self.alive => Some(false),
            None if self.works() => Some(true),
            _ => None,
        })
    }

    /// A test passed.
    pub(super) fn tested(&mut self, now: DateTime<Utc>) {
        let life = self.life.as_mut().expect("an integration");
        if life.status.starts_with("Error") || (life.status == "Testing" && life.chosen) {
            life.status = if life.chosen { "Active" } else { "Configuring" };
            self.settle(now);
        }
    }

    /// A connect begins; what the request is answered with.
    pub(super) fn connecting(&mut self, now: DateTime<Utc>) {
        if self.life.is_none() {
            self.create(now);
        }
        if self.life.as_ref().is_some_and(|life| life.status == "Draft") {
            self.moves("Configuring", "connect");
        }
        self.life.as_mut().expect("an integration").flows.push(now + FLOW_ENDS);
    }

    /// What a consent comes to: of one that was not allowed in full, the provider decides.
    pub(super) fn consents(&mut self, how: Consents, granted: bool) -> Consents {
        let comes_to = if how == Consents::Untick && self.consented && granted { Consents::Agree } else { how };
        self.consented |= how == Consents::Agree;
        comes_to
    }

    /// How a connect ends that was not abandoned. `closed`: a revocation of the account may be under way.
    pub(super) fn connected(&mut self, how: Consents, closed: bool, now: DateTime<Utc>) -> Expected {
        let life = self.life.as_ref().expect("an integration");
        let who = if how == Consents::OtherAccount { Who::Grace } else { Who::Ada };
        let wrong = life.last.is_some_and(|last| last != who) && life.status != "Disconnected";
        let failed = match how {
            Consents::Deny => Some((409, "denied")),
            _ if self.outage => Some((502, "provider_unavailable")),
            Consents::Untick => Some((422, "missing_permissions")),
            _ if wrong => Some((409, "wrong_account")),
            _ if closed => Some((409, "still_disconnecting")),
            _ => None,
        };
        self.life.as_mut().expect("an integration").flows.pop();
        if let Some((status, code)) = failed {
            self.line(format!("connect_ended {code}"));
            return (status, Some(code));
        }
        self.authorized(who, now);
        OK
    }

    fn authorized(&mut self, who: Who, now: DateTime<Utc>) {
        let life = self.life.as_mut().expect("an integration");
        let (last, stays) = (life.last, ["Paused", "Testing"].contains(&life.status));
        life.grant = Some(who);
        life.last = Some(who);
        if last.is_some_and(|last| last != who) {
            life.chosen = false;
            self.line("member account_replaced".into());
        }
        if last.is_some() {
            self.line("member reconnected".into());
        }
        if !stays {
            self.moves("Testing", "authorize");
        }
        self.alive = true;
        self.suspected = None;
        self.settle(now);
    }

    fn settle(&mut self, now: DateTime<Utc>) {
        let life = self.life.as_mut().expect("an integration");
        (life.settled, life.failing) = (now, false);
    }
}
