//! Every endpoint for every kind of caller, through the gateway.

use super::support::plan;
use super::tokens::strangers;
use crate::world::provider::TestProvider;
use crate::world::{Answer, Client, DEMO, Plan, World};
use chrono::TimeDelta;
use local::issuer::Member;
use providers::{Category, Registry};
use serde_json::{Value, json};
use shared::api::routes::{self, Access, Route};
use shared::entry::Wires;

/// The path of a route with every parameter filled in by something that exists in the demo account.
fn path(route: &Route, run: &str) -> String {
    let filled = route.path.replace("{provider}", "google-calendar").replace("{resource}", "calendars");
    let filled = filled
        .replace("{code}", &"0".repeat(32))
        .replace("{run}", run)
        .replace("{id}", "tea-1")
        .replace("{proxy+}", "config.json");
    if *route == routes::RECORDS { format!("{filled}?updatedSince=2026-03-20T00:00:00Z") } else { filled }
}

fn body(route: &Route) -> Value {
    match *route {
        routes::CREATE => json!({ "provider": "google-calendar" }),
        routes::COMPLETE => json!({ "flow": "0".repeat(64), "ticket": "no-ticket" }),
        routes::SETTINGS => json!({ "intervalMinutes": 30 }),
        routes::PREVIEW | routes::TEST_LEAD => json!({ "form": "page:1/2" }),
        routes::PUT_EVENT => json!({
            "start": { "kind": "instant", "at": "2026-03-16T09:00:00Z" },
            "end": { "kind": "instant", "at": "2026-03-16T10:00:00Z" },
        }),
        _ => json!({}),
    }
}

async fn call(client: &Client, route: &Route, run: &str) -> Answer {
    match route.method {
        "GET" => client.get(&path(route, run)).await,
        method => client.json(method, &path(route, run), &body(route), &[]).await,
    }
}

/// What an administrator who has nothing of it all is told: another account's things are not there.
fn of_another_account(route: &Route) -> u16 {
    match *route {
        routes::LIST | routes::CONNECT => 200,
        routes::CREATE => 201,
        // Deleting what is not there is a success.
        routes::DELETE => 204,
        _ => 404,
    }
}

/// What the demo account's own administrator is told.
fn of_the_administrator(route: &Route) -> u16 {
    match *route {
        routes::CREATE => 409,
        // A calendar has no forms.
        routes::COMPLETE | routes::PREVIEW | routes::TEST_LEAD | routes::RECONCILIATION => 404,
        routes::SYNC | routes::PUT_EVENT | routes::CANCEL_EVENT => 202,
        routes::DELETE => 204,
        _ => 200,
    }
}

/// What changes the integration's life, in an order in which each is legal.
const LIFE: [Route; 4] = [routes::PAUSE, routes::RESUME, routes::DISCONNECT, routes::DELETE];

fn of_anybody(route: &Route) -> u16 {
    match *route {
        routes::CALLBACK => 303,
        routes::WEBHOOK | routes::DEAUTHORIZE | routes::DELETION => 401,
        routes::DELETION_STATE => 404,
        routes::HANDSHAKE => 403,
        _ => 200,
    }
}

/// Whether the text tells anything of the demo account.
fn leaks(text: &str, secrets: &[String]) -> Option<String> {
    secrets.iter().find(|secret| text.contains(secret.as_str())).cloned()
}

