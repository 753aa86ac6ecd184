use crate::stack::{Stack, code};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use chrono::TimeDelta;

/// A version's id of the right length.
fn token(name: &str) -> String {
    format!("{name:-<32}")
}

async fn with_secret() -> (Stack, Client) {
    let stack = Stack::start().await;
    let client = stack.secrets();
    let create = client.create_secret().name("aura/grant").client_request_token(token("one"));
    create.secret_string("first").send().await.unwrap();
    (stack, client)
}

async fn put(client: &Client, id: &str, value: &str) -> String {
    let put = client.put_secret_value().secret_id("aura/grant").client_request_token(token(id)).secret_string(value);
    match put.send().await {
        Ok(answer) => answer.version_id().unwrap().to_owned(),
        Err(error) => code::<(), _>(Err(error)),
    }
}

async fn value(client: &Client, version: Option<&str>, stage: Option<&str>) -> String {
    let get = client.get_secret_value().secret_id("aura/grant");
    match get.set_version_id(version.map(token)).set_version_stage(stage.map(str::to_owned)).send().await {
        Ok(answer) => answer.secret_string().unwrap().to_owned(),
        Err(error) => code::<(), _>(Err(error)),
    }
}

#[tokio::test]
async fn the_token_names_the_version() {
    let (_stack, client) = with_secret().await;
    assert_eq!(put(&client, "two", "second").await, token("two"));
    assert_eq!(value(&client, Some("two"), None).await, "second");
    assert_eq!(value(&client, Some("one"), None).await, "first");
}

#[tokio::test]
async fn a_repeated_put_is_no_change_and_succeeds() {
    let (_stack, client) = with_secret().await;
    put(&client, "two", "second").await;
    put(&client, "three", "third").await;
    assert_eq!(put(&client, "two", "second").await, token("two"));
    assert_eq!(value(&client, None, None).await, "third");
}

#[tokio::test]
async fn a_token_cannot_be_used_for_another_value() {
    let (_stack, client) = with_secret().await;
    assert_eq!(put(&client, "one", "other").await, "ResourceExistsException");
    assert_eq!(value(&client, None, None).await, "first");
}

#[tokio::test]
async fn a_put_moves_the_labels() {
    let (_stack, client) = with_secret().await;
    put(&client, "two", "second").await;
    put(&client, "three", "third").await;
    assert_eq!(value(&client, None, Some("AWSCURRENT")).await, "third");
    assert_eq!(value(&client, None, Some("AWSPREVIOUS")).await, "second");
    let described = client.describe_secret().secret_id("aura/grant").send().await.unwrap();
    let stages = described.version_ids_to_stages().unwrap();
    assert_eq!(stages[&token("three")], ["AWSCURRENT"]);
    assert_eq!(stages[&token("two")], ["AWSPREVIOUS"]);
    assert!(!stages.contains_key(&token("one")));
}

#[tokio::test]
async fn a_put_with_labels_of_its_own_leaves_the_current_one() {
    let (_stack, client) = with_secret().await;
    let put = client.put_secret_value().secret_id("aura/grant").secret_string("pending");
    put.version_stages("PENDING").send().await.unwrap();
    assert_eq!(value(&client, None, None).await, "first");
    assert_eq!(value(&client, None, Some("PENDING")).await, "pending");
}

