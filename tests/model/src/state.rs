//! Everything at one moment: the table, Secrets Manager, the provider, and what each process has in memory.

use crate::Rule;
use crate::cleanup::Cleanup;
use crate::complete::Flow;
use crate::credential::{Credential, Fence, Pointer};
use crate::provider::{End, Grant, GrantId, MOST_GRANTS};
use crate::removal::Removing;
use crate::vault::Secret;
use crate::versions::Version;
use crate::worker::Worker;

/// An integration's id; never used again.
pub type IntegrationId = u8;
/// A tenant.
pub type TenantId = u8;

/// The tenant whose credentials the workers refresh.
pub const TENANT: usize = 0;
/// The tenant that uses the same account at the provider.
pub const NEIGHBOUR: usize = 1;
/// How many workers there are.
pub const WORKERS: usize = 3;

/// One tenant's integration of the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// The integration, if there is one.
    pub id: Option<IntegrationId>,
    /// How often it was disconnected.
    pub disconnects: u8,
    /// Its credentials. With them there is the mapping that says who uses the provider's account.
    pub credential: Option<Credential>,
    /// A connect that is being finished.
    pub flow: Option<Flow>,
    /// A disconnect or delete under way.
    pub removing: Option<Removing>,
}

/// A refresh whose asker has given up waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// What is asked with.
    pub pointer: Pointer,
    /// The asker's fence.
    pub fence: Fence,
}

/// How much may still happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Token leases taken.
    pub leases: u8,
    /// Times that a worker reads the credentials some time before it takes the lease.
    pub early_looks: u8,
    /// Processes that die.
    pub crashes: u8,
    /// Refusals of Secrets Manager, and answers of the provider that come too late.
    pub faults: u8,
    /// Flows, of each tenant.
    pub connects: [u8; 2],
    /// Disconnects and deletes, of each tenant.
    pub removals: [u8; 2],
    /// Integrations created anew.
    pub creates: u8,
}

/// Everything at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The two tenants.
    pub tenants: [Tenant; 2],
    /// What the provider knows.
    pub grants: [Grant; MOST_GRANTS],
    /// The grants' secrets.
    pub secrets: [Secret; MOST_GRANTS],
    /// What is left to destroy, by grant, with its worker's memory.
    pub cleanups: [Option<Cleanup>; MOST_GRANTS],
    /// Flows that ended without success, by grant: their secret is to be looked for.
    pub lost_flows: [bool; MOST_GRANTS],
    /// The item `REVOKING` is alive.
    pub revoking: bool,
    /// The workers. They are alike, so they are kept in order.
    pub workers: [Worker; WORKERS],
    /// A request that the provider may still handle.
    pub late: Option<Request>,
    /// The next grant.
    pub next_grant: GrantId,
    /// The next integration.
    pub next_id: IntegrationId,
    /// What may still happen.
    pub left: Bounds,
    /// The rule that the last step broke.
    pub broken: Option<Rule>,
}

impl State {
    /// Nobody is there yet.
    pub fn empty(left: Bounds) -> Self {
        Self {
            tenants: [Tenant::default(); 2],
            grants: [Grant::default(); MOST_GRANTS],
            secrets: [Secret::default(); MOST_GRANTS],
            cleanups: [None; MOST_GRANTS],
            lost_flows: [false; MOST_GRANTS],
            revoking: false,
            workers: [Worker::default(); WORKERS],
            late: None,
            next_grant: 0,
            next_id: 0,
            left,
            broken: None,
        }
    }

    /// Gives a tenant an integration without credentials.
    pub fn create(&mut self, tenant: usize) {
        self.tenants[tenant].id = Some(self.next_id);
        self.tenants[tenant].disconnects = 0;
        self.next_id += 1;
    }

    /// Gives a tenant's integration a grant.
    pub fn connect(&mut self, tenant: usize) {
        let grant = self.next_grant;
        self.next_grant += 1;
        let Some(id) = self.tenants[tenant].id else { return };
        self.grants[usize::from(grant)] = Grant::exchanged(self.tenant_id(tenant), id);
        self.secrets[usize::from(grant)].create();
        self.tenants[tenant].credential = Some(Credential::new(id, grant, 1));
    }

