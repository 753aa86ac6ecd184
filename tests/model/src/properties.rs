//! What must never happen, after the invariants of the design (I9 to I14).

use crate::Protocol;
use crate::provider::{End, GrantId};
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
    /// I11: as long as nothing was lost, there is a token that the provider accepts.
    AGoodTokenIsSomewhere,
    /// I12: never while a version that was not tried is good.
    NoVerdictBeforeEveryVersionWasTried,
    /// I12: only where a token was lost in the one window.
    NoVerdictWithoutALoss,
    /// Never through reuse but for the counted window.
    WeNeverKillAGrant,
    /// I13.
    OneLease,
    /// I14: it is referred to, pending for cleanup or scheduled for deletion.
    NoSecretIsForgotten,
    /// Cleanup never destroys the living.
    TheSecretOfALiveCredentialStays,
    /// A late revocation, or that of another tenant, never kills a grant that is connected.
    AConnectedGrantIsNotRevoked,
    /// A disconnect ends the grant at the provider, when nobody else uses the account.
    WhatWasGivenUpIsRevoked,
    /// A late worker reaches neither a deleted integration nor the one created anew under the same key.
    NothingOfADeletedIdIsWritten,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 13] = [
        Self::ThePointerNamesAVersion,
        Self::ThePointerNeverGoesBack,
        Self::AReceivedTokenBecomesDurable,
        Self::AGoodTokenIsSomewhere,
        Self::NoVerdictBeforeEveryVersionWasTried,
        Self::NoVerdictWithoutALoss,
        Self::WeNeverKillAGrant,
        Self::OneLease,
        Self::NoSecretIsForgotten,
        Self::TheSecretOfALiveCredentialStays,
        Self::AConnectedGrantIsNotRevoked,
        Self::WhatWasGivenUpIsRevoked,
        Self::NothingOfADeletedIdIsWritten,
    ];

    /// Whether it holds in this state.
    pub fn holds(self, state: &State) -> bool {
        state.broken != Some(self)
            && match self {
                Self::ThePointerNamesAVersion => pointer_names_a_version(state),
                Self::AGoodTokenIsSomewhere => grants().all(|grant| good_token_is_somewhere(state, grant)),
                Self::NoVerdictBeforeEveryVersionWasTried => verdict_after_every_version(state),
                Self::NoVerdictWithoutALoss => verdict_after_a_loss(state),
                Self::WeNeverKillAGrant => {
                    state.grants.iter().all(|grant| grant.end != End::Reused || grant.rotation_window_loss > 0)
                }
                Self::OneLease => grants().all(|grant| leases(state, grant) <= 1),
                Self::NoSecretIsForgotten => grants().all(|grant| is_known(state, grant)),
                Self::TheSecretOfALiveCredentialStays => {
                    connected(state).all(|grant| !state.secrets[usize::from(grant)].scheduled)
                }
                Self::AConnectedGrantIsNotRevoked => {
                    connected(state).all(|grant| state.grants[usize::from(grant)].end != End::Revoked)
                }
                // These are about a step, which notes itself when it breaks them.
                Self::ThePointerNeverGoesBack
                | Self::AReceivedTokenBecomesDurable
                | Self::WhatWasGivenUpIsRevoked
                | Self::NothingOfADeletedIdIsWritten => true,
            }
    }

    /// The rule that this state breaks.
    pub fn broken_by(state: &State) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| !rule.holds(state))
    }
}

/// The rules as one property each, or as one property in all.
pub(crate) fn properties() -> Vec<Property<Protocol>> {
    vec![Property::always("every rule holds", |_, state| Rule::broken_by(state).is_none())]
}

fn grants() -> impl Iterator<Item = GrantId> {
    (0..).take(crate::provider::MOST_GRANTS)
}

fn connected(state: &State) -> impl Iterator<Item = GrantId> {
    state.tenants.iter().filter_map(|tenant| tenant.credential.map(|credential| credential.grant))
}

fn pointer_names_a_version(state: &State) -> bool {
    state.tenants.iter().filter_map(|tenant| tenant.credential).all(|credential| {
        let (grant, version) = (credential.pointer.grant, credential.pointer.version);
        let known = &state.grants[usize::from(grant)];
        let stored = state.secrets[usize::from(grant)].stored.contains(version);
        stored && grant == credential.grant && known.id == credential.id
    })
}

fn good_token_is_somewhere(state: &State, grant: GrantId) -> bool {
    let known = &state.grants[usize::from(grant)];
    if !state.is_needed(grant) || known.end != End::Alive || known.rotation_window_loss > 0 {
        return true;
    }
    let received = |version| {
        let mut busy = state.workers.iter().filter_map(Worker::busy);
        busy.any(|busy| busy.held.grant == grant && busy.received() == Some(version))
    };
    let is_somewhere = |version| state.is_durable(grant, version) || received(version);
    (0..known.issued).any(|version| known.fresh().contains(version) && is_somewhere(version))
}

fn verdict_after_every_version(state: &State) -> bool {
    state.tenants.iter().filter_map(|tenant| tenant.credential).filter(|it| it.verdict).all(|it| {
        let known = &state.grants[usize::from(it.grant)];
        let untried = known.live.without(it.dead);
        !(0..known.issued).any(|version| untried.contains(version) && state.is_durable(it.grant, version))
    })
}

fn verdict_after_a_loss(state: &State) -> bool {
    let mut judged = state.tenants.iter().filter_map(|tenant| tenant.credential).filter(|it| it.verdict);
    judged.all(|it| state.grants[usize::from(it.grant)].rotation_window_loss > 0)
}

fn leases(state: &State, grant: GrantId) -> usize {
    let busy = state.workers.iter().filter_map(Worker::busy);
    busy.filter(|busy| busy.leased && busy.held.grant == grant).count()
}

fn is_known(state: &State, grant: GrantId) -> bool {
    let index = usize::from(grant);
    let secret = &state.secrets[index];
    let by_flow = state.tenants.iter().any(|tenant| tenant.flow.is_some_and(|flow| flow.grant == grant));
    let referred = connected(state).any(|other| other == grant) || by_flow;
    secret.stored.is_empty()
        || secret.scheduled
        || referred
        || state.cleanups[index].is_some()
        || state.lost_flows[index]
}
