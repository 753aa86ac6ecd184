//! One refresh: lease with fence, roll forward, ask, store before anything else, commit by pointer
//! (`shared/src/usecases/refresh.rs`).

use crate::credential::{Held, Journal, Pointer, Suspected};
use crate::ids::{GrantId, TenantId};
use crate::properties::Rule;
use crate::protocol::Protocol;
use crate::provider::Answer;
use crate::state::{Request, State};
use crate::variants::Variant;
use crate::versions::{Version, Versions};
use crate::worker::{Busy, Does, Step, Worker};

impl Protocol {
    /// One step of a worker.
    pub(crate) fn work(&self, state: &mut State, worker: u8, does: Does) {
        let index = usize::from(worker);
        let next = match state.workers[index] {
            Worker::Idle => self.begin(state, does),
            Worker::Busy(busy) if does == Does::Crash => return state.dies(index, &busy),
            Worker::Busy(mut busy) => self.go_on(state, &mut busy, does).map(|step| Busy { step, ..busy }),
        };
        state.workers[index] = next.map_or(Worker::Idle, Worker::Busy);
        state.workers.sort_unstable();
    }

    fn begin(&self, state: &mut State, does: Does) -> Option<Busy> {
        let held = state.tenants[TenantId::A].credential.as_ref()?.copy();
        let mut busy = Busy { step: Step::Seen, held, leased: false };
        if does == Does::Look {
            state.left.early_looks -= 1;
        } else {
            busy.step = self.lease(state, &mut busy)?;
        }
        Some(busy)
    }

    /// The next step; `None` at the end, or where somebody else was faster.
    fn go_on(&self, state: &mut State, busy: &mut Busy, does: Does) -> Option<Step> {
        let held = &mut busy.held;
        match busy.step {
            Step::Seen => self.lease(state, busy),
            Step::Leased if does == Does::VaultRefuses => state.drains_in_vain(),
            Step::Leased => Some(self.rolled_forward(state, held)),
            Step::Found(pointer) => self.roll_forward(state, held, pointer).then_some(Step::Ready),
            Step::Ready if does == Does::AskInVain => self.ask_in_vain(state, held),
            Step::Ready => Some(self.ask(state, held)),
            Step::Refused if does == Does::Untried => Some(self.untried(state, held)),
            Step::Refused | Step::Hopeless => self.suspect(state, held),
            Step::Received(version) => self.store_received(state, held, version, does),
            Step::Unstored(version) => self.park(state, held, version),
            Step::Stored(version) => self.commit_refresh(state, held, version),
            Step::LettingGo => self.release_token(state, held),
        }
    }

    fn lease(&self, state: &mut State, busy: &mut Busy) -> Option<Step> {
        if state.left.leases == 0 || !self.lease_token(state, &mut busy.held) {
            return None;
        }
        state.left.leases -= 1;
        busy.leased = true;
        Some(Step::Leased)
    }

    /// A journal that was not overtaken: what an older one than the pointer holds was rotated away.
    pub(crate) fn drainable(&self, state: &State, held: &Held) -> Option<Journal> {
        let overtaken = state.secrets[held.pointer.grant].fence(held.pointer.version);
        held.journal.filter(|journal| journal.fence > overtaken && !self.is(Variant::JournalNotDrained))
    }

    /// A holder that died between storing a received credential and committing it left it in the journal or as a
    /// younger version of the secret: that one is current, the pointer's may be refused already.
    fn rolled_forward(&self, state: &mut State, held: &mut Held) -> Step {
        let journal = self.drainable(state, held);
        let overtaken = held.journal.take().is_some() && journal.is_none();
        if self.is(Variant::AsksBeforeRollingForward) || overtaken && self.is(Variant::OvertakenJournalHidesTheVault) {
            return Step::Ready;
        }
        let Pointer { grant, version } = held.pointer;
        let secret = &mut state.secrets[grant];
        if let Some(journal) = journal {
            let drained = secret.put(journal.version, version, journal.fence);
            return if drained { Step::Found(Pointer { grant, version: journal.version }) } else { Step::LettingGo };
        }
        let child = secret.newest_child(version).filter(|child| !held.dead.contains(*child));
        child.map_or(Step::Ready, |version| Step::Found(Pointer { grant, version }))
    }

