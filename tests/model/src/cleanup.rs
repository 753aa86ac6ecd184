//! Destroying what a disconnect, a delete, a replaced grant or a lost flow left behind
//! (`shared/src/usecases/cleanup.rs`, `shared/src/usecases/cleanup/revoke.rs`, `shared/src/store/cleanup.rs`).

use crate::credential::{Credential, Fence, Journal};
use crate::ids::{GrantId, TenantId};
use crate::properties::Rule;
use crate::protocol::{Action, Protocol};
use crate::provider::End;
use crate::state::State;
use crate::variants::Variant;
use crate::versions::Version;

/// What is left to destroy of one grant, with the memory of the worker that does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cleanup {
    /// The fence of whoever may hold the token lease.
    pub fence: Fence,
    /// Somebody may hold the token lease: cleanup waits for its end, then rolls forward.
    pub leased: bool,
    /// A received credential that Secrets Manager had not taken yet.
    pub journal: Option<Journal>,
    /// The grant is to be revoked, if nobody else uses the account.
    pub revoke: bool,
    tenant: TenantId,
    pointer: Version,
    step: Step,
}

/// How far a cleanup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// Nobody has begun.
    Due,
    /// A window is open.
    Windowed,
    /// Nobody used the account when it was looked at.
    Unused,
}

/// What a cleanup does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Sees that the window is open, or begins one of its own.
    OpenWindow,
    /// Reads the mappings.
    ReadMappings,
    /// Revokes at the provider.
    Revoke,
    /// Schedules the deletion of the secret, and is done.
    ScheduleDeletion,
    /// Looks for the secret of a flow that ended without success.
    CleanFlow,
    /// Dies.
    Crash,
}

impl Cleanup {
    /// Of these credentials: pointer, lease and journal are handed over.
    pub fn of(credential: &Credential, tenant: TenantId, revoke: bool) -> Self {
        let Credential { pointer, fence, leased, journal, .. } = *credential;
        Self { fence, leased, journal, revoke, tenant, pointer: pointer.version, step: Step::Due }
    }

    /// A revocation is about to reach the provider.
    pub fn is_revoking(&self) -> bool {
        self.step == Step::Unused
    }

    fn goes_on(&mut self, step: Step) {
        self.step = step;
    }

    /// The revocation is off the list.
    fn settles(&mut self) {
        (self.revoke, self.step) = (false, Step::Due);
    }
}

impl Protocol {
    /// What cleanups may do.
    pub(crate) fn offer_cleanups(&self, state: &State, actions: &mut Vec<Action>) {
        for (grant, cleanup) in state.cleanups.iter() {
            let mut offer = |does| actions.push(Action::Cleanup { grant, does });
            if state.lost_flows[grant] {
                offer(Does::CleanFlow);
            }
            if let Some(cleanup) = cleanup.as_ref().filter(|cleanup| !cleanup.leased) {
                offer(self.next(state, cleanup));
                if state.left.crashes > 0 && cleanup.step != Step::Due {
                    offer(Does::Crash);
                }
            }
        }
    }

    /// The revocation needs the secret, so the secret goes after it.
    fn next(&self, state: &State, cleanup: &Cleanup) -> Does {
        let looks_first = self.is(Variant::MappingsReadBeforeTheWindow);
        match cleanup.step {
            _ if !cleanup.revoke => Does::ScheduleDeletion,
            Step::Due if looks_first => Does::ReadMappings,
            Step::Due => Does::OpenWindow,
            Step::Windowed => Does::ReadMappings,
            Step::Unused if looks_first && !state.revoking => Does::OpenWindow,
            Step::Unused => Does::Revoke,
        }
    }

    /// One step of a cleanup.
    pub(crate) fn clean(&self, state: &mut State, grant: GrantId, does: Does) {
        if does == Does::CleanFlow {
            return state.clean_flow(grant);
        }
        let Some(mut cleanup) = state.cleanups[grant].take() else { return };
        match does {
            Does::OpenWindow => {
                state.revoking = !self.is(Variant::RevocationWithoutWindow);
                cleanup.goes_on(if cleanup.is_revoking() { Step::Unused } else { Step::Windowed });
            }
            Does::ReadMappings => self.read_mappings(state, &mut cleanup),
            Does::Revoke => {
                self.revoke(state, grant, &cleanup);
                cleanup.settles();
            }
            Does::ScheduleDeletion | Does::CleanFlow => return self.schedule_deletion(state, grant, &cleanup),
            Does::Crash => {
                state.left.crashes -= 1;
                cleanup.goes_on(Step::Due);
            }
        }
        state.cleanups[grant] = Some(cleanup);
    }

    /// Read while the window is open: whoever connects later is refused by it, whoever was earlier is seen.
    fn read_mappings(&self, state: &State, cleanup: &mut Cleanup) {
        let needs_window = cleanup.step == Step::Windowed && !self.is(Variant::RevocationWithoutWindow);
        if needs_window && !state.revoking {
            cleanup.goes_on(Step::Due);
        } else if state.is_used() && !self.is(Variant::RevocationWithoutMappings) {
            cleanup.settles();
        } else {
            cleanup.goes_on(Step::Unused);
        }
    }

    /// Revokes with the grant as it was received last. A token that the provider does not know revokes nothing
    /// (RFC 7009 §2.2).
    fn revoke(&self, state: &mut State, grant: GrantId, cleanup: &Cleanup) {
        let (known, secret) = (&state.grants[grant], &state.secrets[grant]);
        let journal = cleanup.journal.filter(|journal| journal.fence > secret.fence(cleanup.pointer));
        let Some(version) = journal.map(|journal| journal.version).or_else(|| secret.newest()) else { return };
        if known.live.contains(version) {
            state.revoke_all();
        } else if known.end == End::Alive && known.rotation_window_loss == 0 && !self.zombies {
            state.breaks(Rule::WhatWasGivenUpIsRevoked);
        }
    }

    /// Names its own grant's secret, and nothing by the key of an integration that may have been connected anew.
    fn schedule_deletion(&self, state: &mut State, grant: GrantId, cleanup: &Cleanup) {
        let by_key = state.tenants[cleanup.tenant].grant().filter(|_| self.is(Variant::CleanupWithoutItsStamp));
        state.secrets[by_key.unwrap_or(grant)].scheduled = true;
    }
}
