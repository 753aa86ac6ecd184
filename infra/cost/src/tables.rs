//! The tables of `docs/cost/`.

use crate::bill::Item;
use crate::count::Count;
use serde::Deserialize;
use std::collections::BTreeMap;

/// All three.
#[derive(Debug, Clone)]
pub struct Tables {
    /// `calls.json`: what each operation costs in calls, by its name.
    pub operations: BTreeMap<String, Operation>,
    /// `prices.json`
    pub prices: Prices,
    /// `usage.json`
    pub usage: Usage,
}

/// One thing that the product does, with its functions warm.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// In words.
    pub what: String,
    /// How often it invokes which function. Only their calls are counted.
    pub invocations: BTreeMap<String, i64>,
    /// By the operation's name at AWS.
    calls: BTreeMap<String, i64>,
    /// See [`Count::items`].
    items: BTreeMap<String, i64>,
}

impl Operation {
    /// Its calls.
    pub fn count(&self) -> Count {
        Count { calls: self.calls.clone(), items: self.items.clone() }
    }

    /// What it needs more than the other one.
    pub(crate) fn less(&self, other: &Self) -> Self {
        let less = |ours: &BTreeMap<String, i64>, theirs: &BTreeMap<String, i64>| {
            let of =
                |(name, count): (&String, &i64)| (name.clone(), count - theirs.get(name).copied().unwrap_or_default());
            ours.iter().map(of).collect()
        };
        Self {
            what: self.what.clone(),
            invocations: less(&self.invocations, &other.invocations),
            calls: less(&self.calls, &other.calls),
            items: less(&self.items, &other.items),
        }
    }
}

/// What AWS asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prices {
    /// When they were looked up.
    pub as_of: String,
    /// Where they hold.
    pub region: String,
    /// In the order of the bill.
    pub prices: Vec<Price>,
}

/// One price, in US dollars, without any free tier.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// What is billed.
    pub item: Item,
    /// Whose bill it is on.
    pub service: String,
    /// What one price buys, in words.
    pub of: String,
    /// How many units one price buys.
    pub units: f64,
    /// The price.
    pub usd: f64,
    /// Whether somebody has compared it with AWS's own list.
    pub checked: bool,
}

/// What happens in a month of thirty days.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Usage {
    /// For each integration.
    pub per_integration: Vec<Share>,
    /// Whether there are integrations or not.
    pub per_stack: Vec<Share>,
    /// Grants.
    pub secrets_per_integration: f64,
    /// Keyrings, clients of the providers.
    pub secrets_per_stack: f64,
    /// Items, their indexes, and what waits for its time to live.
    pub kilobytes_per_integration: f64,
    /// Our line and Lambda's own.
    pub log_kilobytes_per_invocation: f64,
    /// Lambda's requests to queues that are empty.
    pub polls_per_stack: f64,
    /// Custom metrics.
    pub metrics_per_stack: f64,
    /// Metrics of the alarms, as many as in the template: each is charged.
    pub alarm_metrics_per_stack: f64,
    /// Dashboards, as many as in the template.
    pub dashboards_per_stack: f64,
    /// The share of invocations whose trace X-Ray keeps: its default rule keeps every twentieth.
    pub traced_invocations: f64,
    /// By name.
    pub functions: BTreeMap<String, Function>,
}

/// How often an operation happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Its name.
    pub operation: String,
    /// Only what it needs more than this one.
    pub less: Option<String>,
    /// In a month.
    pub times: f64,
}

/// What an invocation takes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Its memory, as in the template.
    pub megabytes: f64,
    /// Billed time of a warm invocation: an assumption, until it is read from `REPORT` lines.
    pub milliseconds: f64,
    /// Whether API Gateway invokes it.
    pub api: bool,
}

impl Tables {
    /// The committed ones.
    ///
    /// # Panics
    /// One of them is malformed: they are part of this program.
    pub fn committed() -> Self {
        let calls = include_str!("../../../docs/cost/calls.json");
        let prices = include_str!("../../../docs/cost/prices.json");
        let usage = include_str!("../../../docs/cost/usage.json");
        Self {
            operations: serde_json::from_str(calls).expect("docs/cost/calls.json"),
            prices: serde_json::from_str(prices).expect("docs/cost/prices.json"),
            usage: serde_json::from_str(usage).expect("docs/cost/usage.json"),
        }
    }

    /// What a share is a share of.
    ///
    /// # Panics
    /// `usage.json` names an operation that `calls.json` does not have.
    pub(crate) fn operation(&self, share: &Share) -> Operation {
        let named = |name: &String| self.operations.get(name).unwrap_or_else(|| panic!("no operation {name}"));
        match &share.less {
            Some(other) => named(&share.operation).less(named(other)),
            None => named(&share.operation).clone(),
        }
    }
}
