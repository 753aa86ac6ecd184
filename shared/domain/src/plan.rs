//! Subscription plans: how many integrations, how short an interval.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The plan of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// One integration.
    #[default]
    Free,
    /// Three integrations.
    Starter,
    /// Ten integrations.
    Pro,
    /// As many as wanted.
    Enterprise,
}

/// What a plan allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Most integrations of the account at a time; -1 = unlimited.
    pub integrations: i64,
    /// Shortest interval between two scheduled syncs, in minutes.
    pub shortest_interval: u32,
}

/// The intervals a person can choose from, in minutes.
pub const INTERVALS: [u32; 4] = [5, 15, 30, 60];

/// The interval of an integration whose person chose none, in minutes.
pub const DEFAULT_INTERVAL: u32 = 15;

impl Plan {
    /// Every plan, from the smallest.
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Pro, Self::Enterprise];

    /// The one table of what plans allow.
    pub fn allowance(self) -> Allowance {
        let (integrations, shortest_interval) = match self {
            Self::Free => (1, 15),
            Self::Starter => (3, 15),
            Self::Pro => (10, 5),
            Self::Enterprise => (-1, 5),
        };
        Allowance { integrations, shortest_interval }
    }

    /// The plan's name in events and items, the same as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }

    /// Reads the name; `None` for an unknown one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plans_allow_what_the_product_says() {
        let limits: Vec<i64> = Plan::ALL.iter().map(|plan| plan.allowance().integrations).collect();
        assert_eq!(limits, [1, 3, 10, -1]);
    }

    #[test]
    fn names_read_back() {
        for plan in Plan::ALL {
            assert_eq!(Plan::parse(plan.as_str()), Some(plan));
        }
        assert_eq!(Plan::parse("gold"), None);
    }

    #[test]
    fn every_plan_allows_the_default_interval() {
        for plan in Plan::ALL {
            assert!(plan.allowance().shortest_interval <= DEFAULT_INTERVAL);
        }
    }
}
