//! The account's own item: plan, count and configuration.

use super::expression::{Update, When, any, number, text};
use super::keys;
use super::table::{Query, Range, StoreError, parse};
use super::{Integration, Store};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{AccountId, ProviderSlug};
use domain::plan::Plan;
use serde::Deserialize;
use std::collections::BTreeSet;

const PLAN_VERSION: &str = "plan_version";
const CONFIGURATION_VERSION: &str = "configuration_version";

/// What the rest of Aura says of an account. Each part has a version of its own; an older one changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountNews {
    /// Its plan.
    Plan {
        /// The plan.
        plan: Plan,
        /// A limit of this account alone, in place of the plan's; -1 = unlimited.
        limit: Option<i64>,
    },
    /// Which providers it does not see.
    Configuration {
        /// Their slugs.
        hidden: BTreeSet<ProviderSlug>,
    },
}

/// An account as this product knows it. One that was never seen has the defaults.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Account {
    #[serde(default)]
    plan: Option<String>,
    /// The version of what was said of the plan.
    #[serde(default)]
    plan_version: Option<u64>,
    /// The version of what was said of its configuration.
    #[serde(default)]
    configuration_version: Option<u64>,
    /// Integrations that exist, whatever their status.
    #[serde(default)]
    pub count: i64,
    /// A limit of this account alone, in place of the plan's.
    #[serde(default)]
    pub limit_override: Option<i64>,
    /// Providers that are hidden from this account.
    #[serde(default)]
    pub hidden: BTreeSet<String>,
}

impl Account {
    /// The plan; an unknown one counts as the smallest.
    pub fn plan(&self) -> Plan {
        self.plan.as_deref().and_then(Plan::parse).unwrap_or_default()
    }

    /// Most integrations; -1 = unlimited.
    pub fn limit(&self) -> i64 {
        self.limit_override.unwrap_or_else(|| self.plan().allowance().integrations)
    }

    /// Whether one more integration is within the limit.
    pub fn has_room(&self) -> bool {
        self.limit() < 0 || self.count < self.limit()
    }

    /// That it is still what was read, and has room for one more.
    pub(super) fn still_has_room(&self) -> When {
        let mut all =
            vec![same(PLAN_VERSION, self.plan_version), same(CONFIGURATION_VERSION, self.configuration_version)];
        match self.limit() {
            ..0 => {}
            0 => all.push(When::Below("count", number(0))),
            limit => all.push(When::Any(vec![When::Absent("count"), When::Below("count", number(limit))])),
        }
        When::All(all)
    }

    /// Whether a new integration of this provider may be created.
    pub fn offers(&self, provider: &ProviderSlug) -> bool {
        !self.hidden.contains(provider.as_str())
    }
}

fn same(part: &'static str, version: Option<u64>) -> When {
    version.map_or(When::Absent(part), |version| When::Equals(part, number(version)))
}

impl Store {
    /// Takes over what is said of an account; `false` when something newer was said of the same part. The same news
    /// again is taken over again.
    pub async fn account_news(
        &self,
        account: &AccountId,
        version: u64,
        news: &AccountNews,
    ) -> Result<bool, StoreError> {
        let item = Update::of(keys::account(account));
        let (update, part) = match news {
            AccountNews::Plan { plan, limit } => {
                let update = item.set("plan", text(plan.as_str())).set_or_remove("limit_override", limit.map(number));
                (update, PLAN_VERSION)
            }
            AccountNews::Configuration { hidden } => (item.set("hidden", any(hidden)?), CONFIGURATION_VERSION),
        };
        let newer = When::Any(vec![
            When::Absent(part),
            When::Below(part, number(version)),
            When::Equals(part, number(version)),
        ]);
        let update = update.set(part, number(version)).when(newer);
        match self.table.transact(vec![update.into_write(self.table.name())?]).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads the account.
    pub async fn account(&self, account: &AccountId) -> Result<Account, StoreError> {
        Ok(self.table.get(keys::account(account)).await?.unwrap_or_default())
    }

    /// The account and all its integrations, by one query.
    pub async fn catalogue(&self, account: &AccountId) -> Result<(Account, Vec<Integration>), StoreError> {
        let mut found = (Account::default(), Vec::new());
        let mut after = None;
        loop {
            let query = Query { after, ..Query::of(keys::account_partition(account), Range::All) };
            let page = self.table.query(query).await?;
            for item in page.items {
                let sort = item.get(keys::SK).and_then(|sk| AttributeValue::as_s(sk).ok()).cloned().unwrap_or_default();
                if sort == keys::META {
                    found.0 = parse(item)?;
                } else if sort.starts_with(keys::INTEGRATION) {
                    found.1.push(parse(item)?);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }
}
