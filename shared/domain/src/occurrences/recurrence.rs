//! The recurrence lines of a series (RFC 5545 §3.8.5).

use super::stamp::Stamp;
use super::timeline::Timeline;
use super::walk::{Budget, Reach, walk};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use rrule::{Frequency, NWeekday, RRule, Unvalidated};
use std::collections::BTreeSet;

/// More rules than any calendar has; a series with more of them is not expanded.
const MAX_RULES: usize = 10;

/// Years in which rules are walked: those of a four-digit date.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// What the recurrence lines of a series say.
#[derive(Debug, Default)]
pub(super) struct Recurrence {
    rules: Vec<Rule>,
    unless: Vec<Rule>,
    added: BTreeSet<DateTime<Utc>>,
    excluded: BTreeSet<DateTime<Utc>>,
    excluded_days: BTreeSet<NaiveDate>,
}

/// An `RRULE` or `EXRULE`, without its `UNTIL`, which is compared as an instant.
#[derive(Debug)]
struct Rule {
    rule: RRule,
    until: Option<DateTime<Utc>>,
}

impl Recurrence {
    /// Reads the lines of a series. If a rule cannot be read, the series does not recur: better one occurrence than
    /// wrong ones. A date that cannot be read is passed over.
    pub(super) fn read(lines: &[String], timeline: &Timeline) -> Self {
        let mut read = Self::default();
        for (name, parameters, value) in lines.iter().filter_map(|line| split(line)) {
            let known = match name.to_ascii_uppercase().as_str() {
                "RRULE" => Rule::parse(value, timeline).map(|rule| read.rules.push(rule)),
                "EXRULE" => Rule::parse(value, timeline).map(|rule| read.unless.push(rule)),
                "RDATE" => {
                    read.added.extend(stamps(parameters, value).filter_map(|stamp| stamp.start(timeline)));
                    Some(())
                }
                "EXDATE" => {
                    stamps(parameters, value).for_each(|stamp| read.exclude(stamp, timeline));
                    Some(())
                }
                _ => Some(()),
            };
            if known.is_none() || read.rules.len() + read.unless.len() > MAX_RULES {
                return Self::default();
            }
        }
        read
    }

    fn exclude(&mut self, stamp: Stamp, timeline: &Timeline) {
        match stamp.day(timeline) {
            Some(day) => {
                self.excluded_days.insert(day);
            }
            None => self.excluded.extend(stamp.start(timeline)),
        }
    }

    /// The starts of the occurrences within reach.
    pub(super) fn starts(&self, timeline: &Timeline, reach: Reach, budget: &mut Budget) -> BTreeSet<DateTime<Utc>> {
        let mut starts: BTreeSet<_> = self.added.iter().copied().filter(|at| reach.contains(*at)).collect();
        starts.extend(Some(timeline.first()).filter(|first| reach.contains(*first) && self.begins(timeline)));
        for rule in &self.rules {
            starts.extend(rule.starts(timeline, reach, budget));
        }
        for rule in &self.unless {
            for start in rule.starts(timeline, reach, &mut Budget::of_steps()) {
                starts.remove(&start);
            }
        }
        starts.retain(|start| !self.excluded.contains(start) && !self.excluded_days.contains(&timeline.day(*start)));
        starts
    }

    /// Whether the start of the series is an occurrence: not if the series was cut off before it.
    fn begins(&self, timeline: &Timeline) -> bool {
        let mut rules = self.rules.iter();
        self.rules.is_empty() || rules.any(|rule| rule.until.is_none_or(|until| until >= timeline.first()))
    }

    /// A time after which nothing of the series starts; nothing if there is none or it is too far to be counted.
    pub(super) fn last_start(&self, timeline: &Timeline) -> Option<DateTime<Utc>> {
        let mut last = self.added.last().copied().unwrap_or(timeline.first()).max(timeline.first());
        for rule in &self.rules {
            last = last.max(rule.last_start(timeline)?);
        }
        Some(last)
    }
}

impl Rule {
    fn parse(value: &str, timeline: &Timeline) -> Option<Self> {
        // The parser below slices texts by byte.
        if !value.is_ascii() || !YEARS.contains(&timeline.first_wall().year()) {
            return None;
        }
        let is_until = |part: &&str| part.trim_start().to_ascii_uppercase().starts_with("UNTIL=");
        let parts = || value.trim().split(';').filter(|part| !part.trim().is_empty());
        let rest: Vec<&str> = parts().filter(|part| !is_until(part)).collect();
        let rule: RRule<Unvalidated> = rest.join(";").parse().ok()?;
        let first = timeline.first_wall().and_utc().with_timezone(&rrule::Tz::UTC);
        let rule = rule.validate(first).ok().filter(is_walkable)?;
        let until = match parts().find(is_until) {
            Some(part) => Some(Stamp::parse(part.split_once('=')?.1, None)?.last_start(timeline)?),
            None => None,
        };
        Some(Self { rule, until })
    }

    fn starts<'a>(
        &'a self,
        timeline: &'a Timeline,
        reach: Reach,
        budget: &'a mut Budget,
    ) -> impl Iterator<Item = DateTime<Utc>> + 'a {
        let reach = reach.until(self.until);
        walk(&self.rule, timeline.first_wall(), reach)
            .map_while(move |wall| {
                let at = timeline.instant(wall, None).filter(|at| reach.contains(*at));
                (budget.step() && (at.is_none() || budget.keep())).then_some(at)
            })
            .flatten()
    }

    fn last_start(&self, timeline: &Timeline) -> Option<DateTime<Utc>> {
        if self.rule.get_count().is_none() {
            return self.until;
        }
        let mut budget = Budget::of_steps();
        let last = self.starts(timeline, Reach::EVERYTHING, &mut budget).last();
        if budget.is_spent() { None } else { Some(last.unwrap_or(timeline.first())) }
    }
}

/// Whether a rule can be walked at a price known beforehand. No calendar has events every minute or second, and a
/// numbered weekday belongs to months and years (RFC 5545 §3.3.10).
fn is_walkable(rule: &RRule) -> bool {
    let numbered = rule.get_by_weekday().iter().any(|day| matches!(day, NWeekday::Nth(..)));
    let possible = match rule.get_freq() {
        Frequency::Yearly => !numbered || rule.get_by_week_no().is_empty(),
        Frequency::Monthly => true,
        Frequency::Weekly | Frequency::Daily | Frequency::Hourly => !numbered,
        Frequency::Minutely | Frequency::Secondly => false,
    };
    possible && rule.get_interval() > 0 && rule.get_count() != Some(0)
}

/// Name, parameters and value of a line `NAME;PARAMETER=X:VALUE`.
fn split(line: &str) -> Option<(&str, &str, &str)> {
    let (head, value) = line.trim().split_once(':')?;
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Some((name, parameters, value))
}

fn stamps<'a>(parameters: &str, value: &'a str) -> impl Iterator<Item = Stamp> + use<'a> {
    let zone = parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("TZID"))
        .and_then(|(_, zone)| zone.trim_matches('"').parse::<Tz>().ok());
    value.split(',').filter_map(move |text| Stamp::parse(text, zone))
}
