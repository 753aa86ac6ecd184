//! Who gets what a provider tells of an owner of forms: one item for each account that was seen to have access to it.

use super::expression::{Item, When, any, delete, number, put};
use super::table::{Range, StoreError};
use super::{Store, keys};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, IntegrationId, ProviderSlug};
use domain::lead::Owner;
use serde::{Deserialize, Serialize};

/// An account that gets an owner's leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The tenant.
    pub account: AccountId,
    /// The integration; another one by now makes it void.
    pub id: IntegrationId,
    /// The subscription that it was made with: another one's route is not ended by it.
    pub stamp: String,
    /// Until when its access counts, unless it is seen again.
    #[serde(with = "ts_milliseconds")]
    pub until: DateTime<Utc>,
}

impl Store {
    /// Notes that the integration was seen to have access to the owner.
    pub async fn put_route(&self, provider: &ProviderSlug, owner: &Owner, route: &Route) -> Result<(), StoreError> {
        let mut item: Item = serde_dynamo::to_item(route).map_err(StoreError::ours)?;
        item.extend(keys::external_owner(provider, owner, &route.account).into_item());
        item.insert(keys::EXPIRES.into(), number(route.until.timestamp()));
        self.table.transact(vec![put(self.table.name(), item, None)?]).await
    }

    /// Whoever has access to the owner now.
    pub async fn routes(&self, provider: &ProviderSlug, owner: &Owner) -> Result<Vec<Route>, StoreError> {
        let partition = keys::external_owner_partition(provider, owner);
        let mut routes: Vec<Route> =
            self.table.query_all(None, &partition, || Range::Prefix(keys::ACCOUNT.into())).await?;
        let now = self.now();
        routes.retain(|route| route.until > now);
        Ok(routes)
    }

    /// The account's own route to the owner, if it counts now.
    pub async fn route(
        &self,
        provider: &ProviderSlug,
        owner: &Owner,
        account: &AccountId,
    ) -> Result<Option<Route>, StoreError> {
        let route: Option<Route> = self.table.get(keys::external_owner(provider, owner, account)).await?;
        Ok(route.filter(|route| route.until > self.now()))
    }

    /// Ends a route, and none that another subscription or integration of the account has made since.
    pub async fn forget_route(&self, provider: &ProviderSlug, owner: &Owner, route: &Route) -> Result<(), StoreError> {
        let key = keys::external_owner(provider, owner, &route.account);
        let own = When::All(vec![When::Equals("id", any(&route.id)?), When::Equals("stamp", any(&route.stamp)?)]);
        match self.table.transact(vec![delete(self.table.name(), key, Some(own))?]).await {
            Err(error) if error.is_conflict() => Ok(()),
            outcome => outcome,
        }
    }
}
