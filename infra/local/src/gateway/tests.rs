use super::*;
use crate::issuer::{Issuer, Member, SigningKey};
use crate::runner::Instances;
use crate::template::{Authorizer, Cors, Route, RouteAuth};
use async_trait::async_trait;
use axum::body::Body;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::entry::log::{LineSink, Log};
use shared::entry::{Function, FunctionError, Invocation};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

const ISSUER: &str = "http://127.0.0.1:8787/_local/issuer";

struct Fixed(DateTime<Utc>);

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

struct Silent;

impl LineSink for Silent {
    fn line(&self, _: &str) {}
}

/// Answers as its `answer` parameter of the query says.
struct Scripted;

#[async_trait]
impl Function for Scripted {
    async fn invoke(&self, event: Value, _: Invocation) -> Result<Value, FunctionError> {
        match event["queryStringParameters"]["answer"].as_str() {
            Some("error") => Err(FunctionError("no".to_owned())),
            Some("panic") => panic!("on purpose"),
            Some("nonsense") => Ok(json!({"statusCode": "many"})),
            Some("huge") => Ok(json!({"statusCode": 200, "body": "x".repeat(7 * 1024 * 1024)})),
            Some("bare") => Ok(json!({"hello": "there"})),
            Some("rich") => Ok(json!({
                "statusCode": 201,
                "headers": {"content-type": "image/png", "access-control-allow-origin": "*", "x-n": 7},
                "multiValueHeaders": {"x-many": ["a", "b"]},
                "cookies": ["a=1", "b=2"],
                "body": "aGk=",
                "isBase64Encoded": true,
            })),
            _ => Ok(json!({"statusCode": 200, "body": event.to_string()})),
        }
    }
}

/// Never answers.
struct Hanging;

#[async_trait]
impl Function for Hanging {
    async fn invoke(&self, _: Value, _: Invocation) -> Result<Value, FunctionError> {
        std::future::pending().await
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_305_600, 0).unwrap()
}

fn route(method: &str, path: &str, auth: RouteAuth) -> Route {
    Route { method: method.to_owned(), path: path.to_owned(), function: "scripted".to_owned(), auth }
}

fn public(method: &str, path: &str) -> Route {
    route(method, path, RouteAuth::Public)
}

fn authorizer() -> JwtAuthorizer {
    let authorizer = Authorizer { issuer: ISSUER.to_owned(), audience: vec!["aura".to_owned()] };
    JwtAuthorizer::new(authorizer, SigningKey::of_this_process().unwrap().public().clone())
}

fn issuer(url: &str, audience: &str, at: DateTime<Utc>) -> Issuer {
    let key = SigningKey::of_this_process().unwrap();
    Issuer::new(url.to_owned(), audience.to_owned(), "aura-web".to_owned(), key, Arc::new(Fixed(at)))
}

fn token() -> String {
    issuer(ISSUER, "aura", now()).access_token(Member::Admin, "demo").unwrap()
}

fn gateway() -> Gateway {
    let clock = Arc::new(Fixed(now()));
    let scripted: (String, Arc<dyn Function>, Duration) =
        ("scripted".to_owned(), Arc::new(Scripted), Duration::from_secs(30));
    let hanging: (String, Arc<dyn Function>, Duration) =
        ("hanging".to_owned(), Arc::new(Hanging), Duration::from_millis(10));
    let hang = Route { function: "hanging".to_owned(), ..public("GET", "/hang") };
    let instances = Instances::new([scripted, hanging], clock.clone(), Log::to(Arc::new(Silent)));
    Gateway {
        routes: Routes::new([
            hang,
            public("ANY", "/open/{id}"),
            route("GET", "/members", RouteAuth::Jwt { scopes: vec![] }),
            route("GET", "/writers", RouteAuth::Jwt { scopes: vec!["write".to_owned()] }),
        ]),
        authorizer: Some(authorizer()),
        cors: Some(Cors {
            origins: vec!["https://app.example".to_owned()],
            methods: vec!["GET".to_owned(), "POST".to_owned()],
            headers: vec!["authorization".to_owned()],
            expose: vec!["retry-after".to_owned()],
            credentials: false,
            max_age: Some(600),
        }),
        instances,
        clock,
        account: "000000000000".to_owned(),
    }
}

fn get(uri: &str) -> http::request::Builder {
    Request::builder().uri(uri).header("host", "127.0.0.1:8787")
}

