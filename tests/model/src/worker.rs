//! A refresh, one step per call of the table, Secrets Manager or the provider (`shared/src/usecases/refresh.rs`).

use crate::credential::{Credential, Held, Journal, Pointer, Suspected};
use crate::provider::{Answer, Rotation};
use crate::state::{Request, State, TENANT};
use crate::variants::Variant;
use crate::versions::{Version, Versions};
use crate::{Action, Protocol, Rule};

/// A worker that may refresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Worker {
    /// It has nothing in memory.
    #[default]
    Idle,
    /// It refreshes.
    Busy(Busy),
}

/// What a worker that refreshes has in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Busy {
    /// How far it is.
    pub step: Step,
    /// The credentials.
    pub held: Held,
    /// It has the lease, and the lease's time is not over.
    pub leased: bool,
}

/// How far a refresh is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The credentials were read.
    Seen,
    /// The lease is taken.
    Leased,
    /// A version was found that the pointer has to be moved to.
    Found(Pointer),
    /// Everything is there to ask the provider.
    Ready,
    /// The provider has refused.
    Refused,
    /// The provider has refused, and no other version was found.
    Hopeless,
    /// A new token is in memory only.
    Received(Version),
    /// A new token is in memory only, and Secrets Manager would not take it.
    Unstored(Version),
    /// What is to be committed is stored.
    Stored(Version),
    /// It failed; the lease is to be given back.
    LettingGo,
}

/// What a worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Reads the credentials, some time before it takes the lease.
    Look,
    /// Reads the credentials if it has not yet, and takes the lease.
    LeaseToken,
    /// Looks for what a dead holder left, and drains the journal.
    RolledForward,
    /// Moves the pointer to it.
    RollForward,
    /// Asks the provider, and has its answer.
    Ask,
    /// Asks the provider, and has no answer in time.
    TimeOut,
    /// Looks for another version that nobody tried.
    Untried,
    /// Notes the suspicion, or the verdict.
    Suspect,
    /// Writes the new token to Secrets Manager.
    StoreReceived,
    /// Is refused by Secrets Manager.
    VaultRefuses,
    /// Is told of a failure by Secrets Manager, which has stored the token all the same.
    VaultStoresAndFails,
    /// Writes the new token to the journal.
    Park,
    /// Moves the pointer.
    CommitRefresh,
    /// Gives the lease back.
    ReleaseToken,
    /// Dies.
    Crash,
}

impl Worker {
    /// What it has in memory, if it has taken the lease once.
    pub fn holder(&self) -> Option<&Held> {
        match self {
            Self::Busy(busy) if busy.step != Step::Seen => Some(&busy.held),
            _ => None,
        }
    }

    /// What it has in memory.
    pub fn busy(&self) -> Option<&Busy> {
        match self {
            Self::Busy(busy) => Some(busy),
            Self::Idle => None,
        }
    }
}

impl Busy {
    /// The token that is nowhere but in this memory, perhaps.
    pub fn received(&self) -> Option<Version> {
        match self.step {
            Step::Received(version) | Step::Unstored(version) => Some(version),
            _ => None,
        }
    }
}

impl Protocol {
    /// What the workers may do.
    pub(crate) fn offer_work(&self, state: &State, actions: &mut Vec<Action>) {
        for (index, worker) in (0_u8..).zip(&state.workers) {
            let mut offer = |does| {
                let fence = worker.busy().map_or(0, |busy| busy.held.fence);
                actions.push(Action::Worker { worker: index, fence, does });
            };
            match worker {
                Worker::Idle => {
                    if index == 0 && self.may_look(state) {
                        offer(Does::LeaseToken);
                        if state.left.early_looks > 0 {
                            offer(Does::Look);
                        }
                    }
                }
                Worker::Busy(busy) => self.offer_step(state, busy, &mut offer),
            }
        }
    }

    fn may_look(&self, state: &State) -> bool {
        let may = |credential: &Credential| {
            let free = !credential.leased || self.is(Variant::LeaseTakenWhileHeld);
            free && credential.suspected != Suspected::Quiet && !credential.verdict
        };
        state.left.leases > 0 && state.tenants[TENANT].credential.as_ref().is_some_and(may)
    }

