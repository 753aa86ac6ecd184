//! The parameters of a request that an OAuth server reads (RFC 6749 §3.1), and where it may redirect to.

use url::{Url, form_urlencoded};

use crate::notifications::is_loopback_http;

/// Names and values; unlike a map it notices a parameter that comes twice.
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter that is not as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is needed.
    Missing(&'static str),
    /// It was given twice.
    Repeated(&'static str),
}

impl Parameters {
    /// Of a query or a form.
    pub(crate) fn of(encoded: &str) -> Self {
        Self(form_urlencoded::parse(encoded.as_bytes()).into_owned().collect())
    }

    /// Every value of a parameter that may be repeated.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter that may be repeated has this value.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|one| one == value)
    }

    /// The value of a parameter that may not be repeated; an empty one is none.
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&str>, Wrong> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() { Err(Wrong::Repeated(name)) } else { Ok(first) }
    }

    /// As [`Parameters::one`], where there must be one.
    pub(crate) fn needed(&self, name: &'static str) -> Result<&str, Wrong> {
        self.one(name)?.ok_or(Wrong::Missing(name))
    }

    /// As [`Parameters::one`], owned.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, Wrong> {
        Ok(self.one(name)?.map(str::to_owned))
    }
}

/// The address, if an app may be redirected to. `registered` empty: any `https` or loopback one without fragment.
pub(crate) fn redirect_address(address: &str, registered: &[String]) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let is_known = match registered {
        [] => url.fragment().is_none() && is_https_or_loopback(&url),
        _ => registered.iter().any(|one| one == address),
    };
    is_known.then_some(url)
}

/// Whether a provider would take this address of an app; `http` only on this machine.
pub(crate) fn is_https_or_loopback(address: &Url) -> bool {
    address.scheme() == "https" || is_loopback_http(address)
}
