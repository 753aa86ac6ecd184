//! Disconnect, delete and create (`shared/src/store/removal.rs`, `shared/src/store/integration.rs`).

use crate::cleanup::Cleanup;
use crate::credential::Credential;
use crate::ids::{IntegrationId, TenantId};
use crate::protocol::{Action, Protocol};
use crate::state::State;
use crate::variants::Variant;

/// A disconnect or delete under way: what was read, and is to be the same still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Removing {
    /// The integration itself goes too.
    everything: bool,
    id: IntegrationId,
    disconnects: u8,
    credential: Credential,
}

/// What a person does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Begins to disconnect: integration and credentials are read.
    BeginDisconnect,
    /// Begins to delete: integration and credentials are read.
    BeginDelete,
    /// The transaction of a disconnect.
    Disconnect,
    /// The transaction of a delete.
    Delete,
    /// Creates the integration anew.
    Create,
}

impl Protocol {
    /// What persons may do.
    pub(crate) fn offer_persons(&self, state: &State, actions: &mut Vec<Action>) {
        for (tenant, it) in state.tenants.iter() {
            let mut offer = |does| actions.push(Action::Person { tenant, does });
            match it.removing {
                Some(removing) => offer(if removing.everything { Does::Delete } else { Does::Disconnect }),
                None if it.credential.is_some() && state.left.removals[tenant] > 0 => {
                    offer(Does::BeginDisconnect);
                    offer(Does::BeginDelete);
                }
                None if it.was_deleted && state.left.creates > 0 => offer(Does::Create),
                None => {}
            }
        }
    }

    /// One step of a person.
    pub(crate) fn person(&self, state: &mut State, tenant: TenantId, does: Does) {
        match does {
            Does::BeginDisconnect => state.begin_removal(tenant, false),
            Does::BeginDelete => state.begin_removal(tenant, true),
            Does::Disconnect | Does::Delete => self.remove(state, tenant),
            Does::Create => {
                state.left.creates -= 1;
                state.create(tenant);
            }
        }
    }

    /// One transaction: the credential item goes, the provider account is no longer used, the window begins, and what
    /// is left to destroy is handed over. When somebody was faster, it begins again.
    fn remove(&self, state: &mut State, tenant: TenantId) {
        let Some(removing) = state.tenants[tenant].removing.take() else { return };
        if !self.is_unchanged(state, tenant, &removing) {
            return;
        }
        state.left.removals[tenant] -= 1;
        let mut cleanup = Cleanup::of(&removing.credential, tenant, true);
        cleanup.leased &= !self.is(Variant::LeaseNotHandedOver);
        cleanup.may_begin = !self.is(Variant::RevocationWithoutWindow);
        state.cleanups[removing.credential.grant] = Some(cleanup);
        state.revoking = !self.is(Variant::RevocationWithoutWindow);
        let it = &mut state.tenants[tenant];
        (it.credential, it.disconnects) = (None, it.disconnects + 1);
        if removing.everything {
            (it.id, it.disconnects, it.was_deleted) = (None, 0, true);
        }
    }

    /// The integration's revision, and grant, fence, pointer and journal of its credentials.
    fn is_unchanged(&self, state: &State, tenant: TenantId, removing: &Removing) -> bool {
        let any_journal = self.is(Variant::JournalForgottenByADisconnect);
        let stamp = |it: &Credential| (it.grant, it.fence, it.pointer, it.journal.filter(|_| !any_journal));
        let it = &state.tenants[tenant];
        let same = it.id == Some(removing.id) && it.disconnects == removing.disconnects;
        same && it.credential.as_ref().is_some_and(|now| stamp(now) == stamp(&removing.credential))
    }
}

impl State {
    fn begin_removal(&mut self, tenant: TenantId, everything: bool) {
        let it = &mut self.tenants[tenant];
        let (Some(id), Some(credential)) = (it.id, it.credential) else { return };
        it.removing = Some(Removing { everything, id, disconnects: it.disconnects, credential });
    }
}
