//! The table and the secrets as they are, for what no endpoint shows.

use super::World;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

impl World {
    /// Every item of the table, as DynamoDB's JSON.
    pub(crate) async fn items(&self) -> Vec<Value> {
        let table = self.setup("list").vars.required("TABLE_NAME").expect("a name").to_owned();
        let database = self.stack.embedded().expect("the embedded AWS").dynamodb().database().clone();
        let scan = tokio::task::spawn_blocking(move || {
            let (mut items, mut request) = (Vec::new(), serde_json::json!({ "TableName": table }));
            loop {
                // A page ends at a megabyte.
                let page = database.scan(serde_json::from_value(request.clone()).expect("a scan")).expect("items");
                let page = serde_json::to_value(page).expect("JSON");
                items.extend(page["Items"].as_array().cloned().unwrap_or_default());
                match page.get("LastEvaluatedKey").filter(|key| key.is_object()) {
                    Some(next) => request["ExclusiveStartKey"] = next.clone(),
                    None => return items,
                }
            }
        });
        scan.await.expect("a scan")
    }

    /// Items whose partition key begins so.
    pub(crate) async fn items_of(&self, partition: &str) -> Vec<Value> {
        let items = self.items().await;
        items.into_iter().filter(|item| item["PK"]["S"].as_str().is_some_and(|pk| pk.starts_with(partition))).collect()
    }

    /// Writes a text into an attribute of the item, past every rule.
    pub(crate) async fn alter(&self, item: &Value, attribute: &str, value: &str) {
        let setup = self.setup_of_owner("oauth-complete");
        let clients = shared::clients::Clients::new(&setup).expect("clients");
        let key = |name: &str| AttributeValue::S(item[name]["S"].as_str().expect("a key").to_owned());
        let update = clients.dynamodb().update_item();
        let update = update.table_name(setup.vars.required("TABLE_NAME").expect("a name"));
        let update = update.key("PK", key("PK")).key("SK", key("SK")).update_expression("SET #name = :value");
        let update = update.expression_attribute_names("#name", attribute);
        let update = update.expression_attribute_values(":value", AttributeValue::S(value.to_owned()));
        update.send().await.expect("the table");
    }

    /// Removes attributes of an item, as a fault of ours could.
    pub(crate) async fn lose(&self, item: &Value, attributes: &str) {
        let setup = self.setup_of_owner("oauth-complete");
        let clients = shared::clients::Clients::new(&setup).expect("clients");
        let key = |name: &str| AttributeValue::S(item[name]["S"].as_str().expect("a key").to_owned());
        let update = clients.dynamodb().update_item().key("PK", key("PK")).key("SK", key("SK"));
        let update = update.table_name(setup.vars.required("TABLE_NAME").expect("a name"));
        update.update_expression(format!("REMOVE {attributes}")).send().await.expect("the table");
    }

    /// Every secret with its value.
    pub(crate) fn secrets(&self) -> Vec<(String, String)> {
        let secrets = self.stack.embedded().expect("the embedded AWS").secrets().clone();
        let value = |name: String| secrets.value(&name).map(|value| (name, value));
        secrets.names().into_iter().filter_map(value).collect()
    }
}
