//! A connect that is being finished: claim, exchange, secret, one transaction (`shared/src/usecases/complete.rs`,
//! `shared/src/usecases/complete/commit.rs`, `shared/src/store/connect.rs`).

use crate::cleanup::Cleanup;
use crate::credential::Credential;
use crate::provider::{Grant, GrantId, MOST_GRANTS};
use crate::state::{IntegrationId, State, Tenant};
use crate::variants::Variant;
use crate::{Action, Protocol};

/// A flow with the memory of the process that finishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// The grant that it makes.
    pub grant: GrantId,
    /// The integration when it began.
    id: IntegrationId,
    /// The integration's grant when it began.
    grant_seen: Option<GrantId>,
    /// How often the integration had been disconnected when it began.
    disconnects_seen: u8,
    step: Step,
}

/// How far a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// The flow is claimed, and due for cleanup.
    Claimed,
    /// The provider has made the grant.
    Exchanged,
    /// The secret is written.
    Kept,
    /// The former credentials were read.
    Planned(Option<Credential>),
}

/// What a complete does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Does {
    /// Claims the flow.
    ClaimFlow,
    /// Exchanges the code.
    Exchange,
    /// Writes the secret.
    KeepGrant,
    /// Reads the former credentials.
    Plan,
    /// Makes everything true in one transaction.
    CommitConnect,
    /// Dies.
    Crash,
}

impl Flow {
    fn of(tenant: &Tenant, grant: GrantId) -> Option<Self> {
        let grant_seen = tenant.credential.map(|credential| credential.grant);
        let (id, disconnects_seen) = (tenant.id?, tenant.disconnects);
        Some(Self { grant, id, grant_seen, disconnects_seen, step: Step::Claimed })
    }

    /// Whether the integration is the one that the flow began with, and nobody connected or disconnected it.
    fn is_of(&self, tenant: &Tenant) -> bool {
        let grant = tenant.credential.map(|credential| credential.grant);
        tenant.id == Some(self.id) && grant == self.grant_seen && tenant.disconnects == self.disconnects_seen
    }
}

impl Protocol {
    /// What completes may do.
    pub(crate) fn offer_completes(&self, state: &State, actions: &mut Vec<Action>) {
        for (tenant, it) in state.tenants.iter().enumerate() {
            let mut offer = |does| actions.push(Action::Complete { tenant, does });
            let Some(flow) = &it.flow else {
                let room = usize::from(state.next_grant) < MOST_GRANTS;
                if it.id.is_some() && room && state.left.connects[tenant] > 0 {
                    offer(Does::ClaimFlow);
                }
                continue;
            };
            offer(match flow.step {
                Step::Claimed => Does::Exchange,
                Step::Exchanged => Does::KeepGrant,
                Step::Kept => Does::Plan,
                Step::Planned(_) => Does::CommitConnect,
            });
            if state.left.crashes > 0 {
                offer(Does::Crash);
            }
        }
    }

    /// One step of a complete.
    pub(crate) fn complete(&self, state: &mut State, tenant: usize, does: Does) {
        let Some(mut flow) = state.tenants[tenant].flow else { return claim_flow(state, tenant) };
        if does == Does::Crash {
            state.left.crashes -= 1;
            return self.end_flow(state, tenant, &flow);
        }
        let next = match flow.step {
            Step::Claimed => exchange(state, tenant, &flow),
            Step::Exchanged => {
                state.secrets[usize::from(flow.grant)].create();
                Some(Step::Kept)
            }
            Step::Kept => flow.is_of(&state.tenants[tenant]).then_some(Step::Planned(state.tenants[tenant].credential)),
            Step::Planned(former) => return self.commit_connect(state, tenant, &flow, former),
        };
        match next {
            Some(step) => {
                flow.step = step;
                state.tenants[tenant].flow = Some(flow);
            }
            None => self.end_flow(state, tenant, &flow),
        }
    }

    /// Requires that no revocation may be under way and that nobody changed the integration.
    fn commit_connect(&self, state: &mut State, tenant: usize, flow: &Flow, former: Option<Credential>) {
        let looks = !self.is(Variant::ConnectsWhileRevoking);
        if looks && state.revoking || !flow.is_of(&state.tenants[tenant]) {
            return self.end_flow(state, tenant, flow);
        }
        // Above the former fence: whoever still holds the former lease can commit nothing.
        let fence = former.map_or(1, |former| former.fence + 1);
        if let Some(former) = former.filter(|_| !self.is(Variant::FormerGrantForgotten)) {
            state.cleanups[usize::from(former.grant)] = Some(Cleanup::of(&former, tenant, false));
        }
        state.tenants[tenant].credential = Some(Credential::new(flow.id, flow.grant, fence));
        state.tenants[tenant].flow = None;
        state.lost_flows[usize::from(flow.grant)] = self.is(Variant::FlowCleanupWithoutALook);
    }

    /// The flow ends without success. It stays due for cleanup, which looks for its secret.
    fn end_flow(&self, state: &mut State, tenant: usize, flow: &Flow) {
        state.tenants[tenant].flow = None;
        let wrote = matches!(flow.step, Step::Kept | Step::Planned(_));
        state.lost_flows[usize::from(flow.grant)] = wrote && !self.is(Variant::ClaimedFlowIsNotDue);
    }

    /// Deletes the secret of a flow that ended without success, an hour after its claim.
    pub(crate) fn clean_flow(&self, state: &mut State, grant: GrantId) {
        state.secrets[usize::from(grant)].scheduled = true;
        state.lost_flows[usize::from(grant)] = false;
    }
}

fn claim_flow(state: &mut State, tenant: usize) {
    state.tenants[tenant].flow = Flow::of(&state.tenants[tenant], state.next_grant);
    state.next_grant += 1;
    state.left.connects[tenant] -= 1;
}

/// Whoever was overtaken makes no grant at the provider that nobody would use.
fn exchange(state: &mut State, tenant: usize, flow: &Flow) -> Option<Step> {
    if !flow.is_of(&state.tenants[tenant]) {
        return None;
    }
    state.grants[usize::from(flow.grant)] = Grant::exchanged(state.tenant_id(tenant), flow.id);
    Some(Step::Exchanged)
}