async fn send(request: http::request::Builder, body: impl Into<Body>) -> Response<Body> {
    gateway().handle(request.body(body.into()).unwrap(), IpAddr::V4(Ipv4Addr::LOCALHOST)).await
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[test]
fn the_most_specific_path_wins_and_then_the_exact_method() {
    let routes = Routes::new([
        public("ANY", "/{proxy+}"),
        public("GET", "/pets/{proxy+}"),
        public("GET", "/pets/dog/{id}"),
        public("ANY", "/pets/dog/1"),
        public("GET", "/pets/dog/1"),
        public("GET", "/"),
    ]);
    for (method, path, expected) in [
        ("GET", "/pets/dog/1", Some("GET /pets/dog/1")),
        ("POST", "/pets/dog/1", Some("ANY /pets/dog/1")),
        ("GET", "/pets/dog/2", Some("GET /pets/dog/{id}")),
        ("GET", "/pets/cat/3/whiskers", Some("GET /pets/{proxy+}")),
        ("DELETE", "/pets/dog/2", Some("ANY /{proxy+}")),
        ("GET", "/", Some("GET /")),
        ("POST", "/", None),
    ] {
        assert_eq!(routes.find(method, path).map(|found| found.key()).as_deref(), expected, "{method} {path}");
    }
    let found = routes.find("GET", "/pets/dog/a%20b").unwrap();
    assert_eq!(found.parameters["id"], "a b");
}

#[test]
fn a_parameter_is_one_segment_that_is_not_empty() {
    let routes = Routes::new([public("GET", "/integrations/{provider}")]);
    assert!(routes.find("GET", "/integrations/google-calendar").is_some());
    assert!(routes.find("GET", "/integrations/").is_none());
    assert!(routes.find("GET", "/integrations/a/b").is_none());
}

#[test]
fn a_request_becomes_an_event_of_version_two() {
    let routes = Routes::new([route("POST", "/integrations/{provider}/sync", RouteAuth::Jwt { scopes: vec![] })]);
    let (parts, ()) = Request::builder()
        .method("POST")
        .uri("/integrations/google%2Dcalendar/sync?a=1&a=2&b=x%20y")
        .header("Host", "127.0.0.1:8787")
        .header("User-Agent", "test")
        .header("Content-Type", "application/json; charset=utf-8")
        .header("X-Many", "one")
        .header("X-Many", "two")
        .header("Cookie", "s=1; t=2")
        .body(())
        .unwrap()
        .into_parts();
    let found = routes.find("POST", parts.uri.path()).unwrap();
    let claims = json!({"sub": "ada", "roles": ["channels_admin", "x"], "exp": 1_795_309_200, "ok": true});
    let caller = Caller { claims: claims.as_object().unwrap().clone(), scopes: vec![] };
    let exchange = Exchange {
        request_id: "request-1".to_owned(),
        at: now(),
        source: IpAddr::V4(Ipv4Addr::LOCALHOST),
        account: "000000000000".to_owned(),
    };
    let event = event(&parts, &Bytes::from_static(b"{\"full\":true}"), &found, Some(&caller), &exchange);
    insta::assert_json_snapshot!(event);
}

#[test]
fn claims_reach_functions_as_texts() {
    let claims = json!({"n": 7, "yes": true, "list": ["a", "b"], "none": [], "text": "t", "deep": {"k": [1, 2]}});
    let flat = Value::Object(flatten(claims.as_object().unwrap()));
    let expected = json!({"n": "7", "yes": "true", "list": "[a b]", "none": "[]", "text": "t", "deep": "map[k:[1 2]]"});
    assert_eq!(flat, expected);
}

#[tokio::test]
async fn a_form_and_bytes_travel_in_base64_and_json_as_it_is() {
    for (kind, body, expected) in [
        ("application/x-www-form-urlencoded", "a=1", json!("YT0x")),
        ("application/octet-stream", "a=1", json!("YT0x")),
        ("application/json", "{}", json!("{}")),
        ("text/csv", "a,b", json!("a,b")),
    ] {
        let answer = send(get("/open/1").method("POST").header("content-type", kind), body).await;
        let event: Value = serde_json::from_str(&text(answer).await).unwrap();
        assert_eq!(event["body"], expected, "{kind}");
        assert_eq!(event["isBase64Encoded"], json!(expected != json!(body)), "{kind}");
    }
}

#[tokio::test]
async fn a_valid_token_comes_in_and_its_claims_reach_the_function() {
    let answer = send(get("/members").header("authorization", format!("Bearer {}", token())), "").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let event: Value = serde_json::from_str(&text(answer).await).unwrap();
    let claims = &event["requestContext"]["authorizer"]["jwt"]["claims"];
    assert_eq!(claims["sub"], "ada");
    assert_eq!(claims["roles"], "[channels_admin]");
    assert_eq!(claims["account_id"], "demo");
}

#[tokio::test]
async fn tokens_that_are_missing_foreign_late_or_forged_are_unauthorized() {
    let valid = token();
    let (head, signature) = valid.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    let sign = |url, audience, at| issuer(url, audience, at).access_token(Member::Admin, "demo").unwrap();
    let none = "eyJhbGciOiJub25lIn0.e30.";
    for (name, value) in [
        ("none at all", None),
        ("another scheme", Some(format!("Basic {valid}"))),
        ("no token", Some("Bearer".to_owned())),
        ("not a token", Some("Bearer x.y.z".to_owned())),
        ("no algorithm", Some(format!("Bearer {none}"))),
        ("a forged signature", Some(format!("Bearer {forged}"))),
        ("another issuer", Some(format!("Bearer {}", sign("http://elsewhere.example", "aura", now())))),
        ("another audience", Some(format!("Bearer {}", sign(ISSUER, "other", now())))),
        ("expired", Some(format!("Bearer {}", sign(ISSUER, "aura", now() - TimeDelta::hours(2))))),
        ("of the future", Some(format!("Bearer {}", sign(ISSUER, "aura", now() + TimeDelta::hours(2))))),
    ] {
        let request = get("/members");
        let request = match value {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        let answer = send(request, "").await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{name}");
        assert!(answer.headers().contains_key(header::WWW_AUTHENTICATE), "{name}");
        assert_eq!(text(answer).await, r#"{"message":"Unauthorized"}"#, "{name}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_forbidden() {
    let answer = send(get("/writers").header("authorization", format!("Bearer {}", token())), "").await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(text(answer).await, r#"{"message":"Forbidden"}"#);
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_gateway() {
    let ask = |origin: &str| {
        let request = get("/members").method("OPTIONS").header("origin", origin.to_owned());
        send(request.header("access-control-request-method", "GET"), "")
    };
    let allowed = ask("https://app.example").await;
    assert_eq!(allowed.status(), StatusCode::NO_CONTENT);
    let value = |headers: &HeaderMap, name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(value(allowed.headers(), "access-control-allow-origin").as_deref(), Some("https://app.example"));
    assert_eq!(value(allowed.headers(), "access-control-allow-methods").as_deref(), Some("GET,POST"));
    assert_eq!(value(allowed.headers(), "access-control-allow-headers").as_deref(), Some("authorization"));
    assert_eq!(value(allowed.headers(), "access-control-max-age").as_deref(), Some("600"));
    let refused = ask("https://evil.example").await;
    assert_eq!(value(refused.headers(), "access-control-allow-origin"), None);
}

#[tokio::test]
async fn the_gateways_own_refusals_carry_cors_headers_and_a_functions_are_overruled() {
    let refused = send(get("/members").header("origin", "https://app.example"), "").await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers()["access-control-allow-origin"], "https://app.example");
    assert_eq!(refused.headers()["access-control-expose-headers"], "retry-after");
    let overruled = send(get("/open/1?answer=rich").header("origin", "https://evil.example"), "").await;
    assert!(!overruled.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn an_answer_keeps_its_status_headers_cookies_and_bytes() {
    let answer = send(get("/open/1?answer=rich"), "").await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.headers()["x-n"], "7");
    assert_eq!(answer.headers().get_all("x-many").iter().count(), 2);
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(text(answer).await, "hi");
    let bare = send(get("/open/1?answer=bare"), "").await;
    assert_eq!(bare.headers()["content-type"], "application/json");
    assert_eq!(text(bare).await, r#"{"hello":"there"}"#);
}

#[tokio::test]
async fn a_function_that_fails_panics_hangs_or_talks_nonsense_is_an_internal_server_error() {
    for path in
        ["/open/1?answer=error", "/open/1?answer=panic", "/hang", "/open/1?answer=nonsense", "/open/1?answer=huge"]
    {
        let response = send(get(path), "").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert_eq!(text(response).await, r#"{"message":"Internal Server Error"}"#, "{path}");
    }
}

#[tokio::test]
async fn what_no_route_wants_is_not_found() {
    let answer = send(get("/nowhere"), "").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(text(answer).await, r#"{"message":"Not Found"}"#);
}

#[tokio::test]
async fn requests_beyond_the_quotas_are_refused() {
    let head = send(get("/open/1").header("x-long", "x".repeat(10_240)), "").await;
    assert_eq!(head.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    for megabytes in [7, 11] {
        let body = "x".repeat(megabytes * 1024 * 1024);
        let answer = send(get("/open/1").method("POST").header("content-type", "text/plain"), body).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{megabytes} MB");
    }
}
