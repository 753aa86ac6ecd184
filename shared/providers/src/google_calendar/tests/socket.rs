//! The same provider over a real socket, at addresses that variables name.

use super::*;
use crate::registry::Registry;
use axum::Router;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response as Answer};
use axum::routing::{get, post};
use domain::failure::FailureClass;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

async fn token(body: String) -> Answer {
    match pairs(&body).contains(&pair("refresh_token", REFRESH)) {
        true => json(StatusCode::OK, r#"{"access_token":"canary-access-token","token_type":"Bearer","expires_in":60}"#),
        false => json(StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#),
    }
}

async fn events(headers: HeaderMap, RawQuery(query): RawQuery) -> Answer {
    if headers[header::AUTHORIZATION] != format!("Bearer {ACCESS}") {
        return json(StatusCode::UNAUTHORIZED, r#"{"error":{"errors":[{"reason":"authError"}]}}"#);
    }
    match pairs(query.unwrap()).contains(&pair("syncToken", "old")) {
        true => json(StatusCode::GONE, r#"{"error":{"errors":[{"reason":"fullSyncRequired"}]}}"#),
        false => json(StatusCode::OK, include_str!("../fixtures/events.json")),
    }
}

fn json(status: StatusCode, body: &'static str) -> Answer {
    (status, [(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response()
}

async fn google() -> Arc<dyn Provider> {
    let routes =
        Router::new().route("/token", post(token)).route("/calendar/v3/calendars/{calendar}/events", get(events));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let vars = HashMap::from([
        ("GOOGLE_TOKEN_URL".to_owned(), format!("{root}/token")),
        ("GOOGLE_CALENDAR_URL".to_owned(), format!("{root}/calendar/v3/")),
    ]);
    Registry::standard(&vars, None).unwrap().iter().next().unwrap().clone()
}

#[tokio::test]
async fn a_grant_is_refreshed_and_a_dead_one_told() {
    let google = google().await;
    let refreshed = google.refresh(&app(), &credential()).await.unwrap();
    assert_eq!(refreshed.access.token.expose_secret(), ACCESS);
    let dead = Credential(r#"{"refresh_token":"another"}"#.into());
    assert_eq!(google.refresh(&app(), &dead).await.unwrap_err().class, FailureClass::DeadCredentials);
}

#[tokio::test]
async fn pages_come_and_cursors_and_tokens_expire() {
    let google = google().await;
    let calendar = ResourceId::parse("ada@example.com").unwrap();
    let page = async |since, access: &Access| {
        let request = PullRequest { resource: &calendar, since, page: None, window_start: Default::default() };
        google.pull().unwrap().page(access, &request).await
    };
    assert_eq!(page(None, &access()).await.unwrap().entries.len(), 8);
    assert_eq!(page(Some("old"), &access()).await.unwrap_err(), PullError::CursorExpired);
    let refused = page(None, &Access { token: "another".into(), expires_in: None }).await.unwrap_err();
    assert_eq!(refused, PullError::Failed(ProviderError::new(FailureClass::DeadCredentials, "authError")));
}
