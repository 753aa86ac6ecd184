//! A worker that may refresh: what it has in memory, and what it may do next.

use crate::credential::{Credential, Held, Pointer, Suspected};
use crate::ids::TenantId;
use crate::protocol::{Action, Protocol};
use crate::provider::Rotation;
use crate::state::State;
use crate::variants::Variant;
use crate::versions::Version;

/// A worker.
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
    /// A new token is in memory, and Secrets Manager would not take it.
    Unstored(Version),
    /// What is to be committed is stored.
    Stored(Version),
    /// It failed; the lease is to be given back.
    LettingGo,
}

/// What a worker does next: one call of the table, Secrets Manager or the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Reads the credentials, some time before it takes the lease.
    Look,
    /// Reads the credentials if it has not yet, and takes the lease.
    LeaseToken,
    /// Looks for what a dead holder left, and drains the journal.
    RolledForward,
    /// Moves the pointer to what was found.
    RollForward,
    /// Asks the provider, and has its answer.
    Ask,
    /// Asks the provider, and has no answer in time.
    AskInVain,
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
    /// Moves the pointer to the new token.
    CommitRefresh,
    /// Gives the lease back.
    ReleaseToken,
    /// Dies.
    Crash,
}

impl Worker {
    /// What it has in memory.
    pub fn busy(&self) -> Option<&Busy> {
        match self {
            Self::Busy(busy) => Some(busy),
            Self::Idle => None,
        }
    }

    /// The credentials that it took the lease of, whether or not the lease has ended.
    pub fn holder(&self) -> Option<&Held> {
        self.busy().filter(|busy| busy.step != Step::Seen).map(|busy| &busy.held)
    }
}

impl Busy {
    /// The token that may be nowhere but in this memory.
    pub fn received(&self) -> Option<Version> {
        match self.step {
            Step::Received(version) | Step::Unstored(version) => Some(version),
            _ => None,
        }
    }

    /// What comes next when nothing goes wrong.
    fn next(&self) -> Does {
        match self.step {
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
        }
    }
}

impl Protocol {
    /// What the workers may do. Those with nothing in memory are alike: the first one begins.
    pub(crate) fn offer_work(&self, state: &State, actions: &mut Vec<Action>) {
        for (worker, it) in (0..).zip(&state.workers) {
            match it {
                Worker::Idle if worker == 0 => self.offer_beginning(state, actions),
                Worker::Idle => {}
                Worker::Busy(busy) => {
                    let fence = busy.held.fence;
                    self.offer_step(state, busy, &mut |does| actions.push(Action::Refresh { worker, fence, does }));
                }
            }
        }
    }

    fn offer_beginning(&self, state: &State, actions: &mut Vec<Action>) {
        let Some(credential) = &state.tenants[TenantId::A].credential else { return };
        if state.left.leases > 0 && self.may_begin(credential) {
            let fence = credential.fence;
            actions.push(Action::Refresh { worker: 0, fence, does: Does::LeaseToken });
            if state.left.early_looks > 0 {
                actions.push(Action::Refresh { worker: 0, fence, does: Does::Look });
            }
        }
    }

    /// Nobody calls the provider in the quiet period, or once the verdict stands.
    fn may_begin(&self, credential: &Credential) -> bool {
        let free = !credential.leased || self.is(Variant::LeaseTakenWhileHeld);
        free && credential.suspected != Suspected::Quiet && !credential.verdict
    }

    fn offer_step(&self, state: &State, busy: &Busy, offer: &mut impl FnMut(Does)) {
        offer(busy.next());
        if busy.step == Step::Refused && self.is(Variant::HurriesToTheVerdict) {
            offer(Does::Suspect);
        }
        if state.left.faults > 0 {
            self.offer_faults(state, busy, offer);
        }
        if state.left.crashes > 0 && busy.step != Step::Seen {
            offer(Does::Crash);
        }
    }

    fn offer_faults(&self, state: &State, busy: &Busy, offer: &mut impl FnMut(Does)) {
        match busy.step {
            Step::Leased if self.drainable(state, &busy.held).is_some() => offer(Does::VaultRefuses),
            Step::Ready if self.may_ask_in_vain(state, &busy.held.pointer) => offer(Does::AskInVain),
            Step::Received(_) => {
                offer(Does::VaultRefuses);
                offer(Does::VaultStoresAndFails);
            }
            _ => {}
        }
    }

    fn may_ask_in_vain(&self, state: &State, pointer: &Pointer) -> bool {
        let reads = state.secrets[pointer.grant].reads(pointer.version);
        reads && self.rotation != Rotation::None && state.late.is_none()
    }
}
