//! Where Facebook is, and which version of its API is asked for.

use crate::http::{BaseUrl, UnusableUrl};
use std::collections::HashMap;

/// The version that this code was written against. One that does not exist, or has ended, is silently answered by
/// another one, which [`super::calls::Calls`] notices.
const VERSION: &str = "v26.0";

/// Facebook's addresses; each can be overridden by a variable (architecture.md §6).
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Where the consent page is, without the version: `FACEBOOK_DIALOG_URL`.
    pub dialog: BaseUrl,
    /// The root of the Graph API, without the version: `FACEBOOK_GRAPH_URL`.
    pub graph: BaseUrl,
    /// The version, which stands in every path: `FACEBOOK_GRAPH_VERSION`, `v26.0` by default.
    pub version: String,
    /// The configuration of *Facebook Login for Business* that is asked for instead of scopes: `FACEBOOK_LOGIN_CONFIG`.
    pub login_config: Option<String>,
}

impl Endpoints {
    /// Facebook's own addresses, overridden by what `vars` says; an error names the variable that cannot be used.
    pub fn from_vars(vars: &HashMap<String, String>) -> Result<Self, UnusableUrl> {
        let given = |variable: &str| vars.get(variable).map(|text| text.trim()).filter(|text| !text.is_empty());
        let url = |variable: &str, own: &str| BaseUrl::parse(variable, given(variable).unwrap_or(own));
        let checked = |variable: &str, is_one: fn(&str) -> bool, problem| match given(variable) {
            Some(text) if !is_one(text) => Err(UnusableUrl { variable: variable.to_owned(), problem }),
            text => Ok(text.map(str::to_owned)),
        };
        let version = checked("FACEBOOK_GRAPH_VERSION", is_version, "it is not a version like v26.0")?;
        Ok(Self {
            dialog: url("FACEBOOK_DIALOG_URL", "https://www.facebook.com")?,
            graph: url("FACEBOOK_GRAPH_URL", "https://graph.facebook.com")?,
            version: version.unwrap_or_else(|| VERSION.to_owned()),
            login_config: checked("FACEBOOK_LOGIN_CONFIG", is_number, "it is not the id of a configuration")?,
        })
    }
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_version(text: &str) -> bool {
    let parts = text.strip_prefix('v').and_then(|numbers| numbers.split_once('.'));
    parts.is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(vars: &[(&str, &str)]) -> Result<Endpoints, UnusableUrl> {
        Endpoints::from_vars(&vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn without_variables_it_is_facebook_in_the_pinned_version() {
        let own = endpoints(&[("FACEBOOK_GRAPH_VERSION", " "), ("FACEBOOK_LOGIN_CONFIG", "")]).unwrap();
        assert_eq!(own.dialog.url().as_str(), "https://www.facebook.com/");
        assert_eq!(own.graph.url().as_str(), "https://graph.facebook.com/");
        assert_eq!((own.version.as_str(), own.login_config), ("v26.0", None));
    }

    #[test]
    fn every_part_can_be_overridden() {
        let local = endpoints(&[
            ("FACEBOOK_DIALOG_URL", "http://127.0.0.1:8788/facebook"),
            ("FACEBOOK_GRAPH_URL", "http://127.0.0.1:8788/facebook/"),
            ("FACEBOOK_GRAPH_VERSION", "v25.0"),
            ("FACEBOOK_LOGIN_CONFIG", "1234567890"),
        ]);
        let local = local.unwrap();
        assert_eq!((local.version.as_str(), local.login_config.as_deref()), ("v25.0", Some("1234567890")));
        assert_eq!(local.graph.below(&["v25.0", "me"]).unwrap().as_str(), "http://127.0.0.1:8788/facebook/v25.0/me");
    }

    #[test]
    fn what_cannot_be_used_is_an_error_that_names_its_variable() {
        for (variable, value) in [
            ("FACEBOOK_DIALOG_URL", "http://example.com/"),
            ("FACEBOOK_GRAPH_URL", "graph.facebook.com"),
            ("FACEBOOK_GRAPH_VERSION", "26.0"),
            ("FACEBOOK_GRAPH_VERSION", "v26"),
            ("FACEBOOK_GRAPH_VERSION", "v26.0/../me"),
            ("FACEBOOK_LOGIN_CONFIG", "1&scope=x"),
        ] {
            assert_eq!(endpoints(&[(variable, value)]).unwrap_err().variable, variable, "{value}");
        }
    }
}