#[tokio::test]
async fn a_version_and_a_label_must_agree() {
    let (_stack, client) = with_secret().await;
    put(&client, "two", "second").await;
    assert_eq!(value(&client, Some("two"), Some("AWSCURRENT")).await, "second");
    assert_eq!(value(&client, Some("one"), Some("AWSCURRENT")).await, "InvalidRequestException");
    assert_eq!(value(&client, Some("nine"), None).await, "ResourceNotFoundException");
    assert_eq!(value(&client, None, Some("NOWHERE")).await, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_secret_is_found_by_name_arn_and_partial_arn() {
    let (_stack, client) = with_secret().await;
    let arn = client.describe_secret().secret_id("aura/grant").send().await.unwrap().arn.unwrap();
    let (partial, tail) = arn.rsplit_once('-').unwrap();
    assert_eq!(partial, "arn:aws:secretsmanager:us-east-1:000000000000:secret:aura/grant");
    assert_eq!(tail.len(), 6);
    for id in ["aura/grant", arn.as_str(), partial] {
        let found = client.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!(found.name(), Some("aura/grant"));
    }
    assert_eq!(code(client.get_secret_value().secret_id("grant").send().await), "ResourceNotFoundException");
}

#[tokio::test]
async fn moving_a_label_is_a_compare_and_swap() {
    let (_stack, client) = with_secret().await;
    put(&client, "two", "second").await;
    let swap = |from: Option<&str>, to: Option<&str>| {
        client
            .update_secret_version_stage()
            .secret_id("aura/grant")
            .version_stage("AWSCURRENT")
            .set_remove_from_version_id(from.map(token))
            .set_move_to_version_id(to.map(token))
            .send()
    };
    assert_eq!(code(swap(None, Some("one")).await), "InvalidParameterException");
    assert_eq!(code(swap(Some("one"), Some("one")).await), "InvalidParameterException");
    assert_eq!(code(swap(Some("two"), None).await), "InvalidParameterException");
    assert_eq!(code(swap(Some("two"), Some("nine")).await), "ResourceNotFoundException");
    assert_eq!(value(&client, None, None).await, "second");
    swap(Some("two"), Some("one")).await.unwrap();
    assert_eq!(value(&client, None, None).await, "first");
    assert_eq!(value(&client, None, Some("AWSPREVIOUS")).await, "second");
}

#[tokio::test]
async fn versions_are_listed_with_their_labels_in_pages() {
    let (_stack, client) = with_secret().await;
    for id in ["two", "three", "four"] {
        put(&client, id, id).await;
    }
    let list = || client.list_secret_version_ids().secret_id("aura/grant");
    let labelled = list().send().await.unwrap();
    assert_eq!(labelled.versions().len(), 2);
    let mut pages = list().include_deprecated(true).max_results(3).into_paginator().send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().versions().len());
    }
    assert_eq!(sizes, [3, 1]);
}

#[tokio::test]
async fn a_value_holds_64_kibibytes_of_text_or_bytes() {
    let (_stack, client) = with_secret().await;
    let text = |size: usize| client.put_secret_value().secret_id("aura/grant").secret_string("x".repeat(size)).send();
    text(65_536).await.unwrap();
    assert_eq!(code(text(65_537).await), "ValidationException");
    let bytes =
        |size: usize| client.put_secret_value().secret_id("aura/grant").secret_binary(Blob::new(vec![7; size])).send();
    bytes(65_536).await.unwrap();
    assert_eq!(code(bytes(65_537).await), "ValidationException");
    let got = client.get_secret_value().secret_id("aura/grant").send().await.unwrap();
    assert_eq!(got.secret_binary().unwrap().as_ref(), vec![7; 65_536]);
}

#[tokio::test]
async fn writing_too_often_meets_the_version_quota_until_versions_are_a_day_old() {
    let (stack, client) = with_secret().await;
    for n in 1..100 {
        assert_eq!(put(&client, &format!("v{n}"), "x").await, token(&format!("v{n}")));
    }
    assert_eq!(put(&client, "late", "x").await, "LimitExceededException");
    stack.clock.forward(TimeDelta::hours(24));
    assert_eq!(put(&client, "late", "x").await, token("late"));
    assert_eq!(value(&client, Some("one"), None).await, "ResourceNotFoundException");
    assert_eq!(value(&client, None, Some("AWSPREVIOUS")).await, "x");
}

#[tokio::test]
async fn an_update_changes_the_description_and_the_value_apart() {
    let (_stack, client) = with_secret().await;
    let described = client.update_secret().secret_id("aura/grant").description("a grant").send().await.unwrap();
    assert_eq!(described.version_id(), None);
    assert_eq!(value(&client, None, None).await, "first");
    let update = client.update_secret().secret_id("aura/grant").client_request_token(token("two"));
    let updated = update.secret_string("second").send().await.unwrap();
    assert_eq!(updated.version_id(), Some(token("two").as_str()));
    assert_eq!(value(&client, None, None).await, "second");
    let secret = client.describe_secret().secret_id("aura/grant").send().await.unwrap();
    assert_eq!(secret.description(), Some("a grant"));
}
