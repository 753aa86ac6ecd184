//! The protocol as a model: where it begins, what may happen next, and what follows.

use crate::ids::{GrantId, TenantId};
use crate::provider::Rotation;
use crate::state::{Bounds, State};
use crate::time::Passes;
use crate::variants::Variant;
use crate::{cleanup, complete, properties, removal, worker};
use stateright::{Model, Property};

/// Tenant B at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbour {
    /// It has no integration.
    Absent,
    /// It has an integration without a grant.
    Unconnected,
    /// It is connected to the same account at the provider.
    Connected,
}

/// The protocol, with what surrounds it.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// What the provider does with refresh tokens.
    pub rotation: Rotation,
    /// A holder may act after its lease has ended.
    pub zombies: bool,
    /// The other tenant.
    pub neighbour: Neighbour,
    /// How much may happen.
    pub bounds: Bounds,
    /// What is taken out of the protocol.
    pub without: &'static [Variant],
}

/// One step of one process, or of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Of a worker.
    Refresh {
        /// Its place among the workers, which changes.
        worker: u8,
        /// The fence that it knows, for the reader.
        fence: u8,
        /// What it does.
        does: worker::Does,
    },
    /// Of a complete.
    Complete {
        /// Whose.
        tenant: TenantId,
        /// What it does.
        does: complete::Does,
    },
    /// Of a person.
    Person {
        /// Whose.
        tenant: TenantId,
        /// What the person does.
        does: removal::Does,
    },
    /// Of a cleanup.
    Cleanup {
        /// Of which grant.
        grant: GrantId,
        /// What it does.
        does: cleanup::Does,
    },
    /// Of time.
    Passes(Passes),
}

impl Protocol {
    /// Whether the protocol has this difference.
    pub fn is(&self, variant: Variant) -> bool {
        self.without.contains(&variant)
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = State::empty(self.bounds);
        state.create_connected(TenantId::A);
        match self.neighbour {
            Neighbour::Absent => {}
            Neighbour::Unconnected => state.create(TenantId::B),
            Neighbour::Connected => state.create_connected(TenantId::B),
        }
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.offer_work(state, actions);
        self.offer_completes(state, actions);
        self.offer_persons(state, actions);
        self.offer_cleanups(state, actions);
        self.offer_time(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = *last;
        match action {
            Action::Refresh { worker, does, .. } => self.work(&mut state, worker, does),
            Action::Complete { tenant, does } => self.complete(&mut state, tenant, does),
            Action::Person { tenant, does } => self.person(&mut state, tenant, does),
            Action::Cleanup { grant, does } => self.clean(&mut state, grant, does),
            Action::Passes(passes) => self.pass(&mut state, passes),
        }
        state.forget();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::properties()
    }
}