    fn offer_step(&self, state: &State, busy: &Busy, offer: &mut impl FnMut(Does)) {
        let faults = state.left.faults > 0;
        offer(match busy.step {
            Step::Seen => Does::LeaseToken,
            Step::Leased => Does::RolledForward,
            Step::Found(_) => Does::RollForward,
            Step::Ready => Does::Ask,
            Step::Refused => Does::Untried,
            Step::Hopeless => Does::Suspect,
            Step::Received(_) => Does::StoreReceived,
            Step::Unstored(_) => Does::Park,
            Step::Stored(_) => Does::CommitRefresh,
            Step::LettingGo => Does::ReleaseToken,
        });
        match busy.step {
            Step::Leased if faults && self.drainable(state, &busy.held).is_some() => offer(Does::VaultRefuses),
            Step::Ready if faults && self.rotation != Rotation::None && state.late.is_none() => offer(Does::TimeOut),
            Step::Refused if self.is(Variant::HurriesToTheVerdict) => offer(Does::Suspect),
            Step::Received(_) if faults => {
                offer(Does::VaultRefuses);
                offer(Does::VaultStoresAndFails);
            }
            _ => {}
        }
        if state.left.crashes > 0 && busy.step != Step::Seen {
            offer(Does::Crash);
        }
    }

    /// One step of a worker.
    pub(crate) fn work(&self, state: &mut State, index: u8, does: Does) {
        let index = usize::from(index);
        state.workers[index] = match state.workers[index] {
            Worker::Idle => self.begin(state, does),
            Worker::Busy(busy) => self.go_on(state, busy, does),
        };
        state.workers.sort_unstable();
    }

    fn go_on(&self, state: &mut State, mut busy: Busy, does: Does) -> Worker {
        let next = match (busy.step, does) {
            (_, Does::Crash) => return crash(state, &busy),
            (Step::Seen, _) => self.lease(state, &mut busy),
            (Step::Leased, Does::VaultRefuses) => {
                state.left.faults -= 1;
                Some(Step::LettingGo)
            }
            (Step::Leased, _) => Some(self.rolled_forward(state, &mut busy.held)),
            (Step::Found(pointer), _) => self.roll_forward(state, &mut busy.held, pointer).then_some(Step::Ready),
            (Step::Ready, Does::TimeOut) => self.time_out(state, &busy),
            (Step::Ready, _) => Some(self.ask(state, &mut busy.held)),
            (Step::Refused | Step::Hopeless, Does::Suspect) => {
                self.suspect(state, &busy.held);
                None
            }
            (Step::Refused | Step::Hopeless, _) => Some(self.untried(state, &busy.held)),
            (Step::Received(version), _) => self.store_received(state, &busy.held, version, does),
            (Step::Unstored(version), _) => self.park(state, &busy.held, version),
            (Step::Stored(version), _) => {
                self.commit_refresh(state, &busy.held, version);
                None
            }
            (Step::LettingGo, _) => {
                self.release_token(state, &busy.held);
                None
            }
        };
        next.map_or(Worker::Idle, |step| Worker::Busy(Busy { step, ..busy }))
    }

    fn begin(&self, state: &mut State, does: Does) -> Worker {
        let Some(credential) = &state.tenants[TENANT].credential else { return Worker::Idle };
        let busy = Busy { step: Step::Seen, held: credential.copy(), leased: false };
        if does == Does::Look {
            state.left.early_looks -= 1;
            return Worker::Busy(busy);
        }
        self.go_on(state, busy, Does::LeaseToken)
    }

    fn lease(&self, state: &mut State, busy: &mut Busy) -> Option<Step> {
        if state.left.leases == 0 || !self.lease_token(state, &mut busy.held) {
            return None;
        }
        state.left.leases -= 1;
        busy.leased = true;
        Some(Step::Leased)
    }

    /// A journal that was not overtaken.
    fn drainable(&self, state: &State, held: &Held) -> Option<Journal> {
        let secret = &state.secrets[usize::from(held.pointer.grant)];
        held.journal.filter(|journal| journal.fence > secret.fence(held.pointer.version))
    }

    fn rolled_forward(&self, state: &mut State, held: &mut Held) -> Step {
        let journal = self.drainable(state, held);
        let overtaken = held.journal.take().is_some() && journal.is_none();
        if self.is(Variant::AsksBeforeRollingForward) || overtaken && self.is(Variant::OvertakenJournalHidesTheVault) {
            return Step::Ready;
        }
        let Pointer { grant, version } = held.pointer;
        let secret = &mut state.secrets[usize::from(grant)];
        if let Some(journal) = journal {
            let drained = secret.put(journal.version, version, journal.fence);
            return if drained { Step::Found(Pointer { grant, version: journal.version }) } else { Step::LettingGo };
        }
        let child = secret.newest_child(version).filter(|child| !held.dead.contains(*child));
        child.map_or(Step::Ready, |version| Step::Found(Pointer { grant, version }))
    }

