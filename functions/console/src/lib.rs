//! The `console` function: the page, its assets, its configuration and the API's OpenAPI document. Public.
//!
//! Everything is part of the binary: no file system, no bucket, nothing to deploy beside the function.

mod answer;
mod assets;
mod config;

use answer::{Answer, Policy};
use async_trait::async_trait;
use config::PageConfig;
use serde_json::{Value, json};
use shared::clock::SharedClock;
use shared::config::ConfigError;
use shared::entry::log::{Level, Log};
use shared::entry::{Function, FunctionError, Invocation, Problem, Setup};
use std::collections::HashMap;
use std::sync::Arc;

/// Builds the function. Reads `ISSUER_URL`, `WEB_CLIENT_ID`, `AUDIENCE`, `BACK_URL`, `STAGE` and `SIGN_IN_ORIGINS`.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let config = PageConfig::from_vars(&setup.vars)?;
    let policy = Policy::new(&config.sign_in_origins);
    let answers = assets::all(&config).into_iter().map(|asset| (asset.path, Answer::new(asset, &policy))).collect();
    let log = setup.log.clone().timed_by(Arc::clone(&setup.clock)).with("fn", "console");
    Ok(Arc::new(Console { answers, log, clock: Arc::clone(&setup.clock) }))
}

struct Console {
    answers: HashMap<&'static str, Answer>,
    log: Log,
    clock: SharedClock,
}

#[async_trait]
impl Function for Console {
    async fn invoke(&self, event: Value, invocation: Invocation) -> Result<Value, FunctionError> {
        let started = self.clock.now();
        let (outcome, reply) = match self.answers.get(path(&event)) {
            Some(answer) if is_read(&event) => ("ok", answer.to(known_tag(&event))),
            _ => {
                let problem = Problem::not_found("page");
                (problem.code, answer::problem(&problem, &invocation.request_id))
            }
        };
        let took = (self.clock.now() - started).num_milliseconds();
        let log = self.log.with("request_id", invocation.request_id);
        log.write(Level::Info, "console", outcome, &[("status", reply["statusCode"].clone()), ("dur_ms", json!(took))]);
        Ok(reply)
    }
}

/// The path below the API's stage: a named stage is part of `rawPath`, `$default` is not.
fn path(event: &Value) -> &str {
    let raw = event["rawPath"].as_str().unwrap_or_default();
    let stage = event["requestContext"]["stage"].as_str().unwrap_or("$default");
    match raw.strip_prefix('/').and_then(|rest| rest.strip_prefix(stage)) {
        Some("") => "/",
        Some(below) if below.starts_with('/') => below,
        _ => raw,
    }
}

fn is_read(event: &Value) -> bool {
    matches!(event["requestContext"]["http"]["method"].as_str(), Some("GET" | "HEAD"))
}

/// What the browser says it has already. API Gateway's payload 2.0 has header names in lower case.
fn known_tag(event: &Value) -> Option<&str> {
    event["headers"]["if-none-match"].as_str()
}

#[cfg(test)]
mod tests;
