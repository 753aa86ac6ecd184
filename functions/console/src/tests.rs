use crate::{assets, function};
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use shared::config::Vars;
use shared::entry::log::{LineSink, Log};
use shared::entry::{Function, Invocation, Setup, Wires};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const VARS: [(&str, &str); 5] = [
    ("ISSUER_URL", "https://login.example.com/pool"),
    ("WEB_CLIENT_ID", "aura-web"),
    ("AUDIENCE", "aura"),
    ("BACK_URL", "https://app.example.com/tools"),
    ("STAGE", "local"),
];

struct Nowhere;

impl LineSink for Nowhere {
    fn line(&self, _: &str) {}
}

fn setup(vars: &[(&str, &str)]) -> Setup {
    let map: HashMap<_, _> = vars.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Setup {
        vars: Vars::new(map),
        clock: Arc::new(SystemClock),
        wires: Wires::default(),
        log: Log::to(Arc::new(Nowhere)),
    }
}

fn console() -> Arc<dyn Function> {
    function(&setup(&VARS)).unwrap()
}

async fn ask(console: &Arc<dyn Function>, event: Value) -> Value {
    console.invoke(event, Invocation::new("r-1", SystemClock.now())).await.unwrap()
}

async fn read(console: &Arc<dyn Function>, path: &str) -> Value {
    ask(
        console,
        json!({"rawPath": path, "headers": {}, "requestContext": {"stage": "$default", "http": {"method": "GET"}}}),
    )
    .await
}

/// Every file below `assets`, as the path it should be served at.
fn files_on_disk() -> BTreeSet<String> {
    fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { collect(&path, into) } else { into.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let mut found = Vec::new();
    collect(&root, &mut found);
    found.iter().map(|path| format!("/assets/{}", path.strip_prefix(&root).unwrap().display())).collect()
}

#[test]
fn every_file_of_the_page_is_in_the_table() {
    let mut served: BTreeSet<String> = assets::FILES.iter().map(|(path, _)| path.to_string()).collect();
    served.insert("/assets/index.html".into());
    assert_eq!(served, files_on_disk());
}

#[tokio::test]
async fn every_file_is_served_with_its_media_type_and_the_security_headers() {
    let console = console();
    let own = [("/", ""), ("/openapi.json", ""), ("/assets/config.json", "")];
    for (path, _) in assets::FILES.iter().copied().chain(own) {
        let answer = read(&console, path).await;
        let headers = &answer["headers"];
        assert_eq!(answer["statusCode"], 200, "{path}");
        let expected = match path.rsplit_once('.').map_or("html", |(_, ending)| ending) {
            "html" => "text/html; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "json" => "application/json",
            other => panic!("{other} has no media type"),
        };
        assert_eq!(headers["content-type"], expected, "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert!(headers["content-security-policy"].as_str().unwrap().contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn a_browser_that_has_the_file_gets_only_304() {
    let console = console();
    let first = read(&console, "/assets/js/main.js").await;
    let tag = first["headers"]["etag"].as_str().unwrap();
    for known in [tag.to_owned(), format!("\"other\", W/{tag}")] {
        let event = json!({"rawPath": "/assets/js/main.js", "headers": {"if-none-match": known},
            "requestContext": {"stage": "$default", "http": {"method": "GET"}}});
        let again = ask(&console, event).await;
        assert_eq!((&again["statusCode"], &again["body"]), (&json!(304), &json!("")));
        assert_eq!(again["headers"]["etag"], tag);
    }
    let other = read(&console, "/assets/js/api.js").await;
    assert_ne!(other["headers"]["etag"], tag);
}

#[tokio::test]
async fn the_configuration_comes_from_the_variables_and_the_issuer_may_be_called() {
    let console = console();
    let answer = read(&console, "/assets/config.json").await;
    let config: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        config,
        json!({"issuer": "https://login.example.com/pool", "clientId": "aura-web", "audience": "aura", "apiBase": "",
            "backUrl": "https://app.example.com/tools", "local": true})
    );
    let policy = read(&console, "/").await["headers"]["content-security-policy"].as_str().unwrap().to_owned();
    assert!(policy.contains("connect-src 'self' https://login.example.com;"), "{policy}");
}

#[tokio::test]
async fn a_token_endpoint_of_another_origin_may_be_called_when_it_is_configured() {
    let vars = [&VARS[..], &[("SIGN_IN_ORIGINS", "https://pool.auth.example.com/oauth2")]].concat();
    let page = read(&function(&setup(&vars)).unwrap(), "/").await;
    let policy = page["headers"]["content-security-policy"].as_str().unwrap();
    assert!(policy.contains("connect-src 'self' https://login.example.com https://pool.auth.example.com;"), "{policy}");
}

#[test]
fn what_could_widen_the_policy_is_refused_at_the_start() {
    for issuer in ["", "login.example.com", "data:text/html,x", "*"] {
        let vars = [("ISSUER_URL", issuer), ("WEB_CLIENT_ID", "aura-web")];
        let error = function(&setup(&vars)).err().unwrap();
        assert_eq!(error.variable, "ISSUER_URL");
    }
}

#[tokio::test]
async fn only_the_page_of_the_popup_stays_with_its_opener() {
    let console = console();
    let policy = async |path| read(&console, path).await["headers"]["cross-origin-opener-policy"].clone();
    assert_eq!(policy("/").await, "same-origin-allow-popups");
    assert_eq!(policy("/assets/return.html").await, "unsafe-none");
}

#[tokio::test]
async fn what_is_not_there_answers_a_problem_document() {
    let console = console();
    for path in ["/assets/../Cargo.toml", "/assets/", "/assets/js", "/elsewhere", ""] {
        let answer = read(&console, path).await;
        assert_eq!(answer["statusCode"], 404, "{path}");
        assert_eq!(answer["headers"]["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!((&problem["code"], &problem["request_id"]), (&json!("not_found"), &json!("r-1")));
    }
    let write = json!({"rawPath": "/", "requestContext": {"http": {"method": "POST"}}});
    assert_eq!(ask(&console, write).await["statusCode"], 404);
    assert_eq!(ask(&console, json!({})).await["statusCode"], 404);
}

#[tokio::test]
async fn a_named_stage_is_not_part_of_the_path() {
    let console = console();
    for path in ["/dev", "/dev/", "/dev/assets/js/main.js"] {
        let event = json!({"rawPath": path, "requestContext": {"stage": "dev", "http": {"method": "GET"}}});
        assert_eq!(ask(&console, event).await["statusCode"], 200, "{path}");
    }
}

/// The policy forbids it in the browser; this finds it before.
#[test]
fn no_file_of_the_page_makes_markup_of_data_or_carries_code_in_markup() {
    for (path, body) in assets::FILES {
        for forbidden in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=\"", "onclick=\""]
        {
            assert!(!body.contains(forbidden), "{path} has {forbidden}");
        }
        assert!(body.lines().count() < 300, "{path} is too long for one sitting");
    }
}
