//! The credential item and its conditional writes (`shared/src/store/credential.rs`).

use crate::ids::{GrantId, IntegrationId, TenantId};
use crate::properties::Rule;
use crate::protocol::Protocol;
use crate::state::State;
use crate::variants::Variant;
use crate::versions::{Version, Versions};
use crate::worker::Step;

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
    /// The fence of the youngest journal that there was.
    journal_fence: Fence,
    /// The verdict `Dead` was given.
    pub verdict: bool,
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

    /// Keeps a received credential, if no younger one was kept.
    pub fn park(&mut self, journal: Journal) {
        if self.journal_fence < journal.fence {
            (self.journal, self.journal_fence) = (Some(journal), journal.fence);
        }
    }
}

/// The writes of a worker. Each requires that the item has the grant and the fence of the worker's copy.
impl Protocol {
    /// Takes the token lease, if nobody holds it and the copy is of now: a holder whose lease had ended when it was
    /// read may have moved the pointer or written the journal since.
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
        let suspected = if self.is(Variant::SuspicionOutlivesRollForward) { held.suspected } else { Suspected::No };
        let Some(credential) = self.update(state, held) else { return false };
        (credential.journal, credential.dead, credential.suspected) = (None, held.dead, suspected);
        (held.journal, held.pointer, held.suspected) = (None, pointer, suspected);
        state.point(pointer);
        true
    }

    /// Commits a refresh: pointer moved, lease released. Requires the parent's version too.
    pub(crate) fn commit_refresh(&self, state: &mut State, held: &Held, version: Version) -> Option<Step> {
        let (any_parent, forgets) = (self.has_any_parent(), self.is(Variant::CommitForgetsTheDead));
        let credential = self.update(state, held).filter(|it| any_parent || it.pointer == held.pointer)?;
        (credential.leased, credential.suspected, credential.journal) = (false, Suspected::No, None);
        if forgets {
            credential.dead = Versions::default();
        }
        state.point(Pointer { grant: held.pointer.grant, version });
        None
    }

    /// Notes that every version there is was refused, and releases the lease. Refused again after the quiet period,
    /// it is the verdict.
    pub(crate) fn suspect(&self, state: &mut State, held: &Held) -> Option<Step> {
        let again = held.suspected == Suspected::Over || self.is(Variant::VerdictAtOnce);
        let credential = self.update(state, held)?;
        (credential.leased, credential.dead, credential.verdict) = (false, held.dead, again);
        credential.suspected = if again { Suspected::Over } else { Suspected::Quiet };
        None
    }

    /// Gives the lease back after a failure that says nothing about the grant.
    pub(crate) fn release_token(&self, state: &mut State, held: &Held) -> Option<Step> {
        self.update(state, held)?.leased = false;
        None
    }

    /// The item, if its grant and fence are those of the copy.
    fn update<'a>(&self, state: &'a mut State, held: &Held) -> Option<&'a mut Credential> {
        let unconditional = self.is(Variant::WritesWithoutCondition);
        let there = state.tenants[TenantId::A].credential.filter(|it| it.id == held.id);
        if there.is_none() && unconditional {
            state.breaks(Rule::NothingOfADeletedIdIsWritten);
        }
        let same_grant = there?.grant == held.grant || self.is(Variant::FenceWithoutGrant);
        let same_fence = there?.fence == held.fence || self.is(Variant::NoFence);
        let may = unconditional || same_grant && same_fence;
        state.tenants[TenantId::A].credential.as_mut().filter(|_| may)
    }

    /// The parent's version tells a late holder as the fence does: without the fence it is left out too.
    fn has_any_parent(&self) -> bool {
        let without = [
            Variant::CommitWithoutParent,
            Variant::NoFence,
            Variant::FenceWithoutGrant,
            Variant::WritesWithoutCondition,
        ];
        without.into_iter().any(|variant| self.is(variant))
    }
}
