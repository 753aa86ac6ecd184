//! Tables.

use crate::aws_error::said;
use crate::options::StartError;
use crate::template::{Index, Key, Table};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification,
};
use std::collections::BTreeSet;

/// Makes the table, or sees to it that the one that exists has the template's indexes.
pub(super) async fn ensure(dynamodb: &Client, table: &Table) -> Result<(), StartError> {
    let failed = |why: String| StartError::Provision { what: format!("the table {}", table.name), why };
    let request = dynamodb
        .create_table()
        .table_name(&table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes(table).map_err(|error| failed(error.to_string()))?))
        .set_key_schema(Some(key(&table.key).map_err(|error| failed(error.to_string()))?))
        .set_global_secondary_indexes(indexes(table).map_err(|error| failed(error.to_string()))?);
    match request.send().await {
        Ok(_) => expire(dynamodb, table).await.map_err(failed),
        Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_in_use_exception()) => {
            if same_indexes(dynamodb, table).await.map_err(failed)? {
                Ok(())
            } else {
                Err(StartError::OldTable(table.name.clone()))
            }
        }
        Err(error) => Err(failed(said(&error))),
    }
}

async fn expire(dynamodb: &Client, table: &Table) -> Result<(), String> {
    let Some(attribute) = &table.ttl else { return Ok(()) };
    let specification = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build();
    let specification = specification.map_err(|error| error.to_string())?;
    let updated =
        dynamodb.update_time_to_live().table_name(&table.name).time_to_live_specification(specification).send().await;
    updated.map(drop).map_err(|error| said(&error))
}

async fn same_indexes(dynamodb: &Client, table: &Table) -> Result<bool, String> {
    let described = dynamodb.describe_table().table_name(&table.name).send().await;
    let described = described.map_err(|error| said(&error))?;
    let existing = described.table.as_ref().map(|it| it.global_secondary_indexes()).unwrap_or_default();
    let existing: BTreeSet<&str> = existing.iter().filter_map(|index| index.index_name()).collect();
    Ok(existing == table.indexes.iter().map(|index| index.name.as_str()).collect())
}

fn attributes(table: &Table) -> Result<Vec<AttributeDefinition>, BuildError> {
    let definition = |(name, kind): (&String, &String)| {
        let kind = ScalarAttributeType::from(kind.as_str());
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
    };
    table.attributes.iter().map(definition).collect()
}

fn key(key: &Key) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |name: &String, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let range = key.range.iter().map(|name| element(name, KeyType::Range));
    std::iter::once(element(&key.hash, KeyType::Hash)).chain(range).collect()
}

/// None rather than an empty list, which DynamoDB refuses.
fn indexes(table: &Table) -> Result<Option<Vec<GlobalSecondaryIndex>>, BuildError> {
    let indexes: Vec<_> = table.indexes.iter().map(index).collect::<Result<_, _>>()?;
    Ok((!indexes.is_empty()).then_some(indexes))
}

fn index(index: &Index) -> Result<GlobalSecondaryIndex, BuildError> {
    let include = (!index.include.is_empty()).then(|| index.include.clone());
    let projection = Projection::builder()
        .projection_type(ProjectionType::from(index.projection.as_str()))
        .set_non_key_attributes(include)
        .build();
    GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key(&index.key)?))
        .projection(projection)
        .build()
}
