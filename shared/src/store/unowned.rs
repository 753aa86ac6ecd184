//! What a provider told, truly signed, and nobody could read so far as to say whose it is: kept word for word for as long
//! as such things may be (security-and-reliability.md §8.2), to be read by a later version.

use super::expression::{Item, number, put};
use super::table::{Page, Query, Range, StoreError, parse};
use super::{Store, keys};
use crate::digest::sha256_hex;
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ProviderSlug;
use serde::{Deserialize, Serialize};

/// So long it is kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);

/// Something that a provider told, and whose nobody knows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unowned {
    /// What it told, word for word: it may be people's data, so it has no `Debug`.
    pub texts: Vec<String>,
    /// When.
    #[serde(with = "ts_milliseconds")]
    pub told_at: DateTime<Utc>,
}

impl Unowned {
    fn name(&self) -> String {
        sha256_hex(self.texts.concat().as_bytes())
    }
}

impl Store {
    /// Keeps what a provider told. The same once more is the same.
    pub async fn keep_unowned(&self, provider: &ProviderSlug, texts: Vec<String>) -> Result<(), StoreError> {
        let unowned = Unowned { texts, told_at: self.now() };
        let mut item: Item = serde_dynamo::to_item(&unowned).map_err(StoreError::ours)?;
        item.extend(keys::unowned(provider, &unowned.name()).into_item());
        item.insert(keys::EXPIRES.into(), number((unowned.told_at + KEPT_FOR).timestamp()));
        self.table.transact(vec![put(self.table.name(), item, None)?]).await
    }

    /// A page of what is kept of a provider.
    pub async fn unowned(
        &self,
        provider: &ProviderSlug,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<Unowned>, StoreError> {
        let query = Query::of(keys::unowned_partition(provider), Range::All);
        let page = self.table.query(Query { limit: Some(limit as i32), after, ..query }).await?;
        let now = self.now();
        let kept = page.items.into_iter().map(parse::<Unowned>);
        let kept = kept.filter(|kept| kept.as_ref().map_or(true, |kept| kept.told_at + KEPT_FOR > now));
        Ok(Page { items: kept.collect::<Result<_, _>>()?, next: page.next })
    }

    /// It was read.
    pub async fn forget_unowned(&self, provider: &ProviderSlug, unowned: &Unowned) -> Result<(), StoreError> {
        self.table.delete(keys::unowned(provider, &unowned.name())).await
    }
}
