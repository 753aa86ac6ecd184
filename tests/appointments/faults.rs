//! Every single fault of a worker that carries an appointment out: each outgoing call meets each fault; then the background
//! runs until it is quiet, and Google has exactly one event with what was wanted last.
//!
//! One world for each operation, with an appointment for each case. `AURA_FAULT_CASE="change 3 dieafter"` names one alone.

use super::{at, google_time, office, visit, with};
use crate::faults::{filter, throttled};
use crate::sync::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::world::{Call, DEMO, Fault};
use sandbox::FaultKind;
use sandbox::google::ADA;
use serde_json::{Value, json};
use shared::store::WriteState;
use std::sync::Arc;
use std::time::Instant;

/// What the worker is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Create,
    Change,
    Cancel,
    /// A person has changed the event meanwhile.
    Conflict,
    /// It was cancelled, and comes back.
    Revive,
    /// One occurrence of a series.
    Occurrence,
}

/// What happens at the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    DieBefore,
    DieAfter,
    Lost,
    Throttled,
    /// Google does it and answers 504.
    Commit504,
    /// The call is held until the lease is over and another worker has carried the appointment out.
    Delayed,
}

/// Time passes in the last one only: as long as it stands still, every case makes the same calls.
const KINDS: [Kind; 6] = [Kind::DieBefore, Kind::DieAfter, Kind::Lost, Kind::Throttled, Kind::Commit504, Kind::Delayed];

impl Op {
    /// Brings an appointment to where the worker is to do it; the message.
    async fn prepare(self, scene: &Scene, id: &str, number: u32) -> Value {
        if matches!(self, Self::Change | Self::Cancel | Self::Conflict | Self::Revive) {
            scene.write(id, &visit("First", 8)).await;
        }
        match self {
            Self::Conflict => scene.person(id, with(json!({ "location": "Theirs" }), &google_time(12))),
            Self::Revive => {
                scene.cancel(id).await.ok();
                scene.carry().await;
            }
            _ => {}
        }
        match self {
            Self::Cancel => scene.cancel(id).await.ok(),
            Self::Occurrence => scene.put(id, &occurrence(number)).await.ok(),
            _ => scene.put(id, &visit("Wanted", 9)).await.ok(),
        };
        scene.lose_messages().await;
        scene.message_of(id).await
    }

    /// What is wrong with the appointment in the end.
    fn broken(self, scene: &Scene, id: &str) -> Option<String> {
        let events = scene.marked(ADA, id);
        let expected = usize::from(self != Self::Cancel);
        if events.len() != expected {
            return Some(format!("{} events", events.len()));
        }
        let event = events.first()?;
        let start = match self {
            Self::Conflict => "T12:00:00Z",
            _ => "T09:00:00Z",
        };
        let starts = event["start"]["dateTime"].as_str().is_some_and(|at| at.ends_with(start));
        let place = self != Self::Conflict || event["location"] == "Theirs";
        (event["summary"] != "Wanted" || !starts || !place).then(|| event.to_string())
    }
}

