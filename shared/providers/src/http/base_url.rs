//! Where requests may go: https, or http on the loopback interface.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use url::{Host, Url};

/// Everything but RFC 3986 §2.3's unreserved characters: an id may contain `/`, `#`, `@` and `%`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A configured address cannot be used. Its value is not repeated: it may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is not usable: {problem}")]
pub struct UnusableUrl {
    /// The variable, or the name of the address where it is built in.
    pub variable: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// An address that tokens may be sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Takes `text` as the address that `variable` names; refused are other schemes than https (and http on the
    /// loopback interface), credentials, a query and a fragment.
    pub fn parse(variable: &str, text: &str) -> Result<Self, UnusableUrl> {
        let refuse = |problem| UnusableUrl { variable: variable.to_owned(), problem };
        let url = Url::parse(text.trim()).map_err(|_| refuse("it is not an absolute URL"))?;
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
            return Err(refuse("only https is allowed, or http on 127.0.0.1, [::1] and localhost"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it must not contain a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it must not contain a query or fragment"));
        }
        Ok(Self(url))
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The address with these path segments below it, each percent-encoded. `None` for a segment that is empty,
    /// `.` or `..`, which would name another path, encoded or not.
    pub fn below(&self, segments: &[&str]) -> Option<Url> {
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return None;
        }
        let mut path = self.0.path().trim_end_matches('/').to_owned();
        for segment in segments {
            path.push('/');
            path.extend(utf8_percent_encode(segment, SEGMENT));
        }
        let mut url = self.0.clone();
        url.set_path(&path);
        Some(url)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.0)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_the_loopback_interface_alone() {
        for good in ["https://example.com/x", "http://127.0.0.1:80", "http://[::1]:1/", "http://localhost:9400/a/b"] {
            assert!(BaseUrl::parse("X", good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "oauth2.googleapis.com",
            "",
        ] {
            assert!(BaseUrl::parse("X", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_refusal_names_the_variable_and_not_the_value() {
        let refusal = BaseUrl::parse("GOOGLE_TOKEN_URL", "https://user:canary@example.com").unwrap_err().to_string();
        assert_eq!(refusal, "GOOGLE_TOKEN_URL is not usable: it must not contain a user name or password");
        assert!(BaseUrl::parse("X", "https://example.com/?key=canary").is_err());
        assert!(BaseUrl::parse("X", "https://example.com/#canary").is_err());
    }

    #[test]
    fn ids_cannot_leave_their_path_segment() {
        let base = BaseUrl::parse("X", "https://example.com/calendar/v3/").unwrap();
        let url = base.below(&["calendars", "a/../b#c@d?e%2F ü", "events"]).unwrap();
        assert_eq!(
            url.as_str(),
            "https://example.com/calendar/v3/calendars/a%2F..%2Fb%23c%40d%3Fe%252F%20%C3%BC/events"
        );
        assert_eq!(base.below(&["calendars", "..", "events"]), None);
        assert_eq!(base.below(&["calendars", "", "events"]), None);
    }
}
