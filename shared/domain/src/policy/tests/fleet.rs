//! A provider's whole fleet, driven minute by minute as planner, worker and sweep would: the policy and the schedule
//! alone, with a provider that answers at once what a test tells it to.

use super::*;
use crate::ids::IntegrationId;
use crate::schedule::next_sync;
use std::collections::VecDeque;
use uuid::Uuid;

/// The provider's rate over all accounts, a minute: two thirds more than what the fleet needs on an ordinary day.
pub(super) const RATE: u32 = 900;

/// How many integrations there are, where nothing else is said.
pub(super) const SIZE: usize = 10_000;

/// How every failed run fails.
const CLASS: FailureClass = FailureClass::Transient;

/// One integration, and what happened to it.
pub(super) struct Member {
    id: IntegrationId,
    interval: u32,
    pub(super) counters: Counters,
    review_at: Option<DateTime<Utc>>,
    failed_in: Option<DateTime<Utc>>,
    /// Its runs.
    pub(super) calls: u32,
    /// The numbers of failures that it was warned at.
    pub(super) warned: Vec<u32>,
    /// Whether and when it was deactivated.
    pub(super) deactivated: Option<DateTime<Utc>>,
    /// The last run that succeeded.
    pub(super) succeeded: Option<DateTime<Utc>>,
}

/// What a minute was like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Minute {
    pub(super) health: Option<Health>,
    pub(super) admitted: u32,
    pub(super) started: u32,
    /// Runs that were due and had to wait.
    pub(super) waiting: usize,
}

/// The fleet and its history.
pub(super) struct Fleet {
    policy: Policy,
    random: u64,
    /// Who is due in each second since noon.
    due: Vec<Vec<usize>>,
    waiting: VecDeque<usize>,
    windows: VecDeque<(DateTime<Utc>, Window)>,
    pub(super) members: Vec<Member>,
    pub(super) minutes: Vec<Minute>,
    /// Whom the sweep has to look at.
    reviews: Vec<usize>,
    /// How often the sweep asked whether to deactivate somebody.
    pub(super) asked: u32,
    /// When somebody was deactivated.
    pub(super) deactivations: Vec<DateTime<Utc>>,
}

impl Fleet {
    /// A fleet that is connected at noon: a tenth syncs every 5 minutes, three tenths each every 15, 30 and 60.
    pub(super) fn new(size: usize, policy: Policy) -> Self {
        let mut fleet = Self {
            policy,
            random: 42,
            due: Vec::new(),
            waiting: VecDeque::new(),
            windows: VecDeque::new(),
            members: Vec::new(),
            minutes: Vec::new(),
            reviews: Vec::new(),
            asked: 0,
            deactivations: Vec::new(),
        };
        for who in 0..size {
            let id = IntegrationId::new(Uuid::from_u128(who as u128));
            let interval = [5, 15, 15, 15, 30, 30, 30, 60, 60, 60][who % 10];
            fleet.members.push(Member::new(id, interval));
            fleet.schedule(who, next_sync(id, interval, noon(), 0.5));
        }
        fleet
    }

    /// Lives through so many minutes more; `fails` says whether the provider fails somebody at an instant.
    pub(super) fn live(&mut self, span: TimeDelta, fails: impl Fn(usize, DateTime<Utc>) -> bool) {
        let end = self.now() + span;
        while self.now() < end {
            self.minute(&fails);
        }
    }

    /// The instant of the next minute to live through.
    pub(super) fn now(&self) -> DateTime<Utc> {
        noon() + minutes(self.minutes.len() as i64)
    }

    fn minute(&mut self, fails: &impl Fn(usize, DateTime<Utc>) -> bool) {
        let now = self.now();
        let health = self.assess(now);
        let admitted = admitted(&self.policy, RATE, health, now);
        self.find_due();
        let taken = self.waiting.len().min(admitted as usize);
        for who in self.waiting.drain(..taken).collect::<Vec<_>>() {
            self.run(who, fails(who, now), health, now);
        }
        self.sweep(health, now);
        let waiting = self.waiting.len();
        self.minutes.push(Minute { health, admitted, started: taken as u32, waiting });
    }

    /// Oldest first: what became due until this minute, behind what waits from earlier ones.
    fn find_due(&mut self) {
        let second = self.minutes.len() * 60;
        for due in self.due.iter_mut().take(second + 1).skip(second.saturating_sub(59)) {
            self.waiting.extend(std::mem::take(due));
        }
    }

