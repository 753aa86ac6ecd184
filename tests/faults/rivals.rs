//! What a fault is: who else acts while a call is held, and what a client does that had no answer.

use super::case::{Case, Kind, Op, Told};
use super::stage::Stage;
use crate::sync::scene::BEYOND_THE_LEASE;
use crate::world::{Call, Fault, Gate};
use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::api::routes::{self, Route};
use std::sync::Arc;

/// So often a client repeats a request that had no answer.
const REPETITIONS: usize = 3;
/// Beyond the window in which a revocation may land.
const BEYOND_THE_WINDOW: TimeDelta = TimeDelta::seconds(61);
/// So long a client waits for an answer.
const PATIENCE: TimeDelta = TimeDelta::seconds(31);

impl Stage {
    /// Does the operation with its fault, and what its client or queue does after it.
    pub(super) async fn play(&mut self, case: &mut Case) {
        let key = caller(case.op);
        let on = move |call: &Call| call.caller == key || call.is_of_provider();
        if let Some((call, kind)) = case.spot.second {
            self.faults.nth(call, on.clone(), fault(kind).expect("a fault of the plane"));
        }
        let first = match fault(case.spot.kind) {
            Some(fault) => {
                self.faults.nth(case.spot.call, on, fault);
                let done = self.faults.until_death(self.operate(case, "ada", "first")).await;
                self.note(case, done).await
            }
            None => {
                let gate = self.faults.hold_nth(case.spot.call, on);
                let done = self.overtaken(case, &gate).await;
                self.note(case, Some(done)).await
            }
        };
        if !first {
            self.repeat(case).await;
        }
        assert!(self.faults.unmet() == 0 || case.spot.second.is_some(), "the call was never made");
        self.faults.clear();
        case.met = self.faults.met().iter().map(Call::name).collect();
        self.remedy(case).await;
    }

    /// The operation, held at the gate while somebody else acts.
    async fn overtaken(&self, case: &mut Case, gate: &Gate) -> (u16, Value) {
        let mut rival = self.mirror(case);
        let done = {
            let mut held = std::pin::pin!(self.operate(case, "ada", "first"));
            tokio::select! {
                done = &mut held => return done,
                () = gate.reached() => {}
            }
            let meanwhile = async {
                self.meanwhile(&mut rival).await;
                gate.open();
            };
            tokio::join!(held, meanwhile).0
        };
        case.marks.append(&mut rival.marks);
        done
    }

    /// The same request again, until it has an answer; a queue delivers its message again by itself.
    async fn repeat(&mut self, case: &mut Case) {
        for _ in 0..REPETITIONS {
            self.later(if case.op.is_worker() { BEYOND_THE_LEASE } else { PATIENCE });
            let again = self.faults.until_death(self.operate(case, "ada", "first")).await;
            if self.note(case, again).await {
                return;
            }
        }
        panic!("no answer to {REPETITIONS} repetitions: {:?}", case.answers);
    }

    /// Notes an answer; whether it was one.
    async fn note(&self, case: &mut Case, done: Option<(u16, Value)>) -> bool {
        let Some((status, body)) = done else { return false };
        // What a flow came to is stored, and told again and again.
        let came_to_nothing = body["code"] == "provider_unavailable" && case.op.finishes();
        if (status >= 500 && !came_to_nothing) || status == 202 || status == 429 {
            return false;
        }
        if (200..300).contains(&status) {
            let what = told_by(case.op);
            self.mark(case, what).await;
        }
        case.answers.push((status, body));
        true
    }

    async fn mark(&self, case: &mut Case, what: Option<Told>) {
        let Some(what) = what else { return };
        let now = self.found(&case.account).await;
        // What is deleted is not there any more: it was told of what was there before.
        let of = if what == Told::Deleted { case.before.clone() } else { now };
        if let Some(of) = of {
            self.told(case, what, &of);
        }
    }

    /// A person whose connect came to nothing begins again.
    async fn remedy(&self, case: &mut Case) {
        if case.op.finishes() && case.answers.last().is_none_or(|(status, _)| *status != 200) {
            self.connects_anew(case).await;
        }
    }

