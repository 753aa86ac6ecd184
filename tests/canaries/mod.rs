//! Canaries: the real secrets of real flows are looked for wherever they do not belong.

mod scene;

use crate::world::{DEMO, GOOGLE};
use chrono::TimeDelta;
use sandbox::{Consent, Rotation, SwitchChange};
use scene::{Kind, Scene, broken};
use serde_json::json;

const JSON: &str = "application/json";

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_connect_a_sync_and_a_refresh_is_where_it_does_not_belong() {
    let mut scene = Scene::new().await;
    scene.connected().await;
    scene.work().await;
    scene.look_around().await;
    scene.settings().await;
    scene.work().await;

    let rotating = SwitchChange { rotation: Some(Rotation::Strict), ..SwitchChange::default() };
    scene.world.sandbox().switch(rotating).expect("a switch");
    scene.world.clock.advance(TimeDelta::hours(2));
    scene.work().await;
    scene.look_around().await;
    scene.connected().await;
    scene.work().await;

    assert_eq!((scene.count(Kind::State), scene.count(Kind::Code), scene.count(Kind::Ticket)), (2, 2, 2));
    assert_eq!((scene.count(Kind::Verifier), scene.count(Kind::ClientSecret)), (2, 1));
    scene.assert_clean().await;
    scene.world.lines.assert_metrics(&[DEMO]);
    let (access, refresh) = (scene.count(Kind::Access), scene.count(Kind::Refresh));
    assert!(access >= 3 && refresh >= 3, "the refresh brought new ones: {access}, {refresh}");
    scene.assert_vault().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_told_when_a_consent_or_a_finish_is_refused() {
    let mut scene = Scene::new().await;
    let started = scene.start().await;
    let denied = Consent { deny: true, ..Consent::default() };
    scene.callback(&scene.world.consent(started.url.as_str(), &denied)).await;

    let started = scene.start().await;
    let answer = scene.agree(&started).await;
    let mut twice = answer.clone();
    twice.query_pairs_mut().append_pair("state", &started.parameter("state"));
    scene.callback(&twice).await;
    let fragment = scene.callback(&answer).await;
    scene.callback(&answer).await;
    let (flow, ticket) = (&fragment["flow"], &fragment["ticket"]);
    for body in [
        json!({ "flow": flow, "ticket": started.parameter("state") }),
        json!({ "flow": ticket, "ticket": flow }),
        json!({ "flow": 5, "ticket": ticket }),
        json!({ "flow": [ticket], "ticket": ticket }),
        json!({ "flow": flow, "ticket": { "ticket": ticket } }),
        json!({ "flow": flow, "ticket": ticket, "more": ticket }),
    ] {
        assert!(scene.post("/oauth/complete", &body.to_string()).await >= 400);
    }
    let cut = format!("{{\"flow\":\"{flow}\",\"ticket\":\"{ticket}");
    assert_eq!(scene.post("/oauth/complete", &cut).await, 400);
    let path = format!("/oauth/complete?ticket={ticket}");
    assert_eq!(scene.post(&path, &json!({ "flow": flow, "ticket": ticket }).to_string()).await, 400);
    scene.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_told_when_the_exchange_breaks() {
    let mut scene = Scene::new().await;
    for (path, status, content_type, body) in [
        ("/token", 500, JSON, broken("internal_failure")),
        ("/token", 503, "text/html", format!("<p>{}</p>", broken("x"))),
        ("/token", 400, JSON, broken("invalid_grant")),
        ("/token", 401, JSON, broken("invalid_client")),
        ("/token", 200, JSON, broken("x")),
        ("/token", 200, JSON, format!("{{\"access_token\":\"{}\",\"token_type\":", scene::ACCESS)),
        ("/token", 200, JSON, format!("{{\"access_token\":[\"{}\"],\"token_type\":\"Bearer\"}}", scene::ACCESS)),
        ("/userinfo", 401, JSON, broken("invalid_token")),
        ("/userinfo", 200, JSON, broken("x")),
    ] {
        let started = scene.start().await;
        let answer = scene.agree(&started).await;
        let fragment = scene.callback(&answer).await;
        scene.tap.answer(path, status, content_type, body);
        let body = json!({ "flow": fragment["flow"], "ticket": fragment["ticket"] });
        assert!(scene.post("/oauth/complete", &body.to_string()).await >= 400);
        assert!(scene.post("/oauth/complete", &body.to_string()).await >= 400, "the stored outcome");
    }
    scene.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_told_when_a_refresh_or_a_sync_breaks() {
    let mut scene = Scene::new().await;
    scene.connected().await;
    scene.work().await;
    for (path, status, content_type, body) in [
        ("/token", 500, JSON, broken("internal_failure")),
        ("/token", 200, JSON, format!("{{\"access_token\":\"{}\",", scene::ACCESS)),
        ("/token", 400, JSON, broken("invalid_request")),
        ("/token", 400, JSON, broken("invalid_grant")),
        ("/events", 403, JSON, broken("x")),
        ("/events", 200, JSON, format!("{{\"items\":[{}", broken("x"))),
        ("/events", 401, "text/html", format!("<p>{}</p>", broken("x"))),
    ] {
        scene.tap.answer(path, status, content_type, body);
        scene.world.clock.advance(TimeDelta::hours(13));
        scene.work().await;
        scene.look_around().await;
    }
    let runs = scene.world.admin(DEMO).get(&format!("/integrations/{GOOGLE}/runs")).await.ok();
    let failed = runs["runs"].as_array().expect("runs").iter().filter(|run| run["outcome"] == "failed").count();
    assert!(failed >= 4, "{runs}");
    scene.assert_clean().await;
    scene.assert_vault().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_planted_is_found() {
    let mut scene = Scene::new().await;
    scene.connected().await;
    assert_eq!(scene.leaks().await, Vec::<String>::new());
    let started = scene.start().await;
    let state = started.parameter("state");
    let item = crate::oauth::raw_flow(&scene.world, &started.flow).await;
    scene.world.alter(&item, "outcome", &state).await;
    assert_eq!(scene.leaks().await, ["State in the table", "State in what AWS was asked"]);
}