    fn ask(&self, state: &mut State, held: &mut Held) -> Step {
        let secret = &state.secrets[held.pointer.grant];
        if self.is(Variant::ReadsAwsCurrent) {
            held.pointer.version = secret.newest().unwrap_or(held.pointer.version);
        }
        if !secret.reads(held.pointer.version) {
            return Step::LettingGo;
        }
        match state.grants[held.pointer.grant].refresh(self.rotation, held.pointer.version) {
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

    /// The answer does not come. What becomes of the request is not known, so the lease is left to end by itself.
    fn ask_in_vain(&self, state: &mut State, held: &Held) -> Option<Step> {
        state.left.faults -= 1;
        state.late = Some(Request { pointer: held.pointer, fence: held.fence });
        self.is(Variant::LeaseGivenBackWithoutAnAnswer).then_some(Step::LettingGo)
    }

    /// A version of the same grant that nobody has tried: a rival may have written it late.
    fn untried(&self, state: &State, held: &Held) -> Step {
        let Pointer { grant, version } = held.pointer;
        let mut others = state.secrets[grant].others(version);
        let own = others.find(|version| !held.dead.contains(*version)).map(|version| Pointer { grant, version });
        let found = match own {
            None if self.is(Variant::CandidatesAcrossGrants) => newest_of_another_grant(state, held),
            _ if self.is(Variant::TriesNoOtherVersion) => None,
            own => own,
        };
        found.map_or(Step::Hopeless, Step::Found)
    }

    /// Writes a received credential, whatever became of the lease.
    fn store_received(&self, state: &mut State, held: &Held, version: Version, does: Does) -> Option<Step> {
        if self.is(Variant::TokenDroppedWithTheLease) && !state.has_lease(held) {
            state.drops(held, version);
            return None;
        }
        if self.is(Variant::CommitBeforeThePut) && !state.points_to(held.grant, version) {
            self.commit_refresh(state, held, version);
            return Some(Step::Received(version));
        }
        if does != Does::StoreReceived {
            state.left.faults -= 1;
        }
        let Pointer { grant, version: parent } = held.pointer;
        let stored = does != Does::VaultRefuses && state.secrets[grant].put(version, parent, held.fence);
        Some(if stored && does == Does::StoreReceived { Step::Stored(version) } else { Step::Unstored(version) })
    }

    /// Requires the grant and no younger journal. After a disconnect the cleanup of the grant takes it.
    fn park(&self, state: &mut State, held: &Held, version: Version) -> Option<Step> {
        let journal = Journal { version, fence: held.fence };
        let credential = state.tenants[TenantId::A].credential.as_mut();
        if let Some(credential) = credential.filter(|it| it.id == held.id && it.grant == held.grant) {
            if self.is(Variant::ParkRequiresTheFence) && credential.fence != held.fence {
                state.drops(held, version);
                return None;
            }
            credential.park(journal);
            return Some(Step::LettingGo);
        }
        match state.cleanups[held.grant].as_mut() {
            Some(cleanup) if !self.is(Variant::NothingIsParkedAfterADisconnect) => cleanup.journal = Some(journal),
            _ => state.drops(held, version),
        }
        None
    }
}

impl State {
    /// What is in memory is lost. A new token that was nowhere else is the loss that nobody can prevent.
    fn dies(&mut self, worker: usize, busy: &Busy) {
        self.left.crashes -= 1;
        let grant = busy.held.grant;
        if busy.received().is_some_and(|version| !self.is_durable(grant, version)) {
            self.grants[grant].rotation_window_loss += 1;
        }
        self.workers[worker] = Worker::Idle;
        self.workers.sort_unstable();
    }

    fn drains_in_vain(&mut self) -> Option<Step> {
        self.left.faults -= 1;
        Some(Step::LettingGo)
    }

    /// A worker that lives forgets a token that it received.
    fn drops(&mut self, held: &Held, version: Version) {
        let wanted = self.is_needed(held.grant) && self.grants[held.grant].fresh().contains(version);
        if wanted && !self.is_durable(held.grant, version) {
            self.breaks(Rule::AReceivedTokenBecomesDurable);
        }
    }

    fn has_lease(&self, held: &Held) -> bool {
        let credential = self.tenants[TenantId::A].credential.filter(|it| it.id == held.id && it.grant == held.grant);
        credential.is_some_and(|it| it.fence == held.fence && it.leased)
    }

    fn points_to(&self, grant: GrantId, version: Version) -> bool {
        self.tenants[TenantId::A].credential.is_some_and(|it| it.pointer == Pointer { grant, version })
    }
}

fn newest_of_another_grant(state: &State, held: &Held) -> Option<Pointer> {
    let others = state.secrets.iter().filter(|(grant, _)| *grant != held.grant && state.grants[*grant].id == held.id);
    others.filter_map(|(grant, secret)| secret.newest().map(|version| Pointer { grant, version })).next()
}
