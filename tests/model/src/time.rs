//! What passes with time. There is no clock: a time is over when nothing can be under way any more that ends sooner.

use crate::credential::{Fence, Suspected};
use crate::ids::{GrantId, TenantId};
use crate::protocol::{Action, Protocol};
use crate::provider::{Answer, End, Rotation};
use crate::state::State;
use crate::variants::Variant;
use crate::worker::{Step, Worker};

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
    /// It is too late for a revocation to begin in the window that was begun for it.
    TooLateToBegin(GrantId),
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
        let mut offer = |may: bool, passes| {
            if may {
                actions.push(Action::Passes(passes));
            }
        };
        if let Some(it) = &state.tenants[TenantId::A].credential {
            offer(it.leased && self.lease_may_end(state, it.grant, it.fence), Passes::LeaseEnds);
            offer(it.suspected == Suspected::Quiet && self.quiet_may_end(state, it.grant), Passes::QuietEnds);
        }
        for (grant, cleanup) in state.cleanups.iter() {
            let leased = cleanup.filter(|cleanup| cleanup.leased);
            let may = leased.is_some_and(|cleanup| self.lease_may_end(state, grant, cleanup.fence));
            offer(may, Passes::HandedOverLeaseEnds(grant));
            offer(cleanup.is_some_and(|it| it.may_begin && !it.is_at_work()), Passes::TooLateToBegin(grant));
        }
        for (grant, known) in state.grants.iter().filter(|_| self.rotation == Rotation::Grace) {
            offer(known.live != known.fresh(), Passes::GraceEnds(grant));
        }
        offer(state.revoking && self.window_may_end(state), Passes::WindowEnds);
        offer(state.late.is_some(), Passes::LateRequestArrives);
        offer(state.late.is_some(), Passes::LateRequestVanishes);
    }

    /// A lease outlives its holder and the holder's requests; with zombies it does not.
    fn lease_may_end(&self, state: &State, grant: GrantId, fence: Fence) -> bool {
        self.zombies || !state.may_still_act(grant, fence)
    }

    /// The quiet period is longer than a lease, and no zombie lives that long.
    fn quiet_may_end(&self, state: &State, grant: GrantId) -> bool {
        let late = state.late.is_some_and(|late| late.pointer.grant == grant);
        let mut workers = state.workers.iter().filter_map(Worker::busy);
        self.is(Variant::QuietShorterThanTheLease) || !late && !workers.any(|busy| busy.held.grant == grant)
    }

    /// A revocation begins so early in its window that it has ended before the window does, and so has every connect
    /// that exchanged its code before the revocation.
    fn window_may_end(&self, state: &State) -> bool {
        let begins_late = self.is(Variant::RevocationBeyondItsWindow);
        let is_short = self.is(Variant::WindowShorterThanAConnect);
        let revoking = state.cleanups.iter().any(|(_, it)| it.is_some_and(|cleanup| cleanup.may_revoke()));
        let mut flows = state.tenants.iter().filter_map(|(_, it)| it.flow);
        let killed = flows.any(|flow| state.grants[flow.grant].end == End::Revoked);
        (begins_late || !revoking) && (is_short || !killed)
    }

    /// Lets it pass.
    pub(crate) fn pass(&self, state: &mut State, passes: Passes) {
        match passes {
            Passes::LeaseEnds => state.lease_ends(),
            Passes::HandedOverLeaseEnds(grant) => state.handed_over_lease_ends(grant),
            Passes::QuietEnds => state.quiet_ends(),
            Passes::GraceEnds(grant) => state.grants[grant].live = state.grants[grant].fresh(),
            Passes::TooLateToBegin(grant) => state.too_late_to_begin(grant),
            Passes::WindowEnds => state.revoking = false,
            Passes::LateRequestArrives => self.late_request(state),
            Passes::LateRequestVanishes => state.late = None,
        }
        state.workers.sort_unstable();
    }

    fn late_request(&self, state: &mut State) {
        let Some(late) = state.late.take() else { return };
        let known = &mut state.grants[late.pointer.grant];
        if let Answer::Rotated(_) = known.refresh(self.rotation, late.pointer.version) {
            known.rotation_window_loss += 1;
        }
    }
}

impl State {
    fn lease_ends(&mut self) {
        let Some(credential) = self.tenants[TenantId::A].credential.as_mut() else { return };
        credential.leased = false;
        let (grant, fence) = (credential.grant, credential.fence);
        self.no_longer_leased(grant, fence);
    }

    fn handed_over_lease_ends(&mut self, grant: GrantId) {
        let Some(cleanup) = self.cleanups[grant].as_mut() else { return };
        cleanup.leased = false;
        let fence = cleanup.fence;
        self.no_longer_leased(grant, fence);
    }

    fn no_longer_leased(&mut self, grant: GrantId, fence: Fence) {
        for worker in &mut self.workers {
            if let Worker::Busy(busy) = worker
                && busy.step != Step::Seen
                && (busy.held.grant, busy.held.fence) == (grant, fence)
            {
                busy.leased = false;
            }
        }
    }

    fn too_late_to_begin(&mut self, grant: GrantId) {
        if let Some(cleanup) = self.cleanups[grant].as_mut() {
            cleanup.may_begin = false;
        }
    }

    fn quiet_ends(&mut self) {
        if let Some(credential) = self.tenants[TenantId::A].credential.as_mut() {
            credential.suspected = Suspected::Over;
        }
    }
}