    fn ask(&self, state: &mut State, held: &mut Held) -> Step {
        let grant = usize::from(held.pointer.grant);
        if self.is(Variant::ReadsAwsCurrent) {
            held.pointer.version = state.secrets[grant].newest().unwrap_or(held.pointer.version);
        }
        if !state.secrets[grant].reads(held.pointer.version) {
            return Step::LettingGo;
        }
        match state.grants[grant].refresh(self.rotation, held.pointer.version) {
            Answer::Kept => Step::Stored(held.pointer.version),
            Answer::Rotated(version) => {
                (held.dead, held.suspected) = (Versions::default(), Suspected::No);
                Step::Received(version)
            }
            Answer::Refused => {
                held.dead.insert(held.pointer.version);
                Step::Refused
            }
        }
    }

    /// The answer does not come. What the provider does with the request is not known, so the lease is left to expire.
    fn time_out(&self, state: &mut State, busy: &Busy) -> Option<Step> {
        state.left.faults -= 1;
        state.late = Some(Request { pointer: busy.held.pointer, fence: busy.held.fence });
        self.is(Variant::LeaseGivenBackWithoutAnAnswer).then_some(Step::LettingGo)
    }

    /// A version of the same grant that nobody has tried: a rival may have written it late.
    fn untried(&self, state: &State, held: &Held) -> Step {
        let Pointer { grant, version } = held.pointer;
        let mut others = state.secrets[usize::from(grant)].others(version);
        let own = others.find(|version| !held.dead.contains(*version)).map(|version| Pointer { grant, version });
        let found = own.or_else(|| if self.is(Variant::CandidatesAcrossGrants) { foreign(state, held) } else { None });
        found.filter(|_| !self.is(Variant::TriesNoOtherVersion)).map_or(Step::Hopeless, Step::Found)
    }

    fn store_received(&self, state: &mut State, held: &Held, version: Version, does: Does) -> Option<Step> {
        if self.is(Variant::TokenDroppedWithTheLease) && !self.has_lease(state, held) {
            self.dropped(state, held, version);
            return None;
        }
        if does != Does::StoreReceived {
            state.left.faults -= 1;
        }
        if does == Does::VaultRefuses {
            return Some(Step::Unstored(version));
        }
        let Pointer { grant, version: parent } = held.pointer;
        let stored = state.secrets[usize::from(grant)].put(version, parent, held.fence);
        Some(if stored && does == Does::StoreReceived { Step::Stored(version) } else { Step::Unstored(version) })
    }

    fn has_lease(&self, state: &State, held: &Held) -> bool {
        let same = |it: &Credential| it.id == held.id && it.grant == held.grant && it.fence == held.fence;
        state.tenants[TENANT].credential.as_ref().is_some_and(|it| same(it) && it.leased)
    }

    /// Requires the grant and no younger journal. After a disconnect the cleanup of the grant takes it.
    fn park(&self, state: &mut State, held: &Held, version: Version) -> Option<Step> {
        let journal = Journal { version, fence: held.fence };
        let credential = state.tenants[TENANT].credential.as_mut();
        if let Some(credential) = credential.filter(|it| it.id == held.id && it.grant == held.grant) {
            if credential.journal_fence < journal.fence {
                credential.journal = Some(journal);
                credential.journal_fence = journal.fence;
            }
            return Some(Step::LettingGo);
        }
        match state.cleanups[usize::from(held.grant)].as_mut() {
            Some(cleanup) if !self.is(Variant::NothingIsParkedAfterADisconnect) => cleanup.journal = Some(journal),
            _ => self.dropped(state, held, version),
        }
        None
    }

    fn dropped(&self, state: &mut State, held: &Held, version: Version) {
        let durable = state.is_durable(held.grant, version);
        let wanted = state.is_needed(held.grant) && state.grants[usize::from(held.grant)].fresh().contains(version);
        if wanted && !durable {
            state.break_rule(Rule::AReceivedTokenBecomesDurable);
        }
    }
}

/// A version of another grant of the same integration.
fn foreign(state: &State, held: &Held) -> Option<Pointer> {
    let others = (0..state.next_grant).filter(|grant| *grant != held.grant);
    let mut same = others.filter(|grant| state.grants[usize::from(*grant)].id == held.id);
    same.find_map(|grant| state.secrets[usize::from(grant)].newest().map(|version| Pointer { grant, version }))
}

/// What is in memory is lost. A new token that was nowhere else is the loss that nobody can prevent.
fn crash(state: &mut State, busy: &Busy) -> Worker {
    state.left.crashes -= 1;
    let held = &busy.held;
    if busy.received().is_some_and(|version| !state.is_durable(held.grant, version)) {
        state.grants[usize::from(held.grant)].rotation_window_loss += 1;
    }
    Worker::Idle
}
