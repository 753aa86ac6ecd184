//! What things are numbered by, and tables that are read by these numbers.

use std::fmt;
use std::ops::{Index, IndexMut};

/// An integration's id; never used again.
pub type IntegrationId = u8;

/// Most grants in the model.
const MOST_GRANTS: usize = 4;

/// A grant, numbered in the order in which flows claimed them.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantId(u8);

impl fmt::Debug for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "grant {}", self.0)
    }
}

impl GrantId {
    /// Every grant.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).map(Self).take(MOST_GRANTS)
    }

    /// Whether there is room for it.
    pub fn exists(self) -> bool {
        usize::from(self.0) < MOST_GRANTS
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// One of the two tenants. Both use the same account at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TenantId {
    /// The one whose credentials the workers refresh.
    A,
    /// The other one.
    B,
}

impl TenantId {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A, Self::B];
}

/// Something of each grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PerGrant<T>([T; MOST_GRANTS]);

/// Something of each tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PerTenant<T>([T; TenantId::ALL.len()]);

impl<T> PerGrant<T> {
    /// Each grant with its own.
    pub fn iter(&self) -> impl Iterator<Item = (GrantId, &T)> {
        GrantId::all().zip(&self.0)
    }

    /// Each grant's, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }
}

impl<T> PerTenant<T> {
    /// Of A and of B.
    pub fn of(a: T, b: T) -> Self {
        Self([a, b])
    }

    /// Each tenant with its own.
    pub fn iter(&self) -> impl Iterator<Item = (TenantId, &T)> {
        TenantId::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<GrantId> for PerGrant<T> {
    type Output = T;

    fn index(&self, grant: GrantId) -> &T {
        &self.0[usize::from(grant.0)]
    }
}

impl<T> IndexMut<GrantId> for PerGrant<T> {
    fn index_mut(&mut self, grant: GrantId) -> &mut T {
        &mut self.0[usize::from(grant.0)]
    }
}

impl<T> Index<TenantId> for PerTenant<T> {
    type Output = T;

    fn index(&self, tenant: TenantId) -> &T {
        &self.0[tenant as usize]
    }
}

impl<T> IndexMut<TenantId> for PerTenant<T> {
    fn index_mut(&mut self, tenant: TenantId) -> &mut T {
        &mut self.0[tenant as usize]
    }
}