    fn assess(&mut self, now: DateTime<Utc>) -> Option<Health> {
        let start = window_start(&self.policy, now);
        if self.windows.back().is_none_or(|(newest, _)| *newest != start) {
            self.windows.push_back((start, Window::default()));
        }
        if self.windows.len() > self.policy.windows as usize {
            self.windows.pop_front();
        }
        let windows: Vec<Window> = self.windows.iter().map(|(_, window)| *window).collect();
        let before = self.minutes.last().and_then(|minute| minute.health);
        assess(&self.policy, before, &windows, now)
    }

    fn run(&mut self, who: usize, fails: bool, health: Option<Health>, now: DateTime<Utc>) {
        if self.members[who].deactivated.is_some() {
            return;
        }
        self.count(who, fails);
        let jitter = self.jitter();
        let next = if fails { self.fail(who, health, now, jitter) } else { self.members[who].succeed(now, jitter) };
        self.schedule(who, next);
    }

    /// The earliest review stands, although a later one may be known: a sweep that looks too often must do no harm.
    fn fail(&mut self, who: usize, health: Option<Health>, now: DateTime<Utc>, jitter: f64) -> DateTime<Utc> {
        let member = &mut self.members[who];
        let judged = after_failure(&self.policy, member.counters, failed(CLASS), health, now, jitter);
        member.counters = judged.counters;
        member.warned.extend(judged.warning.then_some(judged.counters.failures));
        if let (None, Some(at)) = (member.review_at, judged.review_at) {
            member.review_at = Some(at);
            self.reviews.push(who);
        }
        judged.next_try
    }

    fn count(&mut self, who: usize, fails: bool) {
        self.members[who].calls += 1;
        let (start, window) = self.windows.back_mut().expect("a window");
        window.started += 1;
        window.failed += u64::from(fails);
        let failed_in = &mut self.members[who].failed_in;
        if fails && failed_in.replace(*start) != Some(*start) {
            window.integrations += 1;
        }
    }

    /// Asks whoever is to be reviewed, again every five minutes, and deactivates no more than the cap in any hour.
    fn sweep(&mut self, health: Option<Health>, now: DateTime<Utc>) {
        let lately = self.deactivations.iter().rev().take_while(|at| now - **at < hours(1)).count();
        let cap = hourly_cap(&self.policy, (self.members.len() - self.deactivations.len()) as u64) as usize;
        let most = self.deactivations.len() + cap - lately;
        let mut reviews = std::mem::take(&mut self.reviews);
        reviews.retain(|who| match self.members[*who].review_at {
            Some(at) if at <= now => self.review(*who, most, health, now),
            review => review.is_some(),
        });
        self.reviews = reviews;
    }

    /// Whether there is to be another review.
    fn review(&mut self, who: usize, most: usize, health: Option<Health>, now: DateTime<Utc>) -> bool {
        self.asked += 1;
        let member = &mut self.members[who];
        let may = may_deactivate(&self.policy, &member.counters, CLASS, health, now);
        if may && self.deactivations.len() < most {
            member.deactivated = Some(now);
            member.review_at = None;
            self.deactivations.push(now);
        } else {
            member.review_at = Some(now + minutes(5));
        }
        member.review_at.is_some()
    }

    fn schedule(&mut self, who: usize, at: DateTime<Utc>) {
        let second = ((at - noon()).num_milliseconds() + 999) / 1000;
        // The planner has looked at everything until this minute already.
        let second = (second as usize).max(self.minutes.len() * 60 + 1);
        if self.due.len() <= second {
            self.due.resize(second + 1, Vec::new());
        }
        self.due[second].push(who);
    }

    /// Splitmix64: the same for every test, as if it were chance.
    fn jitter(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Runs a minute, on average, of a span of the history.
    pub(super) fn mean(&self, span: std::ops::Range<usize>) -> f64 {
        let minutes = span.len() as f64;
        self.minutes[span].iter().map(|minute| f64::from(minute.started)).sum::<f64>() / minutes
    }
}

impl Member {
    fn new(id: IntegrationId, interval: u32) -> Self {
        Self {
            id,
            interval,
            counters: settled(noon()),
            review_at: None,
            failed_in: None,
            calls: 0,
            warned: Vec::new(),
            deactivated: None,
            succeeded: None,
        }
    }

    fn succeed(&mut self, now: DateTime<Utc>, jitter: f64) -> DateTime<Utc> {
        self.counters = settled(now);
        self.review_at = None;
        self.succeeded = Some(now);
        next_sync(self.id, self.interval, now, jitter)
    }
}
