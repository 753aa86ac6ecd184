//! Switches an account's plan as the rest of Aura would: by an event, through the function that listens.

use crate::aws_error::said;
use crate::runner::{Instances, failed_messages, queue_event};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::Message;
use domain::ids::AccountId;
use domain::plan::Plan;
use serde_json::json;
use uuid::Uuid;

/// The function that listens.
const LISTENER: &str = "account-events";

/// Tells the listener that the account has this plan now. The version is the one the account has already: it is taken
/// over once more, and whoever sends real events afterwards need not know of it.
pub(crate) async fn tell(
    dynamodb: &aws_sdk_dynamodb::Client,
    instances: &Instances,
    table: &str,
    account: &AccountId,
    plan: Plan,
) -> Result<(), String> {
    let version = version(dynamodb, table, account).await?;
    let detail = json!({ "account": account, "plan": plan, "version": version });
    let envelope = json!({ "source": "aura.local", "detail-type": "billing.subscription.changed", "detail": detail });
    let message = Message::builder().message_id("plan").body(envelope.to_string()).build();
    let event = queue_event(&[message], "", "");
    let answer = instances.invoke(LISTENER, event, Uuid::now_v7().to_string()).await;
    match answer {
        Ok(answer) if failed_messages(&answer, &["plan"]).is_empty() => Ok(()),
        Ok(_) => Err("the event was not taken; the terminal says why".into()),
        Err(error) => Err(error.to_string()),
    }
}

async fn version(dynamodb: &aws_sdk_dynamodb::Client, table: &str, account: &AccountId) -> Result<u64, String> {
    let request = dynamodb
        .get_item()
        .table_name(table)
        .key("PK", AttributeValue::S(format!("ACCOUNT#{account}")))
        .key("SK", AttributeValue::S("META".to_owned()))
        .consistent_read(true);
    let item = request.send().await.map_err(|error| said(&error))?.item.unwrap_or_default();
    let version = item.get("plan_version").and_then(|version| version.as_n().ok()?.parse().ok());
    Ok(version.unwrap_or_default())
}
