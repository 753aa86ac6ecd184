//! The bill of a month.

use crate::tables::{Operation, Price, Share, Tables};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Lambda bills memory in GB of 1,024 MB.
const MEGABYTES_OF_A_GIGABYTE: f64 = 1_024.0;
/// Logs and storage are billed in GB; a table here is in KB.
const KILOBYTES_OF_A_GIGABYTE: f64 = 1_000_000.0;

/// What AWS bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[expect(missing_docs, reason = "prices.json says in words what each is")]
pub enum Item {
    DynamoDbWrites,
    DynamoDbReads,
    DynamoDbGigabytes,
    Secrets,
    SecretCalls,
    LambdaRequests,
    LambdaGigabyteSeconds,
    SqsRequests,
    Events,
    Ticks,
    ApiRequests,
    LogGigabytes,
    Metrics,
    Alarms,
    Dashboards,
    Traces,
    KmsCalls,
}

/// What so many integrations cost a month, in US dollars, in the order of the prices.
pub fn bill(tables: &Tables, integrations: f64) -> Vec<(&Price, f64)> {
    let quantities = quantities(tables, integrations);
    let prices = tables.prices.prices.iter();
    prices
        .map(|price| (price, quantities.get(&price.item).copied().unwrap_or_default() / price.units * price.usd))
        .collect()
}

type Quantities = BTreeMap<Item, f64>;

fn quantities(tables: &Tables, integrations: f64) -> Quantities {
    let usage = &tables.usage;
    let mut quantities = Quantities::from([
        (Item::Secrets, usage.secrets_per_stack + integrations * usage.secrets_per_integration),
        (Item::DynamoDbGigabytes, integrations * usage.kilobytes_per_integration / KILOBYTES_OF_A_GIGABYTE),
        (Item::SqsRequests, usage.polls_per_stack),
        (Item::Metrics, usage.metrics_per_stack),
        (Item::Alarms, usage.alarm_metrics_per_stack),
        (Item::Dashboards, usage.dashboards_per_stack),
        (Item::Ticks, usage.per_stack.iter().map(|share| share.times).sum()),
    ]);
    let shares = |shares: &[Share], times: f64| -> Vec<(Operation, f64)> {
        shares.iter().map(|share| (tables.operation(share), share.times * times)).collect()
    };
    for (operation, times) in
        shares(&usage.per_integration, integrations).into_iter().chain(shares(&usage.per_stack, 1.0))
    {
        add_calls(&mut quantities, &operation, times);
        add_invocations(&mut quantities, tables, &operation, times);
    }
    quantities
}

fn add_calls(quantities: &mut Quantities, operation: &Operation, times: f64) {
    let count = operation.count();
    let calls = [
        (Item::DynamoDbWrites, count.write_units()),
        (Item::DynamoDbReads, count.read_units()),
        (Item::SecretCalls, count.secret_calls()),
        (Item::SqsRequests, count.queue_requests()),
        (Item::Events, count.items_of("events")),
    ];
    for (item, quantity) in calls {
        *quantities.entry(item).or_default() += quantity * times;
    }
}

/// # Panics
/// `usage.json` says nothing of a function.
fn add_invocations(quantities: &mut Quantities, tables: &Tables, operation: &Operation, times: f64) {
    for (name, invocations) in &operation.invocations {
        let function = tables.usage.functions.get(name).unwrap_or_else(|| panic!("no function {name}"));
        let invocations = *invocations as f64 * times;
        let gigabytes = function.megabytes / MEGABYTES_OF_A_GIGABYTE;
        let log = tables.usage.log_kilobytes_per_invocation / KILOBYTES_OF_A_GIGABYTE;
        let items = [
            (Item::LambdaRequests, 1.0),
            (Item::LambdaGigabyteSeconds, gigabytes * function.milliseconds / 1_000.0),
            (Item::LogGigabytes, log),
            (Item::Traces, tables.usage.traced_invocations),
            (Item::ApiRequests, if function.api { 1.0 } else { 0.0 }),
        ];
        for (item, quantity) in items {
            *quantities.entry(item).or_default() += quantity * invocations;
        }
    }
}