    /// A tenant's number.
    pub fn tenant_id(&self, tenant: usize) -> TenantId {
        TenantId::from(tenant != TENANT)
    }

    /// Moves the pointer of the tenant's credentials.
    pub fn point(&mut self, pointer: Pointer) {
        let Some(credential) = self.tenants[TENANT].credential.as_mut() else { return };
        let former = std::mem::replace(&mut credential.pointer, pointer);
        if former == pointer {
            return;
        }
        self.grants[usize::from(former.grant)].superseded.insert(former.version);
        if self.grants[usize::from(pointer.grant)].superseded.contains(pointer.version) {
            self.break_rule(Rule::ThePointerNeverGoesBack);
        }
    }

    /// Notes the first broken rule.
    pub fn break_rule(&mut self, rule: Rule) {
        self.broken.get_or_insert(rule);
    }

    /// The grant that a tenant's credentials name.
    pub fn grant_of(&self, tenant: usize) -> Option<GrantId> {
        self.tenants[tenant].credential.map(|credential| credential.grant)
    }

    /// Whether any tenant uses the account at the provider: the mappings.
    pub fn is_used(&self) -> bool {
        self.tenants.iter().any(|tenant| tenant.credential.is_some())
    }

    /// Whether somebody still needs the youngest token of a grant: its integration, or a revocation.
    pub fn is_needed(&self, grant: GrantId) -> bool {
        let to_be_revoked = self.cleanups[usize::from(grant)].is_some_and(|cleanup| cleanup.revoke);
        to_be_revoked || (0..self.tenants.len()).any(|tenant| self.grant_of(tenant) == Some(grant))
    }

    /// Whether a version is in Secrets Manager or in a journal.
    pub fn is_durable(&self, grant: GrantId, version: Version) -> bool {
        let cleanup = self.cleanups[usize::from(grant)].and_then(|cleanup| cleanup.journal);
        let credential = self.tenants[TENANT].credential.filter(|credential| credential.grant == grant);
        let journals = [cleanup, credential.and_then(|credential| credential.journal)];
        self.secrets[usize::from(grant)].reads(version)
            || journals.into_iter().flatten().any(|journal| journal.version == version)
    }

    /// Whether a process that took this lease may still act, or a request of it may still arrive.
    pub fn may_still_act(&self, grant: GrantId, fence: Fence) -> bool {
        let late = self.late.is_some_and(|late| late.pointer.grant == grant && late.fence == fence);
        let mut holders = self.workers.iter().filter_map(Worker::holder);
        late || holders.any(|held| held.grant == grant && held.fence == fence)
    }

    /// The provider ends every grant of the account, as Google does.
    pub fn revoke_all(&mut self) {
        for grant in self.grants.iter_mut().filter(|grant| grant.issued > 0 && grant.end == End::Alive) {
            grant.ends(End::Revoked);
        }
    }
}

impl State {
    /// Forgets what nothing can refer to any more, so that states that differ in it only are one.
    pub fn forget(&mut self) {
        for index in 0..MOST_GRANTS {
            let Ok(grant) = GrantId::try_from(index) else { continue };
            if self.secrets[index].scheduled && !self.is_referred_to(grant) {
                self.secrets[index] = Secret::gone();
                self.grants[index] = Grant::default();
            }
        }
    }

    fn is_referred_to(&self, grant: GrantId) -> bool {
        let mut busy = self.workers.iter().filter_map(Worker::busy);
        let by_tenant = |it: &Tenant| {
            let flow = it.flow.is_some_and(|flow| flow.grant == grant);
            flow || it.credential.is_some_and(|it| it.grant == grant || it.pointer.grant == grant)
        };
        self.tenants.iter().any(by_tenant)
            || self.cleanups[usize::from(grant)].is_some()
            || busy.any(|busy| busy.held.grant == grant || busy.held.pointer.grant == grant)
            || self.late.is_some_and(|late| late.pointer.grant == grant)
    }
}
