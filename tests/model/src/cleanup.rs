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
    /// The revocation may still begin in the window that was begun for it (`revoke_until`).
    pub may_begin: bool,
    tenant: TenantId,
    pointer: Version,
    step: Step,
}

/// How far a cleanup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// Nobody has begun.
    Due,
    /// Nobody used the account, but the window for this is over.
    Late,
    /// A window of its own is begun.
    Windowed,
    /// Nobody used the account while the window was open.
    Unused,
}

/// What a cleanup does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Looks whether anybody uses the account: the mappings.
    IsUsed,
    /// Begins a window of its own.
    OpenWindow,
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
        let (pointer, step) = (pointer.version, Step::Due);
        Self { fence, leased, journal, revoke, may_begin: revoke, tenant, pointer, step }
    }

    /// Between the look at the window's time and the revocation, which is a matter of seconds.
    pub fn is_at_work(&self) -> bool {
        matches!(self.step, Step::Windowed | Step::Unused)
    }

    /// A revocation may still reach the provider in the window that was begun for it.
    pub fn may_revoke(&self) -> bool {
        self.may_begin || self.is_at_work()
    }

    /// The revocation needs the secret, so the secret goes after it.
    fn next(&self) -> Does {
        match self.step {
            _ if !self.revoke => Does::ScheduleDeletion,
            Step::Due | Step::Windowed => Does::IsUsed,
            Step::Late => Does::OpenWindow,
            Step::Unused => Does::Revoke,
        }
    }

    /// The revocation is off the list.
    fn settles(&mut self) {
        (self.revoke, self.may_begin, self.step) = (false, false, Step::Due);
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
                offer(cleanup.next());
                if state.left.crashes > 0 && cleanup.step != Step::Due {
                    offer(Does::Crash);
                }
            }
        }
    }

    /// One step of a cleanup.
    pub(crate) fn clean(&self, state: &mut State, grant: GrantId, does: Does) {
        if does == Does::CleanFlow {
            return state.clean_flow(grant);
        }
        let Some(mut cleanup) = state.cleanups[grant].take() else { return };
        match does {
            Does::IsUsed => self.look(state, &mut cleanup),
            Does::OpenWindow => {
                let looked_enough = self.is(Variant::MappingsReadBeforeTheWindow);
                cleanup.step = if looked_enough { Step::Unused } else { Step::Windowed };
                (state.revoking, cleanup.may_begin) = (true, true);
            }
            Does::Revoke => {
                self.revoke(state, grant, &cleanup);
                cleanup.settles();
            }
            Does::ScheduleDeletion | Does::CleanFlow => return self.schedule_deletion(state, grant, &cleanup),
            Does::Crash => {
                state.left.crashes -= 1;
                cleanup.step = Step::Due;
            }
        }
        state.cleanups[grant] = Some(cleanup);
    }

    /// What counts is the look while the window is open: whoever connects later is refused by the window, whoever was
    /// earlier is seen.
    fn look(&self, state: &State, cleanup: &mut Cleanup) {
        let in_window = cleanup.may_begin || self.is(Variant::RevocationWithoutWindow);
        if state.is_used() && !self.is(Variant::RevocationWithoutMappings) {
            cleanup.settles();
        } else {
            cleanup.step = if in_window { Step::Unused } else { Step::Late };
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
