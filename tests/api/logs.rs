//! One line for each outcome, and causes in the log only.

use super::support::{all, count, meta, operated};
use crate::world::{Call, DEMO, Fault, Faults, GOOGLE, Plan, World};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::Arc;

/// The lines about one request.
fn lines_of(world: &World, request_id: &str) -> Vec<Value> {
    let lines = world.lines.all().into_iter().map(|line| serde_json::from_str(&line).expect("a line is JSON"));
    lines.filter(|line: &Value| line["request_id"] == request_id).collect()
}

async fn faulty() -> (World, Faults) {
    let faults = Faults::default();
    let world = World::of(Plan { by_hand: true, wires: faults.wires(), ..Plan::default() }).await;
    (world, faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_is_one_line_with_its_request_function_and_time() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    let before = world.lines.all().len();
    admin.get("/integrations").await.ok();
    admin.patch("/integrations/google-calendar/settings", &json!({ "intervalMinutes": 60 })).await.ok();
    let refused = admin.get("/integrations/hubspot").await.problem(404, "not_found");
    let viewer = world.viewer(DEMO).get("/integrations/google-calendar").await.problem(403, "unauthorized_access");
    world.stranger(None).get("/").await;
    world.stranger(None).get("/oauth/callback/google-calendar?state=s&code=c").await;
    let lines: Vec<Value> =
        world.lines.all()[before..].iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let told: Vec<(&str, &str, u64)> = lines
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_else(|| panic!("{name}: {line}"));
            assert!(line["dur_ms"].is_u64(), "{line}");
            assert!(!text("request_id").is_empty() && text("fn") == text("op") && text("ts").ends_with('Z'), "{line}");
            assert_eq!(text("level"), "info", "{line}");
            (text("op"), text("outcome"), line["status"].as_u64().expect("a status"))
        })
        .collect();
    let expected = [
        ("list", "ok", 200),
        ("settings", "ok", 200),
        ("get", "not_found", 404),
        ("get", "unauthorized_access", 403),
        ("console", "ok", 200),
        ("oauth-callback", "unknown_state", 303),
    ];
    assert_eq!(told, expected);
    assert_eq!(lines[0]["account_id"], DEMO);
    assert_eq!(lines[2]["request_id"], refused["request_id"]);
    assert_eq!(lines[3]["request_id"], viewer["request_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_and_a_schedule_tell_their_outcome_in_one_line() {
    let world = operated().await;
    let before = world.lines.all().len();
    world.admin(DEMO).post("/integrations/google-calendar/sync", &json!({})).await.ok();
    world.work(DEMO, TimeDelta::minutes(5)).await;
    world.invoke("relay", json!({}), TimeDelta::seconds(55)).await;
    world.invoke("schedule-sync", json!({}), TimeDelta::seconds(55)).await;
    for op in ["sync", "sync-worker", "relay", "schedule-sync"] {
        let lines: Vec<Value> =
            world.lines.all()[before..].iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let of_op: Vec<&Value> = lines.iter().filter(|line| line["op"] == op).collect();
        assert_eq!(of_op.len(), 1, "{op}: {of_op:?}");
        for field in ["ts", "level", "fn", "request_id", "outcome", "dur_ms"] {
            assert!(!of_op[0][field].is_null(), "{field}: {:?}", of_op[0]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cause_of_a_failure_of_ours_is_in_the_log_and_not_in_the_answer() {
    let (world, faults) = faulty().await;
    let admin = world.admin(DEMO);
    for (code, status, name) in [
        ("AccessDeniedException", 500, "internal"),
        ("ValidationException", 500, "internal"),
        ("ItemCollectionSizeLimitExceededException", 503, "unavailable"),
    ] {
        faults.next(|call| call.is("Query"), Fault::Refuse(400, code));
        let answer = admin.get("/integrations").await;
        assert!(!answer.text.contains(code) && !answer.text.contains("refused by the test"), "{answer:?}");
        assert!(!answer.text.contains("aura-"), "{answer:?}");
        let problem = answer.problem(status, name);
        let lines = lines_of(&world, problem["request_id"].as_str().expect("an id"));
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!((&lines[0]["level"], &lines[0]["outcome"]), (&json!("error"), &json!(name)));
        assert!(lines[0]["cause"].as_str().is_some_and(|cause| cause.contains(code)), "{lines:?}");
    }
}

/// A cancelled transaction as DynamoDB tells it, its first action meeting another transaction or the table's limit.
fn cancelled(reason: &'static str) -> Fault {
    Fault::Reply(Arc::new(move |call: &Call| {
        let actions = call.body["TransactItems"].as_array().map_or(0, Vec::len);
        let reasons: Vec<Value> =
            (0..actions).map(|n| json!({ "Code": if n == 0 { reason } else { "None" } })).collect();
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        (400, json!({ "__type": kind, "message": "cancelled", "CancellationReasons": reasons }))
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_hold_their_promises_while_the_table_throttles_and_transactions_meet() {
    let (world, faults) = faulty().await;
    for (after, reason) in [(0, "TransactionConflict"), (3, "ThrottlingError"), (9, "ProvisionedThroughputExceeded")] {
        faults.nth(after, |call| call.is("TransactWriteItems"), cancelled(reason));
        faults.nth(after + 1, |call| call.is("TransactWriteItems"), Fault::Lose);
        faults.nth(after, |call| call.is("GetItem"), Fault::Refuse(400, "ThrottlingException"));
    }
    let (admin, body) = (world.admin(DEMO), json!({ "provider": GOOGLE }));
    let answers = all((0..40).map(|_| admin.post("/integrations", &body))).await;
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 39), "{answers:?}");
    assert_eq!(meta(&world, DEMO).await["count"]["N"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_tells_the_trace_of_the_request_that_it_works_for() {
    let world = World::new().await;
    world.connected(DEMO).await;
    let before = world.lines.all().len();
    world.admin(DEMO).post("/integrations/google-calendar/sync", &json!({})).await.ok();
    world.settled().await;
    let lines: Vec<Value> =
        world.lines.all()[before..].iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let line = |op: &str| lines.iter().find(|line| line["op"] == op).unwrap_or_else(|| panic!("{op}: {lines:?}"));
    let (request, worker) = (line("sync"), line("sync-worker"));
    let trace = request["trace_id"].as_str().expect("a trace");
    assert!(trace.starts_with("1-") && trace.len() == 35, "as X-Ray writes it: {trace}");
    assert_eq!((&worker["linked_trace_id"], &worker["attempt"]), (&json!(trace), &json!(1)));
    assert_ne!(worker["trace_id"], trace, "each invocation has a trace of its own");
    let of_run = lines.iter().find(|line| !line["run_id"].is_null());
    assert_eq!(of_run.expect("a line of the run")["trace_id"], worker["trace_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_line_of_an_instance_is_told_from_the_later_ones() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    admin.get("/integrations").await.ok();
    admin.get("/integrations").await.ok();
    let lines: Vec<Value> = world.lines.all().iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let cold: Vec<&Value> = lines.iter().filter(|line| line["op"] == "list").map(|line| &line["cold"]).collect();
    assert_eq!(cold, [&json!(true), &json!(false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finish_that_our_own_side_fails_is_told_with_its_cause() {
    for (code, status, outcome) in
        [("AccessDeniedException", 500, "internal"), ("ItemCollectionSizeLimitExceededException", 503, "unavailable")]
    {
        let (world, faults) = faulty().await;
        faults.next(|call| call.caller == "OAUTHCOMPLETE" && call.is("GetItem"), Fault::Refuse(400, code));
        let problem = world.connect(DEMO).await.problem(status, outcome);
        let lines = lines_of(&world, problem["request_id"].as_str().expect("an id"));
        assert_eq!((lines.len(), &lines[0]["outcome"]), (1, &json!(outcome)));
        assert!(lines[0]["cause"].as_str().is_some_and(|cause| cause.contains(code)), "{lines:?}");
    }
}
