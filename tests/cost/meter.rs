//! A world whose calls to AWS are counted.

use crate::world::{Call, Faults, Plan, World};
use cost::{Count, Operation, Tables};
use serde_json::Value;
use std::ops::Deref;

/// The world, in which everything runs by itself, and the plane that sees every call of a function.
pub(super) struct Meter {
    world: World,
    faults: Faults,
}

impl Deref for Meter {
    type Target = World;
    fn deref(&self) -> &World {
        &self.world
    }
}

impl Meter {
    /// A world of empty calendars.
    pub(super) async fn new() -> Self {
        let faults = Faults::default();
        let world = World::of(Plan { wires: faults.wires(), ..Plan::default() }).await;
        Self { world, faults }
    }

    /// Does something, waits until all that follows from it is done, and holds what the operation's functions called
    /// against the table. They must be warm: an instance's first invocation reads secrets.
    pub(super) async fn expect(&self, operation: &str, work: impl Future<Output = ()>) {
        self.settled().await;
        self.faults.forget();
        work.await;
        self.settled().await;
        assert_as_in_the_table(operation, &self.faults.calls());
    }

    /// Fires a schedule; its answer.
    pub(super) async fn fire(&self, schedule: &str) -> Value {
        self.stack.fire(schedule).await.expect("an answer")
    }
}

/// Holds what the operation's functions called against `docs/cost/calls.json`.
pub(super) fn assert_as_in_the_table(operation: &str, calls: &[Call]) {
    let tables = Tables::committed();
    let expected =
        tables.operations.get(operation).unwrap_or_else(|| panic!("docs/cost/calls.json has no {operation}"));
    for function in expected.invocations.keys() {
        assert!(calls.iter().any(|call| call.caller == caller(function)), "{operation}: {function} called nothing");
    }
    let calls = of_its_functions(expected, calls);
    let counted = Count::of(calls.iter().map(|call| (call.op.as_str(), &call.body)));
    assert_eq!(counted, expected.count(), "{operation}: left what was counted, right docs/cost/calls.json");
    calls.into_iter().for_each(assert_in_a_group);
}

fn of_its_functions<'a>(operation: &Operation, calls: &'a [Call]) -> Vec<&'a Call> {
    let callers: Vec<String> = operation.invocations.keys().map(|function| caller(function)).collect();
    calls.iter().filter(|call| callers.contains(&call.caller)).collect()
}

/// A function as its access key names it.
fn caller(function: &str) -> String {
    function.replace('-', "").to_uppercase()
}

/// Every message is in the group of its account, by which SQS keeps one account's backlog from holding up the others.
fn assert_in_a_group(call: &Call) {
    let entries = match call.op.as_str() {
        "SendMessage" => vec![&call.body],
        "SendMessageBatch" => call.body["Entries"].as_array().expect("entries").iter().collect(),
        _ => vec![],
    };
    for entry in entries {
        let body: Value = serde_json::from_str(entry["MessageBody"].as_str().expect("a body")).expect("JSON");
        assert_eq!(entry["MessageGroupId"], body["account"], "{}: a message is in its account's group", call.caller);
    }
}
