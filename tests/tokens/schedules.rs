//! Two refresh workers and one crash, in every order: one worker is held before each of its calls, a rival does all that it
//! would do, or dies before each of its own calls, and the first one goes on or dies. Between two calls a worker changes
//! nothing, so that is every schedule with one switch there and back.

use crate::sync::scene::Scene;
use crate::world::{DEMO, Fault, Faults, GOOGLE, rotating, sqs_event};
use chrono::TimeDelta;
use domain::lifecycle::Status;
use futures_util::{StreamExt, stream};
use providers::Registry;
use sandbox::Rotation;
use sandbox::google::ADA;
use serde_json::{Value, json};
use shared::entry::{Function, Invocation, Setup, Wires};
use std::sync::Arc;

/// As much time as Lambda gives the refresh worker.
const WHOLE: TimeDelta = TimeDelta::seconds(60);
/// More calls than a refresh makes.
const MOST_CALLS: usize = 30;
/// Cases that run at the same time.
const AT_ONCE: usize = 6;

/// One schedule.
#[derive(Debug, Clone, Copy)]
struct Case {
    rotation: Rotation,
    /// The first worker is held before this call.
    held_at: usize,
    /// It dies there, after the rival.
    dies: bool,
    /// The rival dies before this call of its own.
    rival_dies_at: Option<usize>,
}

/// How a schedule ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The first worker makes fewer calls: no such schedule.
    NoSuch,
    /// The rival makes fewer calls.
    NoSuchRival,
    Alive,
    /// Lost, because somebody died between the provider's answer and its storage; counted as such.
    LostInTheWindow,
}

/// A refresh worker behind a plane of its own.
struct Worker {
    faults: Faults,
    function: Arc<dyn Function>,
}

impl Worker {
    fn of(scene: &Scene, rotation: Rotation) -> Self {
        let (faults, setup) = (Faults::default(), scene.setup("refresh-worker"));
        let wires = faults.wires();
        let standard = Registry::standard(setup.vars.map(), wires.providers.clone()).expect("usable addresses");
        // The provider's own description has to say that it rotates: only then a refusal may be a loss of ours.
        let registry = Some(rotating(rotation)(standard));
        let setup = Setup { wires: Wires { registry, ..wires }, ..setup };
        let function = local::functions::all()["refresh-worker"](&setup).expect("the function starts");
        Self { faults, function }
    }

    /// Works on the message; `None` when it died.
    async fn work(&self, scene: &Scene, message: &Value) -> Option<Value> {
        let invocation = Invocation::new("test", scene.now() + WHOLE);
        let work = self.function.invoke(sqs_event(std::slice::from_ref(message)), invocation);
        self.faults.until_death(async { work.await.expect("an answer") }).await
    }

    /// The call before which it stopped for good; its last one is not sent.
    fn died_before(&self) -> String {
        self.faults.calls().last().map(|call| call.op.clone()).unwrap_or_default()
    }
}

impl Scene {
    async fn with_a_refresh_due(rotation: Rotation) -> (Self, Value) {
        let scene = Self::synced(2).await;
        scene.rotation(rotation);
        let credential = scene.credential().await;
        scene.clock.advance(credential.due_at.expect("a refresh ahead") - scene.now());
        let message = json!({ "account": DEMO, "provider": GOOGLE, "integration": credential.id });
        (scene, message)
    }

    /// Lets fresh workers do what is due until the grant is well again (true) or waits for a person (false).
    async fn refreshed(&self, rotation: Rotation, message: &Value) -> bool {
        for _ in 0..6 {
            let credential = self.credential().await;
            let expires = credential.access.and_then(|access| access.expires_at).expect("an end");
            let well = expires - self.now() > TimeDelta::minutes(40) && credential.suspected_at.is_none();
            if well {
                return true;
            }
            let next = credential.lease_until.map(|until| until + TimeDelta::seconds(1)).or(credential.due_at);
            self.clock.advance((next.expect("something is planned") - self.now()).max(TimeDelta::zero()));
            Worker::of(self, rotation).work(self, message).await.expect("nobody dies any more");
            if self.integration().await.status == Status::Error {
                return false;
            }
        }
        panic!("neither well nor in Error: {:?}", self.credential().await);
    }