/// A connected account, what must not be told of it, and the id of its run.
async fn tenant() -> (World, Vec<String>, String) {
    let world = World::by_hand().await;
    world.connect(DEMO).await.ok();
    world.work(DEMO, TimeDelta::minutes(5)).await;
    let admin = world.admin(DEMO);
    let integration = admin.get("/integrations/google-calendar").await.ok();
    assert_eq!(integration["status"], "Active");
    let runs = admin.get("/integrations/google-calendar/runs").await.ok();
    let run = runs["runs"][0]["id"].as_str().expect("a run").to_owned();
    let id = integration["id"].as_str().expect("an id").to_owned();
    (world, vec![id, run.clone(), "ada@example.com".into()], run)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_answers_every_kind_of_caller_as_it_should() {
    let (world, secrets, run) = tenant().await;
    // One that is good now, and has ended when everybody calls.
    let old = world.stack.token(Member::Admin, DEMO).expect("a token");
    world.clock.advance(TimeDelta::minutes(61));
    let items = world.items_of(&format!("ACCOUNT#{DEMO}")).await;
    let strangers = strangers(&world, &old).await;
    for (number, route) in routes::ALL.iter().enumerate() {
        for (kind, token) in &strangers {
            let answer = call(&world.stranger(token.as_deref()), route, &run).await;
            let expected = if route.access == Access::Public { of_anybody(route) } else { 401 };
            assert_eq!(answer.status, expected, "{kind}: {} {}: {answer:?}", route.method, route.path);
            if route.access != Access::Public {
                assert_eq!(answer.body, json!({ "message": "Unauthorized" }));
            }
        }
        let answer = call(&world.viewer(DEMO), route, &run).await;
        let what = format!("viewer: {} {}: {answer:?}", route.method, route.path);
        match route.access {
            Access::Admin => {
                assert_eq!((answer.status, answer.body["code"].as_str()), (403, Some("unauthorized_access")), "{what}");
                assert_eq!(answer.body["detail"], "Unauthorized Access");
                assert_eq!(leaks(&answer.text, &secrets), None, "{what}");
            }
            Access::Member => assert_eq!(answer.status, of_the_administrator(route), "{what}"),
            Access::Public => assert_eq!(answer.status, of_anybody(route), "{what}"),
        }
        // A new account each time, so that what one route made is not there for the next.
        let answer = call(&world.admin(&format!("foreign-{number}")), route, &run).await;
        let what = format!("administrator elsewhere: {} {}: {answer:?}", route.method, route.path);
        let expected = if route.access == Access::Public { of_anybody(route) } else { of_another_account(route) };
        assert_eq!(answer.status, expected, "{what}");
        assert_eq!(leaks(&answer.text, &secrets), None, "{what}");
    }
    assert_eq!(world.items_of(&format!("ACCOUNT#{DEMO}")).await, items, "whoever was refused changed nothing");
    let calm = routes::ALL.iter().filter(|route| route.access != Access::Public && !LIFE.contains(route));
    for route in calm.chain(&LIFE) {
        let answer = call(&world.admin(DEMO), route, &run).await;
        let what = format!("administrator: {} {}: {answer:?}", route.method, route.path);
        assert_eq!(answer.status, of_the_administrator(route), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calendar_records_are_for_any_member_and_leads_for_administrators() {
    let registry = Registry::new(vec![TestProvider::of("leads", Category::Leads), TestProvider::calendar("calendar")]);
    let wires = Wires { registry: Some(registry), ..Wires::default() };
    let world = World::of(Plan { by_hand: true, wires, ..Plan::default() }).await;
    let (admin, viewer) = (world.admin(DEMO), world.viewer(DEMO));
    plan(&world, DEMO, "pro").await.ok();
    let queries = [
        ("updatedSince=2026-03-20T00:00:00Z", 200),
        ("from=2026-03-16T00:00:00Z&to=2026-04-16T00:00:00Z", 200),
        ("updatedSince=2025-03-20T00:00:00Z", 410),
    ];
    for (query, _) in queries {
        let path = format!("/integrations/leads/records?{query}");
        viewer.get(&path).await.problem(403, "unauthorized_access");
    }
    for slug in ["leads", "calendar"] {
        admin.post("/integrations", &json!({ "provider": slug })).await.ok();
        for (query, status) in queries {
            let path = format!("/integrations/{slug}/records?{query}");
            assert_eq!(admin.get(&path).await.status, status, "{path}");
            let seen = viewer.get(&path).await.status;
            assert_eq!(seen, if slug == "leads" { 403 } else { status }, "{path}");
        }
    }
}
