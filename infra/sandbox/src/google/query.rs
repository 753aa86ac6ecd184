//! The query of a Calendar API request: what is known is read, what is not known is refused.

use chrono::{DateTime, Utc};

use super::errors::ApiError;

/// Accepted by every method of Google's APIs and without effect here.
const STANDARD: &[&str] = &["alt", "fields", "key", "prettyPrint", "quotaUser", "userIp"];

/// The parameters of one request.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query; a parameter that is neither in `known` nor standard is refused.
    pub(crate) fn parse(query: Option<&str>, known: &[&str]) -> Result<Self, ApiError> {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        for (name, _) in &pairs {
            if !known.contains(&name.as_str()) && !STANDARD.contains(&name.as_str()) {
                let message = format!("Invalid JSON payload received. Unknown name \"{name}\"");
                return Err(ApiError::bad_request(message));
            }
        }
        Ok(Self(pairs))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// All values of a parameter that may be repeated.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a parameter that may not be repeated.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let values = self.all(name);
        if values.len() > 1 {
            Err(ApiError::invalid(name, "Given more than once."))
        } else {
            Ok(values.first().copied())
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.one(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::invalid(name, "Invalid boolean value.")),
        }
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| ApiError::invalid(name, "Bad Request"))?;
        Ok(Some(time.to_utc()))
    }

    /// `maxResults`: 1 or more; what is above `most` is silently lowered, as Google does.
    pub(crate) fn page_size(&self, usual: usize, most: usize) -> Result<usize, ApiError> {
        match self.one("maxResults")? {
            None => Ok(usual),
            Some(text) => match text.parse::<usize>() {
                Ok(size) if size > 0 => Ok(size.min(most)),
                _ => Err(ApiError::invalid("maxResults", "Invalid value.")),
            },
        }
    }

    /// The named parameters as one text: equal for equal queries. A flag that is `false` equals an absent one.
    pub(crate) fn shape(&self, names: &[&str]) -> String {
        let mut parts: Vec<String> = self
            .0
            .iter()
            .filter(|(name, value)| names.contains(&name.as_str()) && value != "false")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        parts.sort();
        parts.join("&")
    }
}
