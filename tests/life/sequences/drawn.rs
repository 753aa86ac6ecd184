//! Sequences as they are drawn.

use super::Step;
use crate::life::model::{Act, Consents};
use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => Just(Act::Create),
        8 => Just(Act::Connect(Consents::Agree)),
        3 => prop::sample::select(vec![Consents::Deny, Consents::OtherAccount, Consents::Untick, Consents::Abandon])
            .prop_map(Act::Connect),
        2 => prop::sample::select(vec![5, 15, 30, 60]).prop_map(Act::Interval),
        2 => Just(Act::Pause),
        3 => Just(Act::Resume),
        2 => Just(Act::Disconnect),
        1 => Just(Act::Delete),
        2 => Just(Act::Sync),
        2 => Just(Act::Test),
    ]
}

fn passes() -> impl Strategy<Value = Step> {
    let some = prop_oneof![(1_i64..90), (90_i64..7_200), (7_200_i64..40_000), (40_000_i64..300_000)];
    some.prop_map(|seconds| Step::Pass(TimeDelta::seconds(seconds)))
}

fn steps() -> impl Strategy<Value = Step> {
    let mortal =
        prop::sample::select(vec![Act::Create, Act::Pause, Act::Resume, Act::Disconnect, Act::Delete, Act::Sync]);
    prop_oneof![
        12 => acts().prop_map(Step::Act),
        9 => passes(),
        3 => (mortal, 0_usize..8, any::<bool>()).prop_map(|(act, call, before)| Step::Dies(act, call, before)),
        2 => (0_usize..16, any::<bool>()).prop_map(|(call, before)| Step::WorkerDies(call, before)),
        1 => Just(Step::Revoked),
        1 => Just(Step::Outage),
        1 => Just(Step::Throttled),
        3 => Just(Step::Works),
        1 => any::<bool>().prop_map(Step::Plan),
    ]
}

/// Thirty steps; most sequences begin with a connection, because little can happen before.
pub(super) fn sequences() -> impl Strategy<Value = Vec<Step>> {
    let connect = Step::Act(Act::Connect(Consents::Agree));
    let first = prop_oneof![3 => Just(connect), 1 => steps()];
    (first, vec(steps(), 29)).prop_map(|(first, rest)| std::iter::once(first).chain(rest).collect())
}
