//! The credential item and its conditional writes (`shared/src/store/credential.rs`).

use crate::provider::GrantId;
use crate::state::{IntegrationId, State, TENANT};
use crate::variants::Variant;
use crate::versions::{Version, Versions};
use crate::{Protocol, Rule};

/// Grows each time the token lease is taken.
pub type Fence = u8;

/// Which version of which grant's secret is current.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer {
    /// The grant.
    pub grant: GrantId,
    /// The version.
    pub version: Version,
}

/// A received credential that Secrets Manager would not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Journal {
    /// What was received.
    pub version: Version,
    /// The fence of the refresh that received it.
    pub fence: Fence,
}

/// The suspicion that the grant is dead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suspected {
    /// There is none.
    #[default]
    No,
    /// Since less than the quiet period: nobody calls the provider.
    Quiet,
    /// The quiet period is over.
    Over,
}

/// The credential item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credential {
    /// The integration: the item's key.
    pub id: IntegrationId,
    /// The grant.
    pub grant: GrantId,
    /// What is current.
    pub pointer: Pointer,
    /// The fence.
    pub fence: Fence,
    /// Somebody has the token lease, and its time is not over.
    pub leased: bool,
    /// Versions that the provider refused.
    pub dead: Versions,
    /// The suspicion.
    pub suspected: Suspected,
    /// What waits for Secrets Manager.
    pub journal: Option<Journal>,
    /// The fence of the youngest journal there ever was.
    pub journal_fence: Fence,
    /// The verdict `Dead` was given.
    pub verdict: bool,
}

impl Credential {
    /// As `commit_connect` puts it.
    pub fn new(id: IntegrationId, grant: GrantId, fence: Fence) -> Self {
        Self {
            id,
            grant,
            pointer: Pointer { grant, version: 0 },
            fence,
            leased: false,
            dead: Versions::default(),
            suspected: Suspected::No,
            journal: None,
            journal_fence: 0,
            verdict: false,
        }
    }

    /// What a worker keeps of it in memory.
    pub fn copy(&self) -> Held {
        let Self { id, grant, pointer, fence, dead, suspected, journal, .. } = *self;
        Held { id, grant, pointer, fence, dead, suspected, journal }
    }
}

/// A worker's copy of the credential item, as it was when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Held {
    /// The integration.
    pub id: IntegrationId,
    /// The grant.
    pub grant: GrantId,
    /// What was current.
    pub pointer: Pointer,
    /// The fence; the holder's own once it has the lease.
    pub fence: Fence,
    /// Versions that the provider refused.
    pub dead: Versions,
    /// The suspicion.
    pub suspected: Suspected,
    /// What waited for Secrets Manager.
    pub journal: Option<Journal>,
}

impl Protocol {
    /// Takes the token lease, if nobody holds it and nobody took it since the copy was read. A holder whose lease had
    /// ended when it was read may have moved the pointer or written the journal since: the copy must be of now.
    pub(crate) fn lease_token(&self, state: &mut State, held: &mut Held) -> bool {
        let (any_lease, any_copy) = (self.is(Variant::LeaseTakenWhileHeld), self.is(Variant::LeaseWithAnOldCopy));
        let Some(credential) = self.update(state, held) else { return false };
        let same = credential.pointer == held.pointer && credential.journal == held.journal;
        if credential.leased && !any_lease || !same && !any_copy {
            return false;
        }
        credential.fence += 1;
        credential.leased = true;
        held.fence = credential.fence;
        true
    }

    /// Moves the pointer to a version that was written and never committed, and keeps the lease. What was suspected
    /// was suspected of the former version.
    pub(crate) fn roll_forward(&self, state: &mut State, held: &mut Held, pointer: Pointer) -> bool {
        let keeps_suspicion = self.is(Variant::SuspicionOutlivesRollForward);
        let dead = held.dead;
        let Some(credential) = self.update(state, held) else { return false };
        credential.journal = None;
        credential.dead = dead;
        if !keeps_suspicion {
            credential.suspected = Suspected::No;
            held.suspected = Suspected::No;
        }
        held.journal = None;
        held.pointer = pointer;
        state.point(pointer);
        true
    }

    /// Commits a refresh: pointer moved, lease released. Requires grant, fence and the parent's version.
    pub(crate) fn commit_refresh(&self, state: &mut State, held: &Held, version: Version) {
        let any_parent = self.any_parent();
        let forgets = self.is(Variant::CommitForgetsTheDead);
        let Some(credential) = self.update(state, held) else { return };
        if !any_parent && credential.pointer != held.pointer {
            return;
        }
        credential.leased = false;
        credential.suspected = Suspected::No;
        credential.journal = None;
        if forgets {
            credential.dead = Versions::default();
        }
        state.point(Pointer { grant: held.pointer.grant, version });
    }

    /// Notes that every version there is was refused, and releases the lease. Refused again after the quiet period,
    /// it is the verdict.
    pub(crate) fn suspect(&self, state: &mut State, held: &Held) {
        let again = held.suspected == Suspected::Over || self.is(Variant::VerdictAtOnce);
        let Some(credential) = self.update(state, held) else { return };
        credential.dead = held.dead;
        credential.leased = false;
        credential.suspected = if again { Suspected::Over } else { Suspected::Quiet };
        credential.verdict = again;
    }

    /// Gives the lease back after a failure that says nothing about the grant.
    pub(crate) fn release_token(&self, state: &mut State, held: &Held) {
        if let Some(credential) = self.update(state, held) {
            credential.leased = false;
        }
    }

    /// The item, if its grant and fence are those of the copy.
    fn update<'a>(&self, state: &'a mut State, held: &Held) -> Option<&'a mut Credential> {
        let there = state.tenants[TENANT].credential.as_ref();
        let upserts = self.is(Variant::WritesWithoutCondition);
        let Some(there) = there.filter(|there| there.id == held.id) else {
            if upserts {
                state.break_rule(Rule::NothingOfADeletedIdIsWritten);
            }
            return None;
        };
        let same_grant = there.grant == held.grant || upserts || self.is(Variant::FenceWithoutGrant);
        let same_fence = there.fence == held.fence || upserts || self.is(Variant::NoFence);
        if same_grant && same_fence { state.tenants[TENANT].credential.as_mut() } else { None }
    }

    fn any_parent(&self) -> bool {
        let without =
            [Variant::CommitWithoutParent, Variant::NoFence, Variant::FenceWithoutGrant, Variant::WritesWithoutCondition];
        without.into_iter().any(|variant| self.is(variant))
    }
}
