//! How many calls are left, and the headers that tell it.
//!
//! Calls with a user's or the app's token count against the app, those with a page token against the page's business
//! use case: `leadgen` for forms and leads, `pages` for the rest.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{access::Caller, errors::GraphError, grants::TokenKind, kinds::CallKind, state::Facebook};

/// How large the buckets are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BudgetMode {
    /// So large that nobody meets the end.
    #[default]
    Generous,
    /// As documented: 200 calls per user and hour for the app; 4800 calls per lead of the last 90 days, and day, for a
    /// page's leads; for a page without leads, [`TINY`].
    Documented,
    /// So many calls in each bucket.
    Fixed(u64),
}

/// Calls a day for a page without leads: the documentation names no number but 0.
pub const TINY: u64 = 50;

/// Calls a day to pages: 4800 for each of so many engaged users.
const ENGAGED_USERS: u64 = 10;
const GENEROUS: u64 = 10_000_000;

/// One count of calls.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bucket {
    App(String),
    Leadgen(String),
    Pages(String),
}

/// The calls of the present windows.
#[derive(Default)]
pub(crate) struct Usage(BTreeMap<Bucket, Window>);

#[derive(Clone, Copy)]
struct Window {
    began: DateTime<Utc>,
    calls: u64,
}

/// Where a bucket stands after a call.
pub(crate) struct Standing {
    bucket: Bucket,
    business: String,
    percent: u64,
    /// Minutes until there is room again; 0: there is.
    minutes: i64,
}

impl Bucket {
    pub(crate) fn of(caller: &Caller<'_>, kind: CallKind) -> Self {
        match caller {
            Caller::App(app) => Self::App(app.id.clone()),
            Caller::Token(held) => match &held.token.kind {
                TokenKind::Page(page) if kind.is_about_leads() => Self::Leadgen(page.clone()),
                TokenKind::Page(page) => Self::Pages(page.clone()),
                _ => Self::App(held.token.app.clone()),
            },
        }
    }

    fn length(&self) -> Duration {
        if matches!(self, Self::App(_)) { Duration::hours(1) } else { Duration::hours(24) }
    }

    /// The code of the error when it is used up.
    fn code(&self) -> u32 {
        match self {
            Self::App(_) => 4,
            Self::Leadgen(_) => 80_005,
            Self::Pages(_) => 80_001,
        }
    }

    fn size(&self, mode: BudgetMode, facebook: &Facebook, now: DateTime<Utc>) -> u64 {
        match (mode, self) {
            (BudgetMode::Generous, _) => GENEROUS,
            (BudgetMode::Fixed(calls), _) => calls.max(1),
            (BudgetMode::Documented, Self::App(app)) => 200 * facebook.grants.users(app).max(1),
            (BudgetMode::Documented, Self::Leadgen(page)) => {
                (4_800 * facebook.recent_leads(page, now) as u64).max(TINY)
            }
            (BudgetMode::Documented, Self::Pages(_)) => 4_800 * ENGAGED_USERS,
        }
    }

    fn business(&self, facebook: &Facebook) -> String {
        match self {
            Self::App(app) => app.clone(),
            Self::Leadgen(page) | Self::Pages(page) => {
                facebook.pages.get(page).map_or_else(String::new, |page| page.business.clone())
            }
        }
    }
}

impl Usage {
    /// Counts the call: where the bucket stands, and whether the call was one too many.
    pub(crate) fn charge(
        &mut self,
        facebook: &Facebook,
        bucket: Bucket,
        mode: BudgetMode,
        now: DateTime<Utc>,
    ) -> (Standing, Result<(), GraphError>) {
        let (size, length) = (bucket.size(mode, facebook, now), bucket.length());
        let fresh = Window { began: now, calls: 0 };
        let window = self.0.entry(bucket.clone()).or_insert(fresh);
        if now >= window.began + length {
            *window = fresh;
        }
        let is_over = window.calls >= size;
        window.calls += u64::from(!is_over);
        let left = (window.began + length - now).num_seconds();
        let standing = Standing {
            percent: if is_over { 100 } else { window.calls * 100 / size },
            minutes: if is_over { (left + 59) / 60 } else { 0 },
            business: bucket.business(facebook),
            bucket,
        };
        let outcome = if is_over { Err(GraphError::throttled(standing.bucket.code())) } else { Ok(()) };
        (standing, outcome)
    }
}

impl Standing {
    /// As a switched fault shows it.
    pub(crate) fn exhausted(self, minutes: i64) -> Self {
        Self { percent: 100, minutes, ..self }
    }

    /// The JSON of the older header `X-Ad-Account-Usage`: the same, as no other ad counts against the account.
    pub(crate) fn of_ad_account(&self) -> Value {
        json!({ "acc_id_util_pct": self.percent })
    }

    /// The header's name and its JSON.
    pub(crate) fn header(&self) -> (&'static str, Value) {
        let kind = match self.bucket {
            Bucket::App(_) => {
                let calls =
                    json!({ "call_count": self.percent, "total_time": self.percent, "total_cputime": self.percent });
                return ("x-app-usage", calls);
            }
            Bucket::Leadgen(_) => "leadgen",
            Bucket::Pages(_) => "pages",
        };
        let entry = json!({
            "type": kind,
            "call_count": self.percent,
            "total_cputime": self.percent,
            "total_time": self.percent,
            "estimated_time_to_regain_access": self.minutes,
        });
        let mut value = json!({});
        value[&self.business] = json!([entry]);
        ("x-business-use-case-usage", value)
    }
}
