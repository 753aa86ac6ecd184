//! What must never happen: the invariants I9 to I14 of the design, and what cleanup owes to the living.

use crate::ids::GrantId;
use crate::protocol::Protocol;
use crate::provider::End;
use crate::state::State;
use crate::worker::Worker;
use stateright::Property;

/// A rule, by what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// I9: it names an existing version of the same integration and grant.
    ThePointerNamesAVersion,
    /// I10: never to a superseded version.
    ThePointerNeverGoesBack,
    /// I11: unless its process died between the answer and the put, which is counted.
    AReceivedTokenBecomesDurable,
    /// I12: never while a version that was not tried is good.
    NoVerdictBeforeEveryVersionWasTried,
    /// I12: only where a token was lost in the one window.
    NoVerdictWithoutALoss,
    /// Never through reuse but for the one window.
    WeNeverKillAGrant,
    /// I13.
    OneLease,
    /// I14: it is referred to, pending for cleanup or scheduled for deletion.
    NoSecretIsForgotten,
    /// Cleanup never destroys the living.
    TheSecretOfALiveCredentialStays,
    /// Neither by a late revocation nor by that of another tenant.
    AConnectedGrantIsNotRevoked,
    /// A disconnect ends the grant at the provider, when nobody else uses the account.
    WhatWasGivenUpIsRevoked,
    /// A late worker reaches neither a deleted integration nor the one created anew under the same key.
    NothingOfADeletedIdIsWritten,
    /// I11: as long as nothing was lost, a token that the provider accepts is durable or in somebody's memory.
    AGoodTokenIsSomewhere,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 13] = [
        Self::ThePointerNamesAVersion,
        Self::ThePointerNeverGoesBack,
        Self::AReceivedTokenBecomesDurable,
        Self::NoVerdictBeforeEveryVersionWasTried,
        Self::NoVerdictWithoutALoss,
        Self::WeNeverKillAGrant,
        Self::OneLease,
        Self::TheSecretOfALiveCredentialStays,
        Self::NoSecretIsForgotten,
        Self::AConnectedGrantIsNotRevoked,
        Self::WhatWasGivenUpIsRevoked,
        Self::NothingOfADeletedIdIsWritten,
        Self::AGoodTokenIsSomewhere,
    ];

    /// The rule that is broken in this state.
    pub fn broken_in(state: &State) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| !rule.holds(state))
    }

    fn holds(self, state: &State) -> bool {
        match self {
            Self::ThePointerNamesAVersion => pointer_names_a_version(state),
            Self::NoVerdictBeforeEveryVersionWasTried => verdict_after_every_version(state),
            Self::NoVerdictWithoutALoss => verdict_after_a_loss(state),
            Self::WeNeverKillAGrant => !state.grants.iter().any(|(_, it)| it.end == End::Reused && !it.has_loss()),
            Self::OneLease => GrantId::all().all(|grant| leases(state, grant) <= 1),
            Self::NoSecretIsForgotten => GrantId::all().all(|grant| is_known(state, grant)),
            Self::TheSecretOfALiveCredentialStays => !state.connected().any(|grant| state.secrets[grant].scheduled),
            Self::AConnectedGrantIsNotRevoked => !state.connected().any(|it| state.grants[it].end == End::Revoked),
            Self::AGoodTokenIsSomewhere => GrantId::all().all(|grant| good_token_is_somewhere(state, grant)),
            // These are about a step, which notes itself that it breaks them.
            Self::ThePointerNeverGoesBack
            | Self::AReceivedTokenBecomesDurable
            | Self::WhatWasGivenUpIsRevoked
            | Self::NothingOfADeletedIdIsWritten => state.broken != Some(self),
        }
    }
}

/// All rules are one property, so that the first counterexample found is the shortest; the state tells whose it is.
pub const EVERY_RULE: &str = "every rule holds";

pub(crate) fn properties() -> Vec<Property<Protocol>> {
    vec![Property::always(EVERY_RULE, |_, state| Rule::broken_in(state).is_none())]
}

fn pointer_names_a_version(state: &State) -> bool {
    state.tenants.iter().filter_map(|(_, it)| it.credential).all(|it| {
        let stored = state.secrets[it.pointer.grant].stored.contains(it.pointer.version);
        stored && it.pointer.grant == it.grant && state.grants[it.grant].id == it.id
    })
}

fn verdict_after_every_version(state: &State) -> bool {
    state.tenants.iter().filter_map(|(_, it)| it.credential).filter(|it| it.verdict).all(|it| {
        let untried = state.grants[it.grant].live.without(it.dead);
        !untried.iter().any(|version| state.is_durable(it.grant, version))
    })
}

fn verdict_after_a_loss(state: &State) -> bool {
    let mut judged = state.tenants.iter().filter_map(|(_, it)| it.credential).filter(|it| it.verdict);
    judged.all(|it| state.grants[it.grant].has_loss())
}

fn leases(state: &State, grant: GrantId) -> usize {
    state.workers.iter().filter_map(Worker::busy).filter(|busy| busy.leased && busy.held.grant == grant).count()
}

fn is_known(state: &State, grant: GrantId) -> bool {
    let secret = &state.secrets[grant];
    let by_flow = state.tenants.iter().any(|(_, it)| it.flow.is_some_and(|flow| flow.grant == grant));
    let by_cleanup = state.cleanups[grant].is_some() || state.lost_flows[grant];
    secret.stored.is_empty()
        || secret.scheduled
        || by_flow
        || by_cleanup
        || state.connected().any(|other| other == grant)
}

fn good_token_is_somewhere(state: &State, grant: GrantId) -> bool {
    let known = &state.grants[grant];
    if !state.is_needed(grant) || known.end != End::Alive || known.has_loss() {
        return true;
    }
    let received = |version| {
        let mut busy = state.workers.iter().filter_map(Worker::busy);
        busy.any(|busy| busy.held.grant == grant && busy.received() == Some(version))
    };
    known.fresh().iter().any(|version| state.is_durable(grant, version) || received(version))
}