/// The occurrence of the series on this day, counted from the first of April.
fn occurrence(number: u32) -> Value {
    let first = "2026-04-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("an instant");
    let time = |hour: i64| {
        let time = first + chrono::TimeDelta::hours(i64::from(number) * 24 + hour);
        at(&time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    };
    let of = json!({ "series": "series", "originalStart": time(8) });
    json!({ "title": "Wanted", "start": time(9), "end": time(10), "occurrenceOf": of })
}

async fn stage(op: Op) -> Scene {
    let scene = office(0).await;
    scene.faults.near(scene.stack.embedded().expect("the embedded AWS"));
    if op == Op::Occurrence {
        let time =
            |hour: &str| json!({ "kind": "instant", "at": format!("2026-04-01T{hour}:00:00Z"), "timeZone": "UTC" });
        let series =
            json!({ "title": "Series", "start": time("08"), "end": time("09"), "recurrence": ["RRULE:FREQ=DAILY"] });
        scene.write("series", &series).await;
    }
    scene
}

/// The calls of the worker without a fault.
async fn calls_of(op: Op) -> Vec<Call> {
    let scene = stage(op).await;
    let message = op.prepare(&scene, "clean", 0).await;
    scene.faults.forget();
    scene.invoke("sync-worker", message, WHOLE).await;
    assert_eq!((op.broken(&scene, "clean"), scene.standing("clean").await), (None, (WriteState::Written, None)));
    scene.faults.calls().into_iter().filter(Call::of_worker).collect()
}

/// Does it with the fault.
async fn play(scene: &Scene, message: Value, call: usize, kind: Kind) {
    let fault = match kind {
        Kind::DieBefore => Fault::DieBefore,
        Kind::DieAfter => Fault::DieAfter,
        Kind::Lost => Fault::Lose,
        Kind::Throttled => Fault::Reply(Arc::new(throttled)),
        Kind::Commit504 => {
            let sandbox = scene.sandbox().clone();
            let fault = sandbox::Fault::always(FaultKind::CommitThenTimeout).times(1);
            Fault::Meanwhile(Arc::new(move || sandbox.fault(fault.clone())))
        }
        Kind::Delayed => return overtaken(scene, message, call).await,
    };
    scene.faults.nth(call, Call::of_worker, fault);
    scene.faults.until_death(scene.invoke("sync-worker", message, WHOLE)).await;
    assert_eq!(scene.faults.unmet(), 0, "the call was never made");
    scene.faults.clear();
}

/// The worker is held at the call, its lease passes, and a rival carries the appointment out.
async fn overtaken(scene: &Scene, message: Value, call: usize) {
    let gate = scene.faults.hold_nth(call, Call::of_worker);
    let held = scene.invoke("sync-worker", message.clone(), WHOLE);
    let meanwhile = async {
        gate.reached().await;
        scene.later(BEYOND_THE_LEASE);
        scene.invoke("sync-worker", message, WHOLE).await;
        gate.open();
    };
    tokio::join!(held, meanwhile);
}

/// Every fault at every call.
async fn every_fault_of(op: Op, least: usize) {
    let began = Instant::now();
    let calls = calls_of(op).await;
    let scene = stage(op).await;
    let mut cases = vec![];
    for kind in KINDS {
        for (number, call) in calls.iter().enumerate() {
            let name = format!("{op:?}-{number}-{kind:?}").to_lowercase();
            let asked = filter().is_none_or(|filter| name.starts_with(&filter.to_lowercase().replace(' ', "-")));
            if !asked || (kind == Kind::Commit504 && !call.is_of_provider()) {
                continue;
            }
            let message = op.prepare(&scene, &name, cases.len() as u32).await;
            play(&scene, message, number, kind).await;
            cases.push((name, call.name()));
        }
    }
    scene.rest().await;
    scene.pull().await;
    scene.assert_equal(DEMO, ADA).await;
    let foreign = scene.bus("records.changed").await;
    let mut broken = vec![];
    for (name, call) in &cases {
        let item = scene.item(name).await;
        let event = item.event.as_ref().map(|event| event.as_str().to_owned());
        let told = foreign.iter().flat_map(|detail| detail["changes"].as_array().expect("changes"));
        let told = told.filter(|change| change["id"].as_str() == event.as_deref()).count();
        let telling = (op != Op::Conflict && told > 0).then(|| format!("told {told} times as foreign"));
        let standing = (item.state != WriteState::Written).then(|| format!("{:?} {:?}", item.state, item.failure));
        let wrong = op.broken(&scene, name).or(telling).or(standing);
        broken.extend(wrong.map(|wrong| format!("{name} ({call}): {wrong}")));
    }
    let seconds = began.elapsed().as_secs_f32();
    println!("{op:?}: {} calls, {} cases, {} broken, {seconds:.1} s", calls.len(), cases.len(), broken.len());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let names: Vec<String> = calls.iter().map(Call::name).collect();
    assert!(calls.len() >= least, "only {names:?}");
}

macro_rules! matrix {
    ($($name:ident: $op:ident, $least:expr;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                every_fault_of(Op::$op, $least).await;
            }
        )*
    };
}

matrix! {
    a_new_appointment_is_one_event_under_every_fault: Create, 7;
    a_changed_appointment_is_as_it_was_wanted_under_every_fault: Change, 7;
    a_cancelled_appointment_is_no_event_under_every_fault: Cancel, 7;
    a_conflict_is_decided_alike_under_every_fault: Conflict, 9;
    an_appointment_that_comes_back_is_one_event_under_every_fault: Revive, 9;
    an_occurrence_is_one_exception_under_every_fault: Occurrence, 9;
}
