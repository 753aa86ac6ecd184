//! What reads or deletes whole partitions: counting an index, erasing what a deleted id or dataset left.

use super::{CONFLICT_TRIES, Query, Range, StoreError, Table, unavailable};
use crate::store::expression::Item;
use crate::store::keys::{Index, Key, PK, SK};
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, Select, WriteRequest};

/// So many items of a partition are erased between two looks at the clock.
const MOST_ERASED: i32 = 500;

/// Most items of one `BatchWriteItem`.
const BATCH: usize = 25;

impl Table {
    /// How many entries of an index partition have this value.
    pub(in crate::store) async fn count(
        &self,
        index: &Index,
        partition: String,
        attribute: &str,
        value: AttributeValue,
    ) -> Result<u64, StoreError> {
        let (mut count, mut after) = (0_u64, None);
        loop {
            let request = self.clients.dynamodb().query().table_name(&self.name).index_name(index.name);
            let answer = request
                .select(Select::Count)
                .key_condition_expression("#pk = :pk")
                .filter_expression("#attribute = :value")
                .expression_attribute_names("#pk", index.pk)
                .expression_attribute_names("#attribute", attribute)
                .expression_attribute_values(":pk", AttributeValue::S(partition.clone()))
                .expression_attribute_values(":value", value.clone())
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(|error| unavailable(&error))?;
            count += u64::try_from(answer.count).unwrap_or_default();
            after = answer.last_evaluated_key;
            if after.is_none() {
                return Ok(count);
            }
        }
    }

    /// Deletes up to one page of a partition's items, whatever they are; answers whether nothing is left. Only for a
    /// partition of a deleted id or dataset, to which nobody writes any more.
    pub(in crate::store) async fn erase_some(&self, partition: &str) -> Result<bool, StoreError> {
        let query = Query { limit: Some(MOST_ERASED), ..Query::of(partition.to_owned(), Range::All) };
        let page = self.query(query).await?;
        self.delete_all(page.items.into_iter().map(only_key).collect()).await?;
        Ok(page.next.is_none())
    }

    /// Deletes these items.
    pub(in crate::store) async fn erase(&self, keys: Vec<Key>) -> Result<(), StoreError> {
        self.delete_all(keys.into_iter().map(Key::into_item).collect()).await
    }

    async fn delete_all(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        for chunk in keys.chunks(BATCH) {
            self.batch_delete(chunk.to_vec()).await?;
        }
        Ok(())
    }

    async fn batch_delete(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        let mut open = keys.into_iter().map(delete_request).collect::<Result<Vec<_>, _>>()?;
        for attempt in 1..=CONFLICT_TRIES {
            let request = self.clients.dynamodb().batch_write_item().request_items(&self.name, open);
            let answer = request.send().await.map_err(|error| unavailable(&error))?;
            open = answer.unprocessed_items.unwrap_or_default().remove(&self.name).unwrap_or_default();
            if open.is_empty() {
                return Ok(());
            }
            self.pause(attempt).await;
        }
        Err(StoreError::Unavailable("UnprocessedItems".into()))
    }
}

fn only_key(mut item: Item) -> Item {
    item.retain(|name, _| [PK, SK].contains(&name.as_str()));
    item
}

fn delete_request(key: Item) -> Result<WriteRequest, StoreError> {
    let delete = DeleteRequest::builder().set_key(Some(key)).build().map_err(StoreError::ours)?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}
