//! Bodies that nobody thought of.

use super::support::operated;
use crate::world::{Client, DEMO};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Handle;

/// Names of fields that some body has, so that more than the first check is reached.
const FIELDS: &str = "provider|resources|writeResource|intervalMinutes|flow|ticket|[a-zA-Z]{0,6}";

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![json!(5), json!(15), json!(60), json!("ada@example.com"), json!("google-calendar")]),
        any::<String>().prop_map(Value::from),
    ]
}

fn document() -> impl Strategy<Value = Value> {
    let value = leaf().prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(FIELDS, inner, 0..5).prop_map(|fields| fields.into_iter().collect()),
        ]
    });
    let object = btree_map(FIELDS, value.clone(), 0..4).prop_map(|fields| fields.into_iter().collect());
    prop_oneof![3 => object, 1 => value]
}

async fn understood(client: &Client, body: &Value) -> Result<(), TestCaseError> {
    for (method, path) in [
        ("POST", "/integrations"),
        ("PATCH", "/integrations/google-calendar/settings"),
        ("POST", "/oauth/complete"),
        ("POST", "/integrations/google-calendar/test"),
    ] {
        let answer = client.json(method, path, body, &[]).await;
        let status = answer.status;
        prop_assert!(status < 500, "{method} {path}: {answer:?}");
        if status != 200 {
            let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
            prop_assert!(!code.is_empty(), "{method} {path}: {answer:?}");
            answer.problem(status, &code);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn any_json_is_an_answer_or_a_problem_of_the_client() {
    let world = operated().await;
    let (admin, runtime) = (world.admin(DEMO), Handle::current());
    let others = world.items_of("ACCOUNT#other").await;
    let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let found =
        tokio::task::block_in_place(|| runner.run(&document(), |body| runtime.block_on(understood(&admin, &body))));
    if let Err(found) = found {
        panic!("{found}");
    }
    assert_eq!(world.items_of("ACCOUNT#other").await, others);
    let shown = admin.get("/integrations/google-calendar").await.ok();
    assert_eq!((&shown["status"], &shown["connected"]), (&json!("Active"), &json!(true)));
}
