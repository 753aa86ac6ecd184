//! The invariants, each by its number and its sentence. What holds for a whole world is asked once, what holds for an
//! integration for each case.

use super::case::{Case, Kind, Op, Told};
use super::picture::{History, Picture};
use super::stage::Stage;
use domain::ids::IntegrationId;
use domain::lifecycle::{ErrorReason, Status};
use sandbox::google::CLIENT_SECRET;
use serde_json::Value;
use shared::store::Integration;
use std::collections::{HashMap, HashSet};

/// A run is never open for longer than its lease and so many milliseconds.
const STUCK_AFTER: i64 = 120_000;

/// What is wrong, by the invariant that it breaks.
pub(super) type Broken = Vec<(&'static str, String)>;

/// Asks one question of a picture.
type Question = fn(&Case, &Picture) -> Result<(), String>;

/// What is asked of each case.
const OF_A_CASE: [(&str, Question); 12] = [
    ("goal", goal),
    ("I2", i2_one_live_integration),
    ("I3", i3_the_count_is_true),
    ("I7", i7_a_reconnect_keeps_what_there_was),
    ("I9", i9_the_pointer_names_a_version_of_its_grant),
    ("I11", i11_a_received_token_is_durable),
    ("I12", i12_a_verdict_only_after_every_version_was_refused),
    ("I14", i14_every_secret_has_its_pointer),
    ("I17", i17_nothing_old_is_written_after_the_answer),
    ("I18", i18_there_is_a_next_run),
    ("I19", i19_a_deleted_id_never_reappears),
    ("I25", i25_the_same_key_has_the_same_answer),
];

/// Everything that is broken of a case.
pub(super) fn broken(case: &Case, picture: &Picture) -> Broken {
    let asked = OF_A_CASE.iter().filter_map(|(name, ask)| ask(case, picture).err().map(|why| (*name, why)));
    asked.collect()
}

fn check(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// Whether the grant was lost in the one window that nobody can close: the provider rotated, and the answer never came
/// to a process that lived to store it.
pub(super) fn is_lost(case: &Case) -> bool {
    let kinds = std::iter::once(case.spot.kind).chain(case.spot.second.map(|(_, kind)| kind));
    let met: Vec<(&str, Kind)> = case.met.iter().map(String::as_str).zip(kinds).collect();
    // A put whose answer was lost has had its effect, whatever becomes of its repetition.
    let put = met.contains(&("PutSecretValue", Kind::Lost));
    let loses = |(call, kind): &(&str, Kind)| loses_answer(call, *kind) || (loses_put(call, *kind) && !put);
    case.op.rotates() && met.iter().any(loses)
}

fn loses_answer(call: &str, kind: Kind) -> bool {
    call == "provider token" && matches!(kind, Kind::DieAfter | Kind::Lost)
}

fn loses_put(call: &str, kind: Kind) -> bool {
    call == "PutSecretValue" && kind == Kind::DieBefore
}

/// Where nobody else decided anything, the operation came to its end.
fn goal(case: &Case, picture: &Picture) -> Result<(), String> {
    let Some(now) = &picture.now else {
        let gone = matches!(case.op, Op::Delete | Op::DeleteShared) || !case.spot.kind.is_alone();
        check(gone, || "the integration is gone".into())?;
        let over = case.op == Op::Delete && case.spot.kind.is_alone();
        return check(!over || picture.alive == 0, || "the grant is alive at the provider".into());
    };
    let status = now["status"]["S"].as_str().unwrap_or_default();
    if is_lost(case) {
        return check(status == "Error", || format!("a lost grant is told: {status}"));
    }
    if !case.spot.kind.is_alone() {
        return check(status != "Error", || "nobody broke anything".into());
    }
    let expected = match case.op {
        Op::Create => "Draft",
        Op::Connect => "Configuring",
        Op::Pause => "Paused",
        Op::Disconnect | Op::DisconnectShared => "Disconnected",
        Op::Delete | Op::DeleteShared => "gone",
        _ => "Active",
    };
    check(status == expected, || format!("{status} instead of {expected}"))?;
    let over = matches!(case.op, Op::Disconnect | Op::Delete);
    check(!over || picture.alive == 0, || "the grant is alive at the provider".into())
}

/// I2: at most one live integration per account and provider.
fn i2_one_live_integration(_: &Case, picture: &Picture) -> Result<(), String> {
    check(picture.integrations.len() <= 1, || format!("{} integrations", picture.integrations.len()))
}

/// I3: the live count is within the limit; META.count equals the true count at quiescence.
fn i3_the_count_is_true(_: &Case, picture: &Picture) -> Result<(), String> {
    let counted = picture.count.unwrap_or_default();
    let there = picture.integrations.len() as i64;
    check(counted == there && counted <= 1, || format!("META says {counted}, there are {there}"))
}

/// I5: each state is consumed at most once.
fn i5_each_flow_is_consumed_once(history: &History) -> Result<(), String> {
    let mut claims: HashMap<&str, usize> = HashMap::new();
    for write in history.writes() {
        if write.pk.starts_with("FLOW#") && write.value("claimed_at").is_some() {
            *claims.entry(write.pk).or_default() += 1;
        }
    }
    check(claims.values().all(|times| *times == 1), || "a flow was claimed twice".into())
}

/// I7: a reconnect keeps provider account, configuration and history.
fn i7_a_reconnect_keeps_what_there_was(case: &Case, picture: &Picture) -> Result<(), String> {
    let (Some(before), Some(now)) = (&case.before, &picture.stored) else { return Ok(()) };
    if before.id != now.id {
        return Ok(());
    }
    check(before.settings.resources.is_empty() || before.settings == now.settings, || "the settings changed".into())?;
    let account =
        |of: &Integration| of.connected.as_ref().map(|connected| (connected.id.clone(), connected.label.clone()));
    check(before.connected.is_none() || account(before) == account(now), || "the account changed".into())?;
    check(before.dataset == now.dataset, || "the dataset changed".into())?;
    let lost = case.history.iter().filter(|line| !picture.history.contains(line)).count();
    check(lost == 0, || format!("{lost} lines of the history are gone"))
}

/// I9: the pointer names an existing version of the same integration and grant.
fn i9_the_pointer_names_a_version_of_its_grant(_: &Case, picture: &Picture) -> Result<(), String> {
    let Some(credential) = &picture.credential else { return Ok(()) };
    let (id, grant) = (credential.id.to_string(), credential.grant.to_string());
    let own =
        credential.pointer.secret.ends_with(&format!("/{id}/{grant}")) && credential.pointer.grant == credential.grant;
    check(own, || format!("it names {}", credential.pointer.secret))?;
    check(picture.pointed.is_some(), || "it names nothing that can be read".into())?;
    let same = picture.stored.as_ref().is_some_and(|it| it.id == credential.id && it.grant == Some(credential.grant));
    check(same, || "the integration has another grant".into())
}

/// I10: the pointer never goes back to a superseded version, never to another grant.
fn i10_the_pointer_never_goes_back(history: &History) -> Result<(), String> {
    let mut seen: HashMap<&str, Vec<String>> = HashMap::new();
    for write in history.writes().filter(|write| write.sk == "CREDENTIAL") {
        let Some(pointer) = write.value("pointer") else { continue };
        let version = pointer["M"]["version"]["S"].as_str().unwrap_or_default().to_owned();
        let all = seen.entry(write.pk).or_default();
        if all.last() != Some(&version) {
            check(!all.contains(&version), || format!("back to {version}"))?;
            all.push(version);
        }
    }
    Ok(())
}

/// I11: a received token becomes durable unless the process dies first; that loss is counted.
fn i11_a_received_token_is_durable(case: &Case, picture: &Picture) -> Result<(), String> {
    let lost = picture.live_tokens.iter().filter(|token| !picture.durable.iter().any(|text| text.contains(*token)));
    let (lost, most) = (lost.count(), usize::from(may_lose(case, picture)));
    check(lost <= most, || format!("{lost} live tokens are nowhere"))
}

/// The two exceptions by design: a refresh that died between answer and put; and a connect that died, or was overtaken
/// by somebody else's decision, after the exchange. Its flow has failed, the person was told to start again, and what
/// the provider gave is not revoked, because that may end the grant of another connect of the same account.
fn may_lose(case: &Case, picture: &Picture) -> bool {
    let died = case.op.rotates() && case.met.first().is_some_and(|call| loses_put(call, case.spot.kind));
    let failed = case.op.finishes() && picture.flow.as_deref() == Some("failed");
    died || failed || case.spot.second.is_some() && is_lost(case)
}

/// I12: a reconnect is asked for only after every live version of the grant was definitively refused.
fn i12_a_verdict_only_after_every_version_was_refused(case: &Case, picture: &Picture) -> Result<(), String> {
    let Some(now) = &picture.stored else { return Ok(()) };
    if now.status != Status::Error {
        return Ok(());
    }
    let told = now.reason == Some(ErrorReason::CredentialsExpired);
    check(told && is_lost(case), || format!("{:?} without a lost token", now.reason))?;
    let alive = picture.live_tokens.iter().find(|token| picture.durable.iter().any(|text| text.contains(*token)));
    check(alive.is_none(), || "a stored version is alive".into())
}

/// I13: at most one unexpired lease per integration and kind.
fn i13_one_lease_at_a_time(history: &History) -> Result<(), String> {
    let mut held: HashMap<(&str, &str), (i64, &Value)> = HashMap::new();
    for (write, at) in history.timed_writes() {
        let Some(fence) = fence_of(write.sk) else { continue };
        let place = (write.pk, write.sk);
        let until = write.value("lease_until").and_then(|until| until["N"].as_str()?.parse::<i64>().ok());
        match (until, write.value(fence)) {
            (Some(until), Some(fence)) => {
                let alive = held.get(&place).filter(|(former, of)| *former > at && *of != fence);
                check(alive.is_none(), || format!("{place:?} is taken while it is held"))?;
                held.insert(place, (until, fence));
            }
            _ if write.removes("lease_until") => drop(held.remove(&place)),
            _ => {}
        }
    }
    Ok(())
}

fn fence_of(sk: &str) -> Option<&'static str> {
    match sk {
        "CREDENTIAL" => Some("fence"),
        _ if sk.starts_with("INTEGRATION#") => Some("sync_fence"),
        _ => None,
    }
}

/// I14: at quiescence every secret is referenced once or pending deletion, every active integration has a readable
/// secret.
fn i14_every_secret_has_its_pointer(_: &Case, picture: &Picture) -> Result<(), String> {
    let pointed = picture.credential.as_ref().map(|credential| credential.pointer.secret.as_str());
    let astray = picture.secrets.iter().find(|(name, pending)| !pending && Some(name.as_str()) != pointed);
    check(astray.is_none(), || format!("nothing refers to {astray:?}"))?;
    let gone = picture.secrets.iter().find(|(name, pending)| *pending && Some(name.as_str()) == pointed);
    check(gone.is_none(), || "the secret in use is pending deletion".into())?;
    let active = picture.stored.as_ref().is_some_and(|it| it.status == Status::Active);
    check(!active || picture.pointed.is_some(), || "an active integration has no secret".into())
}

/// I15: only the current (run, fence, epoch) may checkpoint: each chunk is conditional on them, in one transaction.
fn i15_every_chunk_is_fenced(history: &History) -> Result<(), String> {
    for taken in history.all() {
        let written = taken.written();
        let stores = written.iter().any(|write| write.pk.starts_with("RECORDS#") && write.kind != "Delete");
        let fenced = written.iter().filter(|write| write.sk.starts_with("INTEGRATION#")).any(|write| {
            let condition = write.asked["ConditionExpression"].as_str().unwrap_or_default();
            condition.contains("#id = ") && (condition.contains("#sync_fence = ") || condition.contains("#rev = "))
        });
        check(!stores || fenced, || "records were written without a fence".into())?;
    }
    Ok(())
}

/// I17: after the answer to a pause, disconnect or delete no write of an older epoch is accepted.
fn i17_nothing_old_is_written_after_the_answer(case: &Case, picture: &Picture) -> Result<(), String> {
    for (place, mark) in case.marks.iter().enumerate().filter(|(_, mark)| mark.what != Told::GoesOn) {
        let later = case.marks[place + 1..].iter().filter(|next| next.what == Told::GoesOn && next.id == mark.id);
        let until = later.map(|next| next.at).min().unwrap_or(usize::MAX);
        let (hung, records) = (format!("INTEGRATION#{}", mark.id), format!("RECORDS#{}", mark.dataset));
        let late = picture.past.between(mark.at, until).find(|write| {
            let of_sync = write.pk == records || (write.pk == hung && write.sk.starts_with("RESOURCE#"));
            let of_grant = write.pk == hung && write.sk == "CREDENTIAL" && mark.what != Told::Paused;
            let of_deleted = write.pk == hung && mark.what == Told::Deleted;
            write.kind != "Delete" && (of_sync || of_grant || of_deleted)
        });
        check(late.is_none(), || format!("after {:?}: {:?}", mark.what, late.map(|it| (it.kind, it.pk, it.sk))))?;
    }
    Ok(())
}

/// I18: every active integration has a next run; none stays "running" longer than lease + 2 min.
fn i18_there_is_a_next_run(_: &Case, picture: &Picture) -> Result<(), String> {
    let Some(now) = &picture.stored else { return Ok(()) };
    let works = matches!(now.status, Status::Active | Status::Testing);
    check(!works || now.due_at.is_some(), || format!("{:?} without a next run", now.status))?;
    let over = now.lease_until.map_or(i64::MIN, |until| until.timestamp_millis() + STUCK_AFTER);
    check(now.run.is_none() || over >= picture.at.timestamp_millis(), || "a run is stuck".into())
}

/// I19: a deleted id never reappears.
fn i19_a_deleted_id_never_reappears(case: &Case, picture: &Picture) -> Result<(), String> {
    let deleted: HashSet<IntegrationId> =
        case.marks.iter().filter(|mark| mark.what == Told::Deleted).map(|mark| mark.id).collect();
    for mark in case.marks.iter().filter(|mark| deleted.contains(&mark.id)) {
        let back = picture.stored.as_ref().is_some_and(|now| now.id == mark.id);
        check(!back, || format!("{} is back", mark.id))?;
        let hung =
            [format!("INTEGRATION#{}", mark.id), format!("RECORDS#{}", mark.dataset), format!("CLEANUP#{}", mark.id)];
        let left = picture.keys.iter().find(|(pk, _)| hung.contains(pk));
        check(left.is_none(), || format!("{left:?} is left"))?;
    }
    Ok(())
}

/// I25: the same idempotency key has the same answer.
fn i25_the_same_key_has_the_same_answer(case: &Case, _: &Picture) -> Result<(), String> {
    let keyed = matches!(case.op, Op::Create | Op::Pause | Op::Resume | Op::Disconnect | Op::Delete);
    let first = case.answers.first();
    let same = case.answers.iter().all(|answer| Some(answer) == first);
    check(!keyed || same, || format!("{:?}", case.answers))
}

impl Stage {
    /// What is broken in the whole world.
    pub(super) async fn broken_for_all(&self, cases: &[Case], past: &History) -> Broken {
        let mut broken = Broken::new();
        let mut ask = |name, found: Result<(), String>| broken.extend(found.err().map(|why| (name, why)));
        ask("I5", i5_each_flow_is_consumed_once(past));
        ask("I10", i10_the_pointer_never_goes_back(past));
        ask("I15", i15_every_chunk_is_fenced(past));
        ask("I13", i13_one_lease_at_a_time(past));
        // I1: an actor of one account never changes anything of another.
        let other = self.picture_of_other().await;
        ask("I1", check(other == self.other, || "the other tenant's items changed".into()));
        ask("I8", self.i8_no_secret_is_told(cases).await);
        // I24: every committed outbox entry is published at least once.
        ask("I24", self.i24_every_event_is_published().await);
        // I27: every message ends as done, rescheduled or in a dead-letter queue; none does here.
        ask("I27", check(self.dead_letters() == 0 && self.waiting.is_empty(), || "a message is left".into()));
        broken
    }

    /// I8: no code, state, verifier, token or client secret in logs, events, API answers or plaintext items.
    async fn i8_no_secret_is_told(&self, cases: &[Case]) -> Result<(), String> {
        let mut secrets: HashSet<String> = self.faults.ledger().tokens().into_iter().collect();
        secrets.extend(cases.iter().flat_map(|case| case.secrets.clone()));
        secrets.insert(CLIENT_SECRET.to_owned());
        let events = self.stack.embedded().expect("the embedded AWS").events().events();
        let answers = cases.iter().flat_map(|case| &case.answers).map(|(_, body)| body.to_string());
        let places = [
            ("the log", self.lines.all().join("\n")),
            ("the table", Value::from(self.items().await).to_string()),
            ("the bus", events.iter().map(|event| event.envelope().to_string()).collect()),
            ("the answers", answers.collect()),
        ];
        let found = places.iter().find(|(_, text)| secrets.iter().any(|secret| text.contains(secret.as_str())));
        check(found.is_none(), || format!("a secret in {}", found.map(|(place, _)| *place).unwrap_or_default()))
    }

    async fn i24_every_event_is_published(&self) -> Result<(), String> {
        let left = self.items_of("OUTBOX#").await.len();
        check(left == 0, || format!("{left} entries are left"))?;
        let events = self.stack.embedded().expect("the embedded AWS").events().events();
        let published: String = events.iter().map(|event| event.envelope().to_string()).collect();
        let taken = self.faults.ledger().taken();
        let committed = taken.iter().flat_map(|taken| taken.written());
        let committed = committed.filter(|write| write.pk.starts_with("OUTBOX#") && write.kind == "Put");
        let lost = committed.filter(|write| !published.contains(write.sk)).count();
        check(lost == 0, || format!("{lost} events were never published"))
    }
}
