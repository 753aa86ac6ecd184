//! Switches an account's plan, as the rest of Aura would with an event.

use crate::aws_error::said;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::AccountId;
use domain::plan::Plan;

/// Writes the plan into the account's item.
pub(crate) async fn write(
    dynamodb: &aws_sdk_dynamodb::Client,
    table: &str,
    account: &AccountId,
    plan: Plan,
) -> Result<(), String> {
    dynamodb
        .update_item()
        .table_name(table)
        .key("PK", AttributeValue::S(format!("ACCOUNT#{account}")))
        .key("SK", AttributeValue::S("META".to_owned()))
        .update_expression("SET #plan = :plan")
        .expression_attribute_names("#plan", "plan")
        .expression_attribute_values(":plan", AttributeValue::S(plan.as_str().to_owned()))
        .send()
        .await
        .map(drop)
        .map_err(|error| said(&error))
}
