//! Searching the states of a protocol.

use model::worker::Does;
use model::{Action, EVERY_RULE, Protocol, Rule, State};
use stateright::{Checker, Model, Property};
use std::time::Instant;

/// A state that breaks a rule, and the way to it.
pub(crate) struct Counterexample {
    pub(crate) rule: Rule,
    steps: Vec<Action>,
}

/// Goes through every state, shortest way first, or to the first that breaks a rule. Says how many states that were.
pub(crate) fn search(name: &str, protocol: Protocol) -> Option<Counterexample> {
    told(name, protocol, || protocol.checker().spawn_bfs().join())
}

/// The same, longest way first: a counterexample that is far away is found sooner, and is not the shortest.
pub(crate) fn search_deep(name: &str, protocol: Protocol) -> Option<Counterexample> {
    told(name, protocol, || protocol.checker().spawn_dfs().join())
}

fn told<C: Checker<Protocol>>(name: &str, protocol: Protocol, check: impl FnOnce() -> C) -> Option<Counterexample> {
    let began = Instant::now();
    let checker = check();
    let found = checker.discovery(EVERY_RULE).map(|path| {
        let rule = Rule::broken_in(path.last_state()).expect("the state that was found breaks a rule");
        Counterexample { rule, steps: path.into_actions() }
    });
    let (states, seconds) = (checker.unique_state_count(), began.elapsed().as_secs_f32());
    let end = found.as_ref().map_or("every rule holds".into(), Counterexample::text);
    println!("{name}, {:?}: {states} states, {seconds:.1} s: {end}", protocol.rotation);
    found
}

/// Requires that every rule holds in every state.
#[track_caller]
pub(crate) fn holds(name: &str, protocol: Protocol) {
    if let Some(found) = search(name, protocol) {
        panic!("{name}, {:?} breaks {}", protocol.rotation, found.text());
    }
}

impl Counterexample {
    fn text(&self) -> String {
        let steps: Vec<String> = self.steps.iter().map(step_text).collect();
        format!("{:?} in {} steps\n    {}", self.rule, steps.len(), steps.join(", "))
    }
}

/// A step, with the fence, tenant or grant of whoever takes it.
fn step_text(step: &Action) -> String {
    match step {
        Action::Refresh { fence, does: Does::LeaseToken, .. } => format!("LeaseToken {}", fence + 1),
        Action::Refresh { fence, does, .. } => format!("{does:?} {fence}"),
        Action::Complete { tenant, does } => format!("{does:?} {tenant:?}"),
        Action::Person { tenant, does } => format!("{does:?} {tenant:?}"),
        Action::Cleanup { grant, does } => format!("{does:?} {grant:?}"),
        Action::Passes(passes) => format!("{passes:?}"),
    }
}

/// The number of steps to the nearest state of this kind.
pub(crate) fn steps_to(protocol: Protocol, goal: fn(&State) -> bool) -> Option<usize> {
    let checker = Reaching { protocol, goal }.checker().spawn_bfs().join();
    checker.discovery(GOAL).map(|path| path.into_actions().len())
}

const GOAL: &str = "the goal";

/// The same protocol, searched for a state of this kind.
struct Reaching {
    protocol: Protocol,
    goal: fn(&State) -> bool,
}

impl Model for Reaching {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        self.protocol.init_states()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.protocol.actions(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        self.protocol.next_state(last, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::sometimes(GOAL, |search: &Self, state| (search.goal)(state))]
    }
}
