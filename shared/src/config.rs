//! Configuration, built from a map of variables once per function instance. The one place that knows their names.
//!
//! There are no statics: many functions can live in one process, each with its own environment and credentials.

use std::collections::HashMap;
use std::sync::Arc;
use url::Url;

/// A variable is missing or cannot be used. The message names the variable, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("configuration: {variable} {problem}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// Is told the name of each variable that is asked for.
pub type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// The environment variables of one function.
#[derive(Clone, Default)]
pub struct Vars {
    map: HashMap<String, String>,
    listener: Option<Listener>,
}

impl Vars {
    /// Takes a map as the environment.
    pub fn new(map: HashMap<String, String>) -> Self {
        Self { map, listener: None }
    }

    /// The same variables, with somebody who hears what is asked for: how a test finds those that nobody reads.
    #[must_use]
    pub fn heard_by(mut self, listener: Listener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// The process's own environment: only a function's `main` uses it.
    #[expect(clippy::disallowed_methods, reason = "the one home of the process environment")]
    pub fn of_process() -> Self {
        Self::new(std::env::vars().collect())
    }

    /// A variable that may be absent; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        if let Some(listener) = &self.listener {
            listener(name);
        }
        self.map.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable that must be there.
    pub fn required(&self, variable: &'static str) -> Result<&str, ConfigError> {
        self.get(variable).ok_or(ConfigError { variable, problem: "is not set" })
    }

    /// A URL that must be there.
    pub fn url(&self, variable: &'static str) -> Result<Url, ConfigError> {
        Url::parse(self.required(variable)?).map_err(|_| ConfigError { variable, problem: "is not a URL" })
    }

    /// All variables, for the providers' overrides of base URLs.
    pub fn map(&self) -> &HashMap<String, String> {
        &self.map
    }
}
