//! Limits on the number of requests: per second, minute and day of the app, and per second of one advertiser.

use std::collections::HashMap;

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// How long a minute that was too full is punished.
const PAUSE: Duration = Duration::minutes(5);

/// How many requests are admitted; 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Of the app in one second; the next second is a new one. Code 40100.
    pub qps: u32,
    /// Of the app in one minute; then nothing for five minutes. Code 40016.
    pub qpm: u32,
    /// Of the app in one day; then nothing until 00:00 UTC. Code 40016.
    pub qpd: u32,
    /// About one ad account in one second. Code 40133.
    pub advertiser_qps: u32,
}

impl Limits {
    /// The Basic level of the documentation.
    pub const BASIC: Self = Self { qps: 10, qpm: 600, qpd: 864_000, advertiser_qps: 0 };
}

/// What was admitted so far.
#[derive(Default)]
pub(crate) struct Meter {
    second: Window,
    minute: Window,
    day: Window,
    advertisers: HashMap<String, Window>,
    closed_until: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Default)]
struct Window {
    number: i64,
    admitted: u32,
}

impl Window {
    /// Whether one more fits into the window of this number.
    fn fits(&mut self, number: i64, limit: u32) -> bool {
        if self.number != number {
            *self = Self { number, admitted: 0 };
        }
        limit == 0 || self.admitted < limit
    }
}

impl Meter {
    /// Admits a request of this moment, or says which limit it is over. What is refused does not count.
    pub(crate) fn admit(&mut self, limits: Limits, about: Option<&str>, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.closed_until.is_some_and(|until| now < until) {
            return Err(Refusal::of(40_016));
        }
        let second = now.timestamp();
        if !self.day.fits(second.div_euclid(86_400), limits.qpd) {
            return self.close(midnight_after(now));
        }
        if !self.minute.fits(second.div_euclid(60), limits.qpm) {
            return self.close(now + PAUSE);
        }
        if !self.second.fits(second, limits.qps) {
            return Err(Refusal::of(40_100));
        }
        if let Some(advertiser) = about {
            let window = self.advertisers.entry(advertiser.to_owned()).or_default();
            if !window.fits(second, limits.advertiser_qps) {
                return Err(Refusal::of(40_133));
            }
            window.admitted += 1;
        }
        [&mut self.second, &mut self.minute, &mut self.day].into_iter().for_each(|window| window.admitted += 1);
        Ok(())
    }

    fn close(&mut self, until: DateTime<Utc>) -> Result<(), Refusal> {
        self.closed_until = Some(until);
        Err(Refusal::of(40_016))
    }
}

fn midnight_after(now: DateTime<Utc>) -> DateTime<Utc> {
    (now.date_naive() + Days::new(1)).and_time(NaiveTime::MIN).and_utc()
}
