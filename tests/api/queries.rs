//! Queries and cursors that cannot be understood: a problem document, never a 5xx.

use super::support::operated;
use crate::world::{Client, DEMO, World};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const RUNS: &str = "/integrations/google-calendar/runs";
const RECORDS: &str = "/integrations/google-calendar/records";
const SINCE: &str = "updatedSince=2026-03-20T00:00:00Z";
const WINDOW: &str = "from=2026-03-16T00:00:00Z&to=2026-04-16T00:00:00Z";

async fn refused(client: &Client, path: &str) {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 400, "{path}: {answer:?}");
    answer.problem(400, "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_is_unknown_or_there_twice_is_refused_by_every_list() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    let run = admin.get(RUNS).await.ok()["runs"][0]["id"].as_str().expect("a run").to_owned();
    for path in ["/integrations", "/integrations/google-calendar", "/integrations/google-calendar/options/calendars"] {
        refused(&admin, &format!("{path}?limit=1")).await;
        refused(&admin, &format!("{path}?a=1&a=2")).await;
    }
    refused(&admin, &format!("{RUNS}/{run}?limit=1")).await;
    for query in ["page=2", "limit=1&limit=2", "limit=1&limit=1", "cursor=&cursor=", "LIMIT=1", "limit%00=1"] {
        refused(&admin, &format!("{RUNS}?{query}")).await;
        refused(&admin, &format!("{RECORDS}?{SINCE}&{query}")).await;
        refused(&admin, &format!("{RECORDS}?{WINDOW}&{query}")).await;
    }
    refused(&admin, &format!("{RECORDS}?{SINCE}&{SINCE}")).await;
    for path in ["connect", "test", "sync"] {
        let answer = admin.post(&format!("/integrations/google-calendar/{path}?force=1"), &json!({})).await;
        answer.problem(400, "bad_request");
    }
    admin.post("/integrations?a=1", &json!({ "provider": "google-calendar" })).await.problem(400, "bad_request");
    admin.post("/oauth/complete?a=1", &json!({ "flow": "f", "ticket": "t" })).await.problem(400, "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_beyond_reason_is_refused() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    let odd = ["0", "-1", "1.5", "1e3", "abc", "%2B1%2B", "99999999999999999999999999", "0x10", "%F0%9F%93%85", "1%00"];
    for limit in odd.iter().copied().chain(["1001"]) {
        refused(&admin, &format!("{RUNS}?limit={limit}")).await;
        refused(&admin, &format!("{RECORDS}?{SINCE}&limit={limit}")).await;
        refused(&admin, &format!("{RECORDS}?{WINDOW}&limit={limit}")).await;
    }
    for (path, most) in
        [(RUNS.to_owned() + "?", 100), (format!("{RECORDS}?{SINCE}&"), 500), (format!("{RECORDS}?{WINDOW}&"), 1000)]
    {
        assert_eq!(admin.get(&format!("{path}limit={most}")).await.status, 200);
        refused(&admin, &format!("{path}limit={}", most + 1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_that_is_none_is_refused() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    let odd = [
        "abc",
        "0",
        "1774000000",
        "2026-03-20",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-20T25:00:00Z",
        "2026-03-20T00:00:00",
        "2026-03-20T00:00:00%2B99:00",
        "2026-03-20T00:00:00+01:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "-262144-01-01T00:00:00Z",
        "262143-12-31T23:59:59Z",
        "2026-03-20T00:00:00Z%00",
    ];
    for instant in odd {
        refused(&admin, &format!("{RECORDS}?updatedSince={instant}")).await;
        refused(&admin, &format!("{RECORDS}?from={instant}&to=2026-04-16T00:00:00Z")).await;
        refused(&admin, &format!("{RECORDS}?from=2026-03-16T00:00:00Z&to={instant}")).await;
    }
    let far = "from=1970-01-01T00:00:00Z&to=2200-12-31T00:00:00Z";
    let (backwards, none) =
        ("from=2026-04-16T00:00:00Z&to=2026-03-16T00:00:00Z", "from=2026-03-16T00:00:00Z&to=2026-03-16T00:00:00Z");
    let long = "from=2026-01-01T00:00:00Z&to=2026-04-03T00:00:01Z";
    let half = "from=2026-03-16T00:00:00Z";
    for query in [
        far,
        backwards,
        none,
        long,
        half,
        "to=2026-03-16T00:00:00Z",
        &format!("{SINCE}&{WINDOW}"),
        &format!("{SINCE}&{half}"),
    ] {
        refused(&admin, &format!("{RECORDS}?{query}")).await;
    }
    let days_92 = "from=2026-01-01T00:00:00Z&to=2026-04-03T00:00:00Z";
    assert_eq!(admin.get(&format!("{RECORDS}?{days_92}")).await.status, 200);
    let old = admin.get(&format!("{RECORDS}?updatedSince=2025-12-19T00:00:00Z")).await;
    old.problem(410, "resync_required");
    assert_eq!(admin.get(&format!("{RECORDS}?updatedSince=2026-03-20T00:00:00%2B01:00")).await.status, 200);
}

/// The cursor of a list's first entry, opened: what it belongs to, and the position.
async fn opened(client: &Client, list: &str) -> (String, Value) {
    let cursor = client.get(&format!("{list}limit=1")).await.ok()["cursor"].as_str().expect("a cursor").to_owned();
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).expect("base64")).expect("text");
    let (scope, position) = text.split_once('\n').expect("two lines");
    (scope.to_owned(), serde_json::from_str(position).unwrap_or_default())
}

/// Positions that a client could make of one it was given.
fn forged(position: &Value) -> Vec<String> {
    let mut forged: Vec<String> =
        ["", "{}", "[]", "null", "1", "\"", "{\"PK\":1}", "\u{0}", &"x".repeat(3_000)].map(str::to_owned).into();
    let names: Vec<&String> = position.as_object().expect("a position").keys().collect();
    for name in &names {
        for value in [json!(""), json!(1), json!(null), json!("x".repeat(1_025)), json!({ "S": "x" })] {
            let mut other = position.clone();
            other[name.as_str()] = value;
            forged.push(other.to_string());
        }
        let mut without = position.clone();
        without.as_object_mut().expect("a position").remove(name.as_str());
        forged.push(without.to_string());
    }
    let mut more = position.clone();
    more["more"] = json!("x");
    forged.push(more.to_string());
    forged
}

async fn refuses_forged(world: &World, list: &str, partition: &str, sort: &str) {
    let admin = world.admin(DEMO);
    let (scope, position) = opened(&admin, list).await;
    let mut positions = forged(&position);
    for (name, value) in [
        (partition, "ACCOUNT#other"),
        (partition, "CHANGED#019d0000-0000-7000-8000-000000000000"),
        (sort, "!"),
        (sort, "\u{7f}"),
    ] {
        let mut other = position.clone();
        other[name] = json!(value);
        positions.push(other.to_string());
    }
    for position in positions {
        let cursor = URL_SAFE_NO_PAD.encode(format!("{scope}\n{position}"));
        refused(&admin, &format!("{list}cursor={cursor}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_position_in_a_list_is_refused() {
    let world = operated().await;
    world.admin(DEMO).post("/integrations/google-calendar/sync", &json!({})).await.ok();
    refuses_forged(&world, &format!("{RUNS}?"), "PK", "SK").await;
    refuses_forged(&world, &format!("{RECORDS}?{SINCE}&"), "changed_pk", "changed_sk").await;
    refuses_forged(&world, &format!("{RECORDS}?"), "changed_pk", "changed_sk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_nobody_gave_is_refused() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    let long = "QUJD".repeat(1_500);
    let odd = ["x", "%00", "%FF", "AAAA", "e30", "e30=", "bnVsbA", "%7B%7D", "..%2F", "cnVucy8xCnt9", &long];
    for cursor in odd {
        refused(&admin, &format!("{RUNS}?cursor={cursor}")).await;
        refused(&admin, &format!("{RECORDS}?{SINCE}&cursor={cursor}")).await;
        refused(&admin, &format!("{RECORDS}?{WINDOW}&cursor={cursor}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_add_up_to_the_whole_list_without_gap_or_repetition() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    for (list, name, limit) in [("", "records", 500), (SINCE, "records", 500), (WINDOW, "occurrences", 1000)] {
        let whole = admin.get(&format!("{RECORDS}?{list}&limit={limit}")).await.ok();
        assert_eq!(whole["cursor"], Value::Null);
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("{RECORDS}?{list}&limit=3{cursor}")).await.ok();
            pages.extend(page[name].as_array().expect("a page").clone());
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert!(pages.len() > 6, "{}", pages.len());
        assert_eq!(json!(pages), whole[name]);
    }
}
