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

/// How many of a large fleet a sample shows.
const SAMPLE: usize = 384;

/// The sweep comes every so many minutes.
const SWEEP: usize = 5;

/// How every failed run fails.
const CLASS: FailureClass = FailureClass::Transient;

/// One integration, and what happened to it.
pub(super) struct Member {
    id: IntegrationId,
    interval: u32,
    pub(super) counters: Counters,
    review_at: Option<DateTime<Utc>>,
    failed_in: Option<DateTime<Utc>>,
    /// When its last run ended, and whether it failed.
    ended: Option<(DateTime<Utc>, bool)>,
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
    /// How many different integrations failed in each window in which any did, oldest first.
    failed: Vec<(DateTime<Utc>, u64)>,
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
            failed: Vec::new(),
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

    /// As the sweep does it: the windows say how many fail, and a sample which share of the ended runs that is.
    fn assess(&mut self, now: DateTime<Utc>) -> Option<Health> {
        let before = self.minutes.last().and_then(|minute| minute.health);
        if !self.minutes.len().is_multiple_of(SWEEP) {
            return before;
        }
        let length = i64::from(self.policy.window_minutes);
        let since = window_start(&self.policy, now - minutes(length * i64::from(self.policy.windows - 1)));
        let integrations = self.failed_since(since).max().unwrap_or_default();
        let many = integrations >= u64::from(self.policy.incident_least_integrations);
        let (ended, failed) = if many || frozen(before) { self.sample(since) } else { (0, 0) };
        if ended > 0 {
            return assess(&self.policy, before, &[Window { started: ended, failed, integrations }], now);
        }
        let longest = window_start(&self.policy, now - self.policy.longest_step());
        unheard(&self.policy, before, self.failed_since(longest).next().is_some(), now)
    }

    fn failed_since(&self, since: DateTime<Utc>) -> impl Iterator<Item = u64> {
        self.failed.iter().rev().take_while(move |(start, _)| *start >= since).map(|(_, integrations)| *integrations)
    }

    /// Of some members that ended a run since then, how many did, and how many failed.
    fn sample(&mut self, since: DateTime<Utc>) -> (u64, u64) {
        let step = self.members.len().div_ceil(SAMPLE);
        let first = (self.jitter() * step as f64) as usize;
        let some = self.members.iter().skip(first).step_by(step);
        let ended = some.filter_map(|member| member.ended.filter(|(at, _)| *at >= since));
        ended.fold((0, 0), |(ended, failed), (_, fails)| (ended + 1, failed + u64::from(fails)))
    }

    fn run(&mut self, who: usize, fails: bool, health: Option<Health>, now: DateTime<Utc>) {
        if self.members[who].deactivated.is_some() {
            return;
        }
        self.count(who, fails, now);
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

    fn count(&mut self, who: usize, fails: bool, now: DateTime<Utc>) {
        let start = window_start(&self.policy, now);
        let member = &mut self.members[who];
        member.calls += 1;
        member.ended = Some((now, fails));
        if !fails || member.failed_in.replace(start) == Some(start) {
            return;
        }
        match self.failed.last_mut() {
            Some((newest, integrations)) if *newest == start => *integrations += 1,
            _ => self.failed.push((start, 1)),
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
            ended: None,
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
