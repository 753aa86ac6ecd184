//! The protocol as a model: where it begins, what may happen next, and what follows.

use crate::properties;
use crate::provider::Rotation;
use crate::state::{Bounds, NEIGHBOUR, State, TENANT};
use crate::time::Passes;
use crate::variants::Variant;
use crate::{cleanup, complete, removal, worker};
use crate::provider::GrantId;
use stateright::{Model, Property};

/// The other tenant at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbour {
    /// There is none.
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

/// One step of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Of a worker. The fence is for the reader.
    #[allow(missing_docs)]
    Worker { worker: u8, fence: u8, does: worker::Does },
    /// Of a complete.
    #[allow(missing_docs)]
    Complete { tenant: usize, does: complete::Does },
    /// Of a person.
    #[allow(missing_docs)]
    Person { tenant: usize, does: removal::Does },
    /// Of a cleanup.
    #[allow(missing_docs)]
    Cleanup { grant: GrantId, does: cleanup::Does },
    /// Of time.
    Passes(Passes),
}

impl Protocol {
    /// Whether this is taken out of the protocol.
    pub fn is(&self, variant: Variant) -> bool {
        self.without.contains(&variant)
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = State::empty(self.bounds);
        state.create(TENANT);
        state.connect(TENANT);
        if self.neighbour != Neighbour::Absent {
            state.create(NEIGHBOUR);
        }
        if self.neighbour == Neighbour::Connected {
            state.connect(NEIGHBOUR);
        }
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_none() {
            self.offer_work(state, actions);
            self.offer_completes(state, actions);
            self.offer_persons(state, actions);
            self.offer_cleanups(state, actions);
            self.offer_time(state, actions);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = *last;
        match action {
            Action::Worker { worker, does, .. } => self.work(&mut state, worker, does),
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
