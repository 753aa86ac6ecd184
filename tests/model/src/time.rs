//! What passes with time. There is no clock: something is over when nothing can be under way any more that ends sooner.

use crate::credential::Suspected;
use crate::provider::{Answer, GrantId, Rotation};
use crate::state::{State, TENANT};
use crate::variants::Variant;
use crate::worker::{Step, Worker};
use crate::{Action, Protocol};

/// What passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Passes {
    /// The lease in the credential item ends.
    LeaseEnds,
    /// A lease that was handed over to cleanup ends.
    HandedOverLeaseEnds(GrantId),
    /// The quiet period of a suspicion ends.
    QuietEnds,
    /// The provider refuses spent tokens from now on.
    GraceEnds(GrantId),
    /// The item `REVOKING` is no longer alive.
    WindowEnds,
    /// The provider handles a request whose asker has given up.
    LateRequestArrives,
    /// A request whose asker has given up never arrives.
    LateRequestVanishes,
}

impl Protocol {
    /// What may pass.
    pub(crate) fn offer_time(&self, state: &State, actions: &mut Vec<Action>) {
        let mut offer = |passes| actions.push(Action::Passes(passes));
        if let Some(credential) = &state.tenants[TENANT].credential {
            if credential.leased && self.lease_may_end(state, credential.grant, credential.fence) {
                offer(Passes::LeaseEnds);
            }
            if credential.suspected == Suspected::Quiet && self.quiet_may_end(state, credential.grant) {
                offer(Passes::QuietEnds);
            }
        }
        for (grant, cleanup) in (0..).zip(&state.cleanups) {
            let Some(cleanup) = cleanup.as_ref().filter(|cleanup| cleanup.leased) else { continue };
            if self.lease_may_end(state, grant, cleanup.fence) {
                offer(Passes::HandedOverLeaseEnds(grant));
            }
        }
        for (grant, known) in (0..).zip(&state.grants) {
            if self.rotation == Rotation::Grace && !known.live.both(known.spent).is_empty() {
                offer(Passes::GraceEnds(grant));
            }
        }
        if state.revoking && self.window_may_end(state) {
            offer(Passes::WindowEnds);
        }
        if state.late.is_some() {
            offer(Passes::LateRequestArrives);
            offer(Passes::LateRequestVanishes);
        }
    }

    /// A lease outlives its holder and the holder's requests; with zombies it does not.
    fn lease_may_end(&self, state: &State, grant: GrantId, fence: u8) -> bool {
        self.zombies || !state.may_still_act(grant, fence)
    }

    /// The quiet period is longer than a lease, and no zombie lives that long.
    fn quiet_may_end(&self, state: &State, grant: GrantId) -> bool {
        let mut workers = state.workers.iter().filter_map(Worker::busy);
        let late = state.late.is_some_and(|late| late.pointer.grant == grant);
        self.is(Variant::QuietShorterThanTheLease) || !late && !workers.any(|busy| busy.held.grant == grant)
    }

    /// A revocation begins so early in its window that it has ended before the window does, and so has every connect
    /// that exchanged its code before the revocation.
    fn window_may_end(&self, state: &State) -> bool {
        let revoking = state.cleanups.iter().flatten().any(|cleanup| cleanup.is_revoking());
        let mut flows = state.tenants.iter().filter_map(|tenant| tenant.flow);
        let killed = flows.any(|flow| state.grants[usize::from(flow.grant)].end != Default::default());
        let late_revocation = self.is(Variant::RevocationBeyondItsWindow);
        let short = late_revocation || self.is(Variant::WindowShorterThanAConnect);
        (late_revocation || !revoking) && (short || !killed)
    }

    /// Lets it pass.
    pub(crate) fn pass(&self, state: &mut State, passes: Passes) {
        match passes {
            Passes::LeaseEnds => lease_ends(state),
            Passes::HandedOverLeaseEnds(grant) => handed_over_lease_ends(state, grant),
            Passes::QuietEnds => {
                if let Some(credential) = state.tenants[TENANT].credential.as_mut() {
                    credential.suspected = Suspected::Over;
                }
            }
            Passes::GraceEnds(grant) => {
                let known = &mut state.grants[usize::from(grant)];
                known.live = known.fresh();
            }
            Passes::WindowEnds => state.revoking = false,
            Passes::LateRequestArrives => self.late_request(state),
            Passes::LateRequestVanishes => state.late = None,
        }
        state.workers.sort_unstable();
    }

    fn late_request(&self, state: &mut State) {
        let Some(late) = state.late.take() else { return };
        let known = &mut state.grants[usize::from(late.pointer.grant)];
        if let Answer::Rotated(_) = known.refresh(self.rotation, late.pointer.version) {
            known.rotation_window_loss += 1;
        }
    }
}

fn lease_ends(state: &mut State) {
    let Some(credential) = state.tenants[TENANT].credential.as_mut() else { return };
    credential.leased = false;
    let (grant, fence) = (credential.grant, credential.fence);
    no_longer_leased(state, grant, fence);
}

fn handed_over_lease_ends(state: &mut State, grant: GrantId) {
    let Some(cleanup) = state.cleanups[usize::from(grant)].as_mut() else { return };
    cleanup.leased = false;
    let fence = cleanup.fence;
    no_longer_leased(state, grant, fence);
}

fn no_longer_leased(state: &mut State, grant: GrantId, fence: u8) {
    for worker in &mut state.workers {
        if let Worker::Busy(busy) = worker
            && busy.step != Step::Seen
            && (busy.held.grant, busy.held.fence) == (grant, fence)
        {
            busy.leased = false;
        }
    }
}
