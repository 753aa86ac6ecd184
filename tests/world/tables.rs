//! The table and the secrets as they are, for what no endpoint shows.

use super::World;
use serde_json::Value;

impl World {
    /// Every item of the table, as DynamoDB's JSON.
    pub(crate) async fn items(&self) -> Vec<Value> {
        let table = self.setup("list").vars.required("TABLE_NAME").expect("a name").to_owned();
        let database = self.stack.embedded().expect("the embedded AWS").dynamodb().database().clone();
        let scan = tokio::task::spawn_blocking(move || {
            let request = serde_json::from_value(serde_json::json!({ "TableName": table })).expect("a scan");
            serde_json::to_value(database.scan(request).expect("items")).expect("JSON")
        });
        let answer = scan.await.expect("a scan");
        answer["Items"].as_array().cloned().unwrap_or_default()
    }

    /// Items whose partition key begins so.
    pub(crate) async fn items_of(&self, partition: &str) -> Vec<Value> {
        let items = self.items().await;
        items.into_iter().filter(|item| item["PK"]["S"].as_str().is_some_and(|pk| pk.starts_with(partition))).collect()
    }

    /// Every secret with its value.
    pub(crate) fn secrets(&self) -> Vec<(String, String)> {
        let secrets = self.stack.embedded().expect("the embedded AWS").secrets().clone();
        let value = |name: String| secrets.value(&name).map(|value| (name, value));
        secrets.names().into_iter().filter_map(value).collect()
    }
}
