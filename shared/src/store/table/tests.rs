use super::{Conflict, StoreError, Table};
use crate::clients::fake::{Answer, FakeAws};
use crate::random::Random;
use serde_json::{Value, json};

/// How a transaction ends that is cancelled for these reasons, and how often it was tried.
async fn cancelled_for(codes: &[&str]) -> (Result<(), StoreError>, usize) {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code, "Message": "so it is" })).collect();
    let body = json!({ "__type": "TransactionCanceledException", "message": "", "CancellationReasons": reasons });
    let aws = FakeAws::answering(move |_| Answer::Json(400, body.clone()));
    let outcome = Table::new(aws.clients(), "a-table", Random::new()).transact(vec![]).await;
    (outcome, aws.calls().len())
}

#[tokio::test]
async fn a_failed_condition_is_named_and_not_tried_again() {
    let outcome = cancelled_for(&["None", "ConditionalCheckFailed", "TransactionConflict"]).await;
    assert_eq!(outcome, (Err(StoreError::Conflict(Conflict(vec![1]))), 1));
}

#[tokio::test]
async fn a_transaction_that_met_another_is_tried_eight_times() {
    let outcome = cancelled_for(&["None", "TransactionConflict"]).await;
    assert_eq!(outcome, (Err(StoreError::Unavailable("TransactionConflict".into())), 8));
}

#[tokio::test]
async fn an_action_that_can_never_be_carried_out_is_our_own_mistake() {
    let outcome = cancelled_for(&["None", "ValidationError"]).await;
    assert_eq!(outcome, (Err(StoreError::Ours("ValidationError: so it is".into())), 1));
}
