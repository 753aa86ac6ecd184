//! Everything at one moment: the table, Secrets Manager, the provider, and what each process has in memory.

use crate::cleanup::Cleanup;
use crate::complete::Flow;
use crate::credential::{Credential, Fence, Pointer};
use crate::ids::{GrantId, IntegrationId, PerGrant, PerTenant, TenantId};
use crate::properties::Rule;
use crate::provider::{End, Grant};
use crate::removal::Removing;
use crate::vault::Secret;
use crate::versions::Version;
use crate::worker::Worker;

/// How many workers there are.
pub const WORKERS: usize = 3;

/// One tenant's integration of the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// The integration, if there is one.
    pub id: Option<IntegrationId>,
    /// How often it was disconnected.
    pub disconnects: u8,
    /// There was one that was deleted.
    pub was_deleted: bool,
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
    /// Refusals of Secrets Manager, and answers of the provider that do not come.
    pub faults: u8,
    /// Flows.
    pub connects: PerTenant<u8>,
    /// Disconnects and deletes.
    pub removals: PerTenant<u8>,
    /// Integrations created anew.
    pub creates: u8,
}

/// Everything at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The two tenants.
    pub tenants: PerTenant<Tenant>,
    /// What the provider knows.
    pub grants: PerGrant<Grant>,
    /// Secrets Manager.
    pub secrets: PerGrant<Secret>,
    /// What is left to destroy.
    pub cleanups: PerGrant<Option<Cleanup>>,
    /// Flows that ended without success, and whose secret is to be looked for.
    pub lost_flows: PerGrant<bool>,
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

impl Tenant {
    /// The grant in use.
    pub fn grant(&self) -> Option<GrantId> {
        self.credential.map(|credential| credential.grant)
    }
}

impl State {
    /// Nobody is there yet.
    pub fn empty(left: Bounds) -> Self {
        Self {
            tenants: PerTenant::default(),
            grants: PerGrant::default(),
            secrets: PerGrant::default(),
            cleanups: PerGrant::default(),
            lost_flows: PerGrant::default(),
            revoking: false,
            workers: [Worker::default(); WORKERS],
            late: None,
            next_grant: GrantId::default(),
            next_id: 0,
            left,
            broken: None,
        }
    }

    /// Gives a tenant an integration without a grant.
    pub fn create(&mut self, tenant: TenantId) {
        self.tenants[tenant] = Tenant { id: Some(self.next_id), flow: self.tenants[tenant].flow, ..Tenant::default() };
        self.next_id += 1;
    }

    /// Gives a tenant an integration with a grant.
    pub fn create_connected(&mut self, tenant: TenantId) {
        let (id, grant) = (self.next_id, self.next_grant);
        self.create(tenant);
        self.grants[grant] = Grant::exchanged(id);
        self.secrets[grant].create();
        self.tenants[tenant].credential = Some(Credential::new(id, grant, 1));
        self.next_grant = grant.next();
    }

    /// Moves the pointer of A's credentials.
    pub fn point(&mut self, pointer: Pointer) {
        let Some(credential) = self.tenants[TenantId::A].credential.as_mut() else { return };
        let former = std::mem::replace(&mut credential.pointer, pointer);
        if former == pointer {
            return;
        }
        self.grants[former.grant].superseded.insert(former.version);
        if self.grants[pointer.grant].superseded.contains(pointer.version) {
            self.breaks(Rule::ThePointerNeverGoesBack);
        }
    }

    /// Notes the first broken rule.
    pub fn breaks(&mut self, rule: Rule) {
        self.broken.get_or_insert(rule);
    }

    /// The grants in use.
    pub fn connected(&self) -> impl Iterator<Item = GrantId> {
        self.tenants.iter().filter_map(|(_, it)| it.grant())
    }

    /// Whether any tenant uses the account at the provider.
    pub fn is_used(&self) -> bool {
        self.connected().next().is_some()
    }

    /// Whether somebody still needs the youngest token of a grant: its integration, or a revocation.
    pub fn is_needed(&self, grant: GrantId) -> bool {
        let to_be_revoked = self.cleanups[grant].is_some_and(|cleanup| cleanup.revoke);
        to_be_revoked || self.connected().any(|other| other == grant)
    }

    /// Whether a version is in Secrets Manager or in a journal.
    pub fn is_durable(&self, grant: GrantId, version: Version) -> bool {
        let credential = self.tenants[TenantId::A].credential.filter(|credential| credential.grant == grant);
        let of_credential = credential.and_then(|credential| credential.journal);
        let of_cleanup = self.cleanups[grant].and_then(|cleanup| cleanup.journal);
        let mut journals = of_credential.into_iter().chain(of_cleanup);
        self.secrets[grant].reads(version) || journals.any(|journal| journal.version == version)
    }

    /// Whether a process that took this lease may still act, or a request of it may still arrive.
    pub fn may_still_act(&self, grant: GrantId, fence: Fence) -> bool {
        let late = self.late.is_some_and(|late| late.pointer.grant == grant && late.fence == fence);
        let mut holders = self.workers.iter().filter_map(Worker::holder);
        late || holders.any(|held| held.grant == grant && held.fence == fence)
    }

    /// The provider ends every grant of the account, as Google does.
    pub fn revoke_all(&mut self) {
        for grant in self.grants.values_mut().filter(|grant| grant.issued > 0 && grant.end == End::Alive) {
            grant.ends(End::Revoked);
        }
    }

    /// Forgets what nothing can refer to any more, so that states that differ in it only are one.
    pub fn forget(&mut self) {
        for grant in GrantId::all() {
            if self.secrets[grant].scheduled && !self.is_referred_to(grant) {
                self.secrets[grant] = Secret::gone();
                self.grants[grant] = Grant::default();
            }
        }
    }

    fn is_referred_to(&self, grant: GrantId) -> bool {
        let mut busy = self.workers.iter().filter_map(Worker::busy);
        let by_tenant = |it: &Tenant| {
            let by_pointer = it.credential.is_some_and(|it| it.grant == grant || it.pointer.grant == grant);
            by_pointer || it.flow.is_some_and(|flow| flow.grant == grant)
        };
        self.tenants.iter().any(|(_, it)| by_tenant(it))
            || self.cleanups[grant].is_some()
            || busy.any(|busy| busy.held.grant == grant || busy.held.pointer.grant == grant)
            || self.late.is_some_and(|late| late.pointer.grant == grant)
    }
}
