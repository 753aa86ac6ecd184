//! Destroying what a disconnect, a delete or a replaced grant left behind (`shared/src/store/cleanup.rs`,
//! `shared/src/usecases/cleanup/revoke.rs`, `shared/src/store/external.rs`).

use crate::credential::{Credential, Fence, Journal};
use crate::provider::{End, GrantId};
use crate::state::{IntegrationId, State};
use crate::variants::Variant;
use crate::versions::Version;
use crate::{Action, Protocol, Rule};

/// What is left to destroy of one grant, with the memory of the worker that does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cleanup {
    /// The integration that it belonged to.
    pub id: IntegrationId,
    tenant: usize,
    /// The version that was current.
    pointer: Version,
    /// The fence of whoever may hold the token lease.
    pub fence: Fence,
    /// Somebody may hold the token lease: cleanup waits for its end, then rolls forward.
    pub leased: bool,
    /// A received credential that Secrets Manager had not taken yet.
    pub journal: Option<Journal>,
    /// The grant is to be revoked.
    pub revoke: bool,
    step: Step,
}

/// How far a cleanup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// Nobody works on it.
    Due,
    /// A window is open.
    Windowed,
    /// Nobody used the provider's account when it was looked at.
    Unused,
    /// The revocation is off the list.
    Settled,
}

/// What a cleanup does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Sees that a window is open, or begins one.
    OpenWindow,
    /// Reads the mappings.
    ReadMappings,
    /// Revokes at the provider.
    Revoke,
    /// Schedules the deletion of the secret, and is done.
    ScheduleDeletion,
    /// Dies.
    Crash,
    /// Looks for the secret of a flow that ended without success.
    CleanFlow,
}

impl Cleanup {
    /// Of these credentials: pointer, lease and journal are handed over.
    pub fn of(credential: &Credential, tenant: usize, revoke: bool) -> Self {
        let Credential { id, pointer, fence, leased, journal, .. } = *credential;
        Self { id, tenant, pointer: pointer.version, fence, leased, journal, revoke, step: Step::Due }
    }

    /// A revocation is about to reach the provider.
    pub fn is_revoking(&self) -> bool {
        self.step == Step::Unused
    }
}

impl Protocol {
    /// What cleanups may do.
    pub(crate) fn offer_cleanups(&self, state: &State, actions: &mut Vec<Action>) {
        for ((grant, cleanup), lost) in (0..).zip(&state.cleanups).zip(state.lost_flows) {
            let mut offer = |does| actions.push(Action::Cleanup { grant, does });
            if lost {
                offer(Does::CleanFlow);
            }
            let Some(cleanup) = cleanup.as_ref().filter(|cleanup| !cleanup.leased) else { continue };
            offer(match cleanup.step {
                Step::Due if !cleanup.revoke => Does::ScheduleDeletion,
                Step::Due if self.is(Variant::MappingsReadBeforeTheWindow) => Does::ReadMappings,
                Step::Due => Does::OpenWindow,
                Step::Windowed => Does::ReadMappings,
                Step::Unused if self.opens_late(state) => Does::OpenWindow,
                Step::Unused => Does::Revoke,
                Step::Settled => Does::ScheduleDeletion,
            });
            if state.left.crashes > 0 && cleanup.step != Step::Due {
                offer(Does::Crash);
            }
        }
    }

    fn opens_late(&self, state: &State) -> bool {
        self.is(Variant::MappingsReadBeforeTheWindow) && !state.revoking
    }

    /// One step of a cleanup.
    pub(crate) fn clean(&self, state: &mut State, grant: GrantId, does: Does) {
        let index = usize::from(grant);
        let Some(mut cleanup) = state.cleanups[index] else { return self.clean_flow(state, grant) };
        match does {
            Does::OpenWindow => {
                state.revoking = !self.is(Variant::RevocationWithoutWindow);
                cleanup.step = if cleanup.step == Step::Unused { Step::Unused } else { Step::Windowed };
            }
            Does::ReadMappings => cleanup.step = self.read_mappings(state, &cleanup),
            Does::Revoke => {
                self.revoke(state, grant, &cleanup);
                (cleanup.revoke, cleanup.step) = (false, Step::Settled);
            }
            Does::ScheduleDeletion => {
                self.schedule_deletion(state, grant, &cleanup);
                state.cleanups[index] = None;
                return;
            }
            Does::Crash => {
                state.left.crashes -= 1;
                cleanup.step = Step::Due;
            }
            Does::CleanFlow => return self.clean_flow(state, grant),
        }
        if cleanup.step == Step::Settled {
            cleanup.revoke = false;
        }
        state.cleanups[index] = Some(cleanup);
    }

    /// Read while the window is open: whoever connects later is refused by it, whoever was earlier is seen.
    fn read_mappings(&self, state: &State, cleanup: &Cleanup) -> Step {
        let windowless = self.is(Variant::RevocationWithoutWindow) || cleanup.step == Step::Due;
        if !state.revoking && !windowless {
            return Step::Due;
        }
        let used = state.is_used() && !self.is(Variant::RevocationWithoutMappings);
        if used { Step::Settled } else { Step::Unused }
    }

    /// Revokes with the grant as it was received last. A token that the provider does not know revokes nothing
    /// (RFC 7009 §2.2).
    fn revoke(&self, state: &mut State, grant: GrantId, cleanup: &Cleanup) {
        let secret = &state.secrets[usize::from(grant)];
        let journal = cleanup.journal.filter(|journal| journal.fence > secret.fence(cleanup.pointer));
        let Some(version) = journal.map(|journal| journal.version).or_else(|| secret.newest()) else { return };
        let known = &state.grants[usize::from(grant)];
        if known.live.contains(version) {
            state.revoke_all();
        } else if known.end == End::Alive && known.rotation_window_loss == 0 && !self.zombies {
            state.break_rule(Rule::WhatWasGivenUpIsRevoked);
        }
    }

    /// Names its own grant's secret, and nothing by the key of an integration that may have been connected anew.
    fn schedule_deletion(&self, state: &mut State, grant: GrantId, cleanup: &Cleanup) {
        let by_key = state.grant_of(cleanup.tenant).filter(|_| self.is(Variant::CleanupWithoutItsStamp));
        state.secrets[usize::from(by_key.unwrap_or(grant))].scheduled = true;
    }
}
