use crate::stack::{Stack, code};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, Tag};
use chrono::TimeDelta;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn with_secret() -> (Stack, Client) {
    let stack = Stack::start().await;
    let client = stack.secrets();
    create(&client, "first").await;
    (stack, client)
}

/// The error's code, or `no error`.
async fn create(client: &Client, value: &str) -> String {
    let create = client.create_secret().name("aura/grant").client_request_token(TOKEN).secret_string(value);
    code(create.send().await)
}

#[tokio::test]
async fn a_repeated_create_succeeds_and_another_is_refused() {
    let (_stack, client) = with_secret().await;
    assert_eq!(create(&client, "first").await, "no error");
    assert_eq!(create(&client, "other").await, "ResourceExistsException");
    let another = client.create_secret().name("aura/grant").secret_string("first").send().await;
    assert_eq!(code(another), "ResourceExistsException");
}

#[tokio::test]
async fn names_and_tokens_are_checked() {
    let (_stack, client) = with_secret().await;
    for name in ["", "a b", "a!", "ä", &"x".repeat(513)] {
        let made = client.create_secret().name(name).secret_string("x").send().await;
        assert_eq!(code(made), "ValidationException", "{name:?}");
    }
    client.create_secret().name("aA0/_+=.@-").secret_string("x").send().await.unwrap();
    let short = client.create_secret().name("b").client_request_token("short").secret_string("x").send().await;
    assert_eq!(code(short), "InvalidParameterException");
}

#[tokio::test]
async fn a_secret_without_a_value_has_none_to_get() {
    let (_stack, client) = with_secret().await;
    let made = client.create_secret().name("empty").send().await.unwrap();
    assert_eq!(made.version_id(), None);
    assert_eq!(code(client.get_secret_value().secret_id("empty").send().await), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_name_in_deletion_is_neither_readable_nor_reusable() {
    let (stack, client) = with_secret().await;
    let deleted = client.delete_secret().secret_id("aura/grant").recovery_window_in_days(7).send().await.unwrap();
    let end = stack.clock.now() + TimeDelta::days(7);
    assert_eq!(deleted.deletion_date().unwrap().secs(), end.timestamp());
    assert_eq!(code(client.get_secret_value().secret_id("aura/grant").send().await), "InvalidRequestException");
    let put = client.put_secret_value().secret_id("aura/grant").secret_string("x").send().await;
    assert_eq!(code(put), "InvalidRequestException");
    assert_eq!(create(&client, "first").await, "InvalidRequestException");
    assert_eq!(code(client.delete_secret().secret_id("aura/grant").send().await), "InvalidRequestException");
    let described = client.describe_secret().secret_id("aura/grant").send().await.unwrap();
    assert_eq!(described.deleted_date().unwrap().secs(), stack.clock.now().timestamp());
    assert_eq!(stack.aws.secrets().value("aura/grant"), None);
}

#[tokio::test]
async fn a_name_is_free_again_after_its_window() {
    let (stack, client) = with_secret().await;
    client.delete_secret().secret_id("aura/grant").recovery_window_in_days(7).send().await.unwrap();
    stack.clock.forward(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert_eq!(create(&client, "first").await, "InvalidRequestException");
    stack.clock.forward(TimeDelta::seconds(1));
    assert_eq!(code(client.describe_secret().secret_id("aura/grant").send().await), "ResourceNotFoundException");
    assert_eq!(create(&client, "second").await, "no error");
}

#[tokio::test]
async fn the_window_is_7_to_30_days_and_30_by_default() {
    let (stack, client) = with_secret().await;
    for days in [6, 31] {
        let refused = client.delete_secret().secret_id("aura/grant").recovery_window_in_days(days).send().await;
        assert_eq!(code(refused), "InvalidParameterException");
    }
    let deleted = client.delete_secret().secret_id("aura/grant").send().await.unwrap();
    assert_eq!(deleted.deletion_date().unwrap().secs(), (stack.clock.now() + TimeDelta::days(30)).timestamp());
}

#[tokio::test]
async fn a_deleted_secret_can_be_restored() {
    let (stack, client) = with_secret().await;
    client.delete_secret().secret_id("aura/grant").send().await.unwrap();
    client.restore_secret().secret_id("aura/grant").send().await.unwrap();
    stack.clock.forward(TimeDelta::days(31));
    let got = client.get_secret_value().secret_id("aura/grant").send().await.unwrap();
    assert_eq!(got.secret_string(), Some("first"));
}

#[tokio::test]
async fn forced_deletion_is_immediate_and_forgives_what_is_missing() {
    let (_stack, client) = with_secret().await;
    let force = |id: &str| client.delete_secret().secret_id(id).force_delete_without_recovery(true);
    let both = force("aura/grant").recovery_window_in_days(7).send().await;
    assert_eq!(code(both), "InvalidParameterException");
    force("aura/grant").send().await.unwrap();
    assert_eq!(code(client.describe_secret().secret_id("aura/grant").send().await), "ResourceNotFoundException");
    force("aura/grant").send().await.unwrap();
    assert_eq!(create(&client, "second").await, "no error");
}

#[tokio::test]
async fn secrets_are_listed_in_pages_without_those_in_deletion() {
    let (_stack, client) = with_secret().await;
    for name in ["b", "c", "d"] {
        client.create_secret().name(name).secret_string("x").send().await.unwrap();
    }
    client.delete_secret().secret_id("c").send().await.unwrap();
    let mut pages = client.list_secrets().max_results(2).into_paginator().send();
    let mut names: Vec<Vec<String>> = Vec::new();
    while let Some(page) = pages.next().await {
        names.push(page.unwrap().secret_list().iter().map(|secret| secret.name().unwrap().to_owned()).collect());
    }
    assert_eq!(names, [vec!["aura/grant".to_owned(), "b".to_owned()], vec!["d".to_owned()]]);
    let filter = Filter::builder().key(FilterNameStringType::Name).values("aura/").build();
    let filtered = client.list_secrets().filters(filter).send().await.unwrap();
    assert_eq!(filtered.secret_list().len(), 1);
    let all = client.list_secrets().include_planned_deletion(true).send().await.unwrap();
    assert_eq!(all.secret_list().len(), 4);
    assert_eq!(code(client.list_secrets().next_token("?").send().await), "InvalidNextTokenException");
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let (_stack, client) = with_secret().await;
    let tag = Tag::builder().key("account").value("a1").build();
    client.tag_resource().secret_id("aura/grant").tags(tag.clone()).send().await.unwrap();
    let described = || client.describe_secret().secret_id("aura/grant").send();
    assert_eq!(described().await.unwrap().tags(), [tag]);
    client.untag_resource().secret_id("aura/grant").tag_keys("account").send().await.unwrap();
    assert!(described().await.unwrap().tags().is_empty());
}

#[tokio::test]
async fn the_host_can_seed_and_change_secrets() {
    let stack = Stack::start().await;
    let secrets = stack.aws.secrets();
    assert!(secrets.ensure("keys", "one").unwrap());
    assert!(!secrets.ensure("keys", "two").unwrap());
    assert_eq!(secrets.value("keys").as_deref(), Some("one"));
    secrets.put("keys", "two").unwrap();
    secrets.put("keys", "two").unwrap();
    assert_eq!(secrets.value("keys").as_deref(), Some("two"));
    let versions = stack.secrets().list_secret_version_ids().secret_id("keys").send().await.unwrap();
    assert_eq!(versions.versions().len(), 2);
}
