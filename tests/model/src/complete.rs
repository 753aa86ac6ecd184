//! A connect that is being finished: claim, exchange, secret, one transaction (`shared/src/usecases/complete.rs`,
//! `shared/src/usecases/complete/commit.rs`, `shared/src/store/connect.rs`).

use crate::cleanup::Cleanup;
use crate::credential::Credential;
use crate::ids::{GrantId, IntegrationId, TenantId};
use crate::protocol::{Action, Protocol};
use crate::provider::Grant;
use crate::state::{State, Tenant};
use crate::variants::Variant;

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
        let (id, grant_seen, disconnects_seen) = (tenant.id?, tenant.grant(), tenant.disconnects);
        Some(Self { grant, id, grant_seen, disconnects_seen, step: Step::Claimed })
    }

    /// Whether the integration is the one that the flow began with, and nobody connected or disconnected it.
    fn is_of(&self, tenant: &Tenant) -> bool {
        let seen = (Some(self.id), self.grant_seen, self.disconnects_seen);
        (tenant.id, tenant.grant(), tenant.disconnects) == seen
    }

    fn next(&self) -> Does {
        match self.step {
            Step::Claimed => Does::Exchange,
            Step::Exchanged => Does::KeepGrant,
            Step::Kept => Does::Plan,
            Step::Planned(_) => Does::CommitConnect,
        }
    }
}

impl Protocol {
    /// What completes may do.
    pub(crate) fn offer_completes(&self, state: &State, actions: &mut Vec<Action>) {
        for (tenant, it) in state.tenants.iter() {
            let mut offer = |does| actions.push(Action::Complete { tenant, does });
            if let Some(flow) = &it.flow {
                offer(flow.next());
                if state.left.crashes > 0 {
                    offer(Does::Crash);
                }
            } else if it.id.is_some() && state.next_grant.exists() && state.left.connects[tenant] > 0 {
                offer(Does::ClaimFlow);
            }
        }
    }

    /// One step of a complete.
    pub(crate) fn complete(&self, state: &mut State, tenant: TenantId, does: Does) {
        let Some(flow) = state.tenants[tenant].flow else { return state.claim_flow(tenant) };
        let step = match flow.step {
            _ if does == Does::Crash => state.complete_dies(),
            Step::Claimed => state.exchange(tenant, &flow),
            Step::Exchanged => state.keep_grant(&flow),
            Step::Kept => state.plan(tenant, &flow),
            Step::Planned(former) if self.may_commit(state, tenant, &flow) => {
                return self.commit_connect(state, tenant, &flow, former);
            }
            Step::Planned(_) => None,
        };
        state.tenants[tenant].flow = step.map(|step| Flow { step, ..flow });
        if step.is_none() {
            // The flow ends without success. It stays due for cleanup, which looks for its secret.
            let wrote = matches!(flow.step, Step::Kept | Step::Planned(_));
            state.lost_flows[flow.grant] = wrote && !self.is(Variant::ClaimedFlowIsNotDue);
        }
    }

    /// No revocation may be under way, and nobody changed the integration.
    fn may_commit(&self, state: &State, tenant: TenantId, flow: &Flow) -> bool {
        let revoking = state.revoking && !self.is(Variant::ConnectsWhileRevoking);
        !revoking && flow.is_of(&state.tenants[tenant])
    }

    /// Pointer and grant are replaced, and the former grant is handed to cleanup.
    fn commit_connect(&self, state: &mut State, tenant: TenantId, flow: &Flow, former: Option<Credential>) {
        // Above the former fence: whoever still holds the former lease can commit nothing.
        let fence = former.map_or(1, |former| former.fence + 1);
        if let Some(former) = former.filter(|_| !self.is(Variant::FormerGrantForgotten)) {
            state.cleanups[former.grant] = Some(Cleanup::of(&former, tenant, false));
        }
        let it = &mut state.tenants[tenant];
        (it.credential, it.flow) = (Some(Credential::new(flow.id, flow.grant, fence)), None);
        state.lost_flows[flow.grant] = self.is(Variant::FlowCleanupWithoutALook);
    }
}

impl State {
    fn claim_flow(&mut self, tenant: TenantId) {
        self.tenants[tenant].flow = Flow::of(&self.tenants[tenant], self.next_grant);
        self.next_grant = self.next_grant.next();
        self.left.connects[tenant] -= 1;
    }

    fn complete_dies(&mut self) -> Option<Step> {
        self.left.crashes -= 1;
        None
    }

    /// Whoever was overtaken makes no grant at the provider that nobody would use.
    fn exchange(&mut self, tenant: TenantId, flow: &Flow) -> Option<Step> {
        if !flow.is_of(&self.tenants[tenant]) {
            return None;
        }
        self.grants[flow.grant] = Grant::exchanged(flow.id);
        Some(Step::Exchanged)
    }

    fn keep_grant(&mut self, flow: &Flow) -> Option<Step> {
        self.secrets[flow.grant].create();
        Some(Step::Kept)
    }

    fn plan(&mut self, tenant: TenantId, flow: &Flow) -> Option<Step> {
        let it = &self.tenants[tenant];
        flow.is_of(it).then_some(Step::Planned(it.credential))
    }

    /// Deletes the secret of a flow that ended without success, an hour after its claim.
    pub(crate) fn clean_flow(&mut self, grant: GrantId) {
        self.secrets[grant].scheduled = true;
        self.lost_flows[grant] = false;
    }
}