    /// The same case, for marks that are made while the case itself is at work.
    fn mirror(&self, case: &Case) -> Case {
        Case {
            met: vec![],
            account: case.account.clone(),
            email: case.email.clone(),
            mate: case.mate.clone(),
            before: case.before.clone(),
            history: vec![],
            body: case.body.clone(),
            message: case.message.clone(),
            secrets: vec![],
            marks: vec![],
            answers: vec![],
            ..*case
        }
    }

    async fn meanwhile(&self, case: &mut Case) {
        match case.spot.kind {
            Kind::RivalSame => {
                let done = self.operate(case, "grace", "second").await;
                self.note(case, Some(done)).await;
            }
            Kind::RivalWorst => self.worst(case).await,
            _ => {
                self.later(BEYOND_THE_LEASE);
                self.background().await;
                let done = self.operate(case, "ada", "first").await;
                self.note(case, Some(done)).await;
            }
        }
    }

    async fn worst(&self, case: &mut Case) {
        match case.op {
            Op::Create => {
                self.operate(case, "grace", "second").await;
                self.person(case, &routes::DELETE, Some(Told::Deleted)).await;
            }
            Op::Connect | Op::Pause => {
                self.person(case, &routes::DELETE, Some(Told::Deleted)).await;
            }
            // The integration looks as it did when the flow began, and no revoke window protects it any more.
            Op::Complete => {
                self.connects_anew(case).await;
                self.person(case, &routes::DISCONNECT, Some(Told::Disconnected)).await;
                self.later(BEYOND_THE_WINDOW);
            }
            Op::Reconnect | Op::Resume | Op::Sync => {
                self.person(case, &routes::DISCONNECT, Some(Told::Disconnected)).await;
            }
            Op::FirstSync | Op::Delete | Op::DeleteShared => {
                self.person(case, &routes::DELETE, Some(Told::Deleted)).await;
                self.connects_anew(case).await;
            }
            Op::Refresh | Op::SyncRefreshing | Op::Disconnect | Op::DisconnectShared => self.connects_anew(case).await,
        }
    }

    async fn person(&self, case: &mut Case, route: &Route, what: Option<Told>) {
        let before = self.found(&case.account).await;
        let answer = self.ask(&case.account, "grace", route, None, Some("rival")).await;
        assert!(answer.status < 500, "{answer:?}");
        if let (200..300, Some(what), Some(before)) = (answer.status, what, before) {
            self.told(case, what, &before);
        }
    }

    /// A whole connect: from where it begins, something may be written again.
    async fn connects_anew(&self, case: &mut Case) {
        let from = self.faults.ledger().position();
        // In a revoke window the answer is no; that is for the invariants to judge.
        let answer = self.connects(&case.account, &case.email).await;
        assert!(answer.status < 500, "{answer:?}");
        if answer.status == 200 {
            self.mark(case, Some(Told::GoesOn)).await;
            if let Some(mark) = case.marks.last_mut() {
                mark.at = from;
            }
        }
    }
}

/// What a success of the operation tells a person.
fn told_by(op: Op) -> Option<Told> {
    match op {
        Op::Pause => Some(Told::Paused),
        Op::Disconnect | Op::DisconnectShared => Some(Told::Disconnected),
        Op::Delete | Op::DeleteShared => Some(Told::Deleted),
        Op::Resume | Op::Complete | Op::Reconnect => Some(Told::GoesOn),
        _ => None,
    }
}

/// The function as its access key names it.
pub(super) fn caller(op: Op) -> String {
    op.function().replace('-', "").to_uppercase()
}

/// The plane's fault; none for what happens at a gate.
fn fault(kind: Kind) -> Option<Fault> {
    match kind {
        Kind::DieBefore => Some(Fault::DieBefore),
        Kind::DieAfter => Some(Fault::DieAfter),
        Kind::Lost => Some(Fault::Lose),
        Kind::Throttled => Some(Fault::Reply(Arc::new(throttled))),
        Kind::RivalSame | Kind::RivalWorst | Kind::Delayed => None,
    }
}

/// What whoever is asked answers when it is too much.
pub(crate) fn throttled(call: &Call) -> (u16, Value) {
    let of_the_table = call.op.contains("Item") || call.is("Query");
    let (status, code) = match (call.is_of_provider(), of_the_table) {
        (true, _) => (429, "rate_limit_exceeded"),
        (_, true) => (400, "ProvisionedThroughputExceededException"),
        _ => (400, "ThrottlingException"),
    };
    (status, json!({ "__type": code, "error": code, "message": "too much" }))
}