    fn window_losses(&self) -> usize {
        self.lines.all().iter().filter(|line| line.contains(r#""rotation_window_loss":1"#)).count()
    }
}

async fn end_of(case: Case) -> End {
    let (scene, message) = Scene::with_a_refresh_due(case.rotation).await;
    let (first, rival) = (Worker::of(&scene, case.rotation), Worker::of(&scene, case.rotation));
    let Some(lost_by) = played(case, &scene, &message, &first, &rival).await else { return End::NoSuch };
    if case.rival_dies_at.is_some() && lost_by.is_empty() {
        return End::NoSuchRival;
    }
    let alive = scene.refreshed(case.rotation, &message).await;
    let in_the_window = lost_by == "PutSecretValue";
    assert_eq!(alive, !in_the_window, "{case:?}: died before {lost_by:?}");
    assert_eq!(scene.window_losses(), usize::from(in_the_window), "{case:?}: the loss, and nothing else, is counted");
    if !alive {
        return End::LostInTheWindow;
    }
    assert_eq!(scene.sandbox().google().live_refresh_tokens(ADA), 1, "{case:?}");
    scene.until_due(DEMO).await;
    assert_eq!(scene.run().await, "succeeded", "{case:?}");
    End::Alive
}

/// Plays the schedule. The call before which somebody died, empty if nobody did; `None` if there is no such schedule.
async fn played(case: Case, scene: &Scene, message: &Value, first: &Worker, rival: &Worker) -> Option<String> {
    let gate = first.faults.hold_nth(case.held_at, |_| true);
    if let Some(call) = case.rival_dies_at {
        rival.faults.nth(call, |_| true, Fault::DieBefore);
    }
    let meanwhile = async {
        gate.reached().await;
        let lived = rival.work(scene, message).await.is_some();
        if !case.dies {
            gate.open();
        }
        if lived { String::new() } else { rival.died_before() }
    };
    let work = first.work(scene, message);
    tokio::pin!(work, meanwhile);
    tokio::select! {
        // It ended before it came to the gate.
        _ = &mut work => None,
        died = &mut meanwhile => {
            if case.dies {
                return Some(first.died_before());
            }
            work.await.expect("the first worker lives");
            Some(died)
        }
    }
}

/// Plays every schedule of a rotation: how many there were, and in how many the grant was lost.
async fn every_schedule(rotation: Rotation) -> (usize, usize) {
    let plain = |held_at, dies| Case { rotation, held_at, dies, rival_dies_at: None };
    let starts = (0..MOST_CALLS).flat_map(|at| [plain(at, false), plain(at, true)]);
    let rivals = (0..MOST_CALLS).flat_map(|at| {
        (0..MOST_CALLS).map(move |call| Case { rotation, held_at: at, dies: false, rival_dies_at: Some(call) })
    });
    let calls = calls_of_a_refresh(rotation).await;
    let cases = starts.chain(rivals).filter(|case| case.held_at < calls && case.rival_dies_at.unwrap_or(0) < calls);
    let ends: Vec<End> = stream::iter(cases).map(end_of).buffer_unordered(AT_ONCE).collect().await;
    let real = ends.iter().filter(|end| !matches!(end, End::NoSuch | End::NoSuchRival)).count();
    let lost = ends.iter().filter(|end| **end == End::LostInTheWindow).count();
    println!("{rotation:?}: {real} schedules of two workers and one crash, {lost} in the unavoidable window");
    (real, lost)
}

/// How many calls one undisturbed refresh makes.
async fn calls_of_a_refresh(rotation: Rotation) -> usize {
    let (scene, message) = Scene::with_a_refresh_due(rotation).await;
    let worker = Worker::of(&scene, rotation);
    worker.work(&scene, &message).await.expect("nobody dies");
    let calls = worker.faults.calls().len();
    assert!((6..MOST_CALLS).contains(&calls), "{calls} calls");
    calls
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strictly_rotating_grant_outlives_every_schedule_of_two_workers_and_one_crash() {
    let (schedules, lost) = every_schedule(Rotation::Strict).await;
    assert!(schedules > 40 && lost > 0 && lost * 4 < schedules, "{lost} of {schedules}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_whose_provider_detects_reuse_outlives_them_too() {
    let (schedules, lost) = every_schedule(Rotation::ReuseDetect).await;
    assert!(schedules > 40 && lost > 0 && lost * 4 < schedules, "{lost} of {schedules}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_whose_answer_never_came_is_counted_when_the_refusal_stands() {
    let (scene, message) = Scene::with_a_refresh_due(Rotation::Strict).await;
    let worker = Worker::of(&scene, Rotation::Strict);
    worker.faults.next(|call| call.is("token"), Fault::Lose);
    worker.work(&scene, &message).await.expect("nobody dies");
    assert_eq!((scene.integration().await.status, scene.window_losses()), (Status::Active, 0));
    assert!(!scene.refreshed(Rotation::Strict, &message).await, "the only token was in the answer");
    assert_eq!(scene.window_losses(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_its_owner_took_back_is_no_loss_of_ours() {
    let (scene, message) = Scene::with_a_refresh_due(Rotation::Strict).await;
    scene.sandbox().google().revoke(ADA).expect("an account");
    assert!(!scene.refreshed(Rotation::Strict, &message).await);
    assert_eq!(scene.window_losses(), 0);
}
