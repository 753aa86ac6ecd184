//! Disconnect, delete and create (`shared/src/store/removal.rs`, `shared/src/usecases/removal.rs`).

use crate::cleanup::Cleanup;
use crate::credential::Credential;
use crate::state::{IntegrationId, State};
use crate::variants::Variant;
use crate::{Action, Protocol};

/// A disconnect or delete under way: what was read, and is to be the same still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Removing {
    /// Delete, not disconnect.
    delete: bool,
    id: IntegrationId,
    disconnects: u8,
    credential: Option<Credential>,
}

/// What a person does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Begins to disconnect: integration and credentials are read.
    BeginDisconnect,
    /// Begins to delete: integration and credentials are read.
    BeginDelete,
    /// The transaction of either.
    Remove,
    /// Creates the integration anew.
    Create,
}

impl Protocol {
    /// What persons may do.
    pub(crate) fn offer_persons(&self, state: &State, actions: &mut Vec<Action>) {
        for (tenant, it) in state.tenants.iter().enumerate() {
            let mut offer = |does| actions.push(Action::Person { tenant, does });
            match (it.id, it.removing) {
                (_, Some(_)) => offer(Does::Remove),
                (None, None) if state.left.creates > 0 && state.next_id > 0 => offer(Does::Create),
                (Some(_), None) if state.left.removals[tenant] > 0 && it.credential.is_some() => {
                    offer(Does::BeginDisconnect);
                    offer(Does::BeginDelete);
                }
                _ => {}
            }
        }
    }

    /// One step of a person.
    pub(crate) fn person(&self, state: &mut State, tenant: usize, does: Does) {
        match does {
            Does::Create => {
                state.left.creates -= 1;
                state.create(tenant);
            }
            Does::BeginDisconnect | Does::BeginDelete => begin(state, tenant, does == Does::BeginDelete),
            Does::Remove => self.remove(state, tenant),
        }
    }

    /// One transaction: the credential item goes, the provider account is no longer used, the window begins, and what
    /// is left to destroy is handed over. Somebody who was faster makes it begin again.
    fn remove(&self, state: &mut State, tenant: usize) {
        let Some(removing) = state.tenants[tenant].removing.take() else { return };
        if !self.is_unchanged(state, tenant, &removing) {
            return;
        }
        state.left.removals[tenant] -= 1;
        if let Some(credential) = &removing.credential {
            let mut cleanup = Cleanup::of(credential, tenant, true);
            if self.is(Variant::LeaseNotHandedOver) {
                cleanup.leased = false;
            }
            state.cleanups[usize::from(credential.grant)] = Some(cleanup);
            state.revoking = !self.is(Variant::RevocationWithoutWindow);
        }
        let it = &mut state.tenants[tenant];
        it.credential = None;
        it.disconnects += 1;
        if removing.delete {
            it.id = None;
            it.disconnects = 0;
        }
    }

    /// The integration's revision, and grant, fence, pointer and journal of its credentials.
    fn is_unchanged(&self, state: &State, tenant: usize, removing: &Removing) -> bool {
        let it = &state.tenants[tenant];
        let stamp = |credential: &Credential| {
            let journal = credential.journal.filter(|_| !self.is(Variant::JournalForgottenByADisconnect));
            (credential.grant, credential.fence, credential.pointer, journal)
        };
        let same = it.id == Some(removing.id) && it.disconnects == removing.disconnects;
        same && it.credential.as_ref().map(stamp) == removing.credential.as_ref().map(stamp)
    }
}

fn begin(state: &mut State, tenant: usize, delete: bool) {
    let it = &mut state.tenants[tenant];
    let Some(id) = it.id else { return };
    it.removing = Some(Removing { delete, id, disconnects: it.disconnects, credential: it.credential });
}
