//! Where Google is.

use crate::http::{BaseUrl, UnusableUrl};
use std::collections::HashMap;

/// Google's addresses; each can be overridden by a variable (architecture.md §6).
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The consent page: `GOOGLE_AUTH_URL`.
    pub authorize: BaseUrl,
    /// The token endpoint: `GOOGLE_TOKEN_URL`.
    pub token: BaseUrl,
    /// The revocation endpoint: `GOOGLE_REVOKE_URL`.
    pub revoke: BaseUrl,
    /// OpenID Connect's userinfo: `GOOGLE_USERINFO_URL`.
    pub userinfo: BaseUrl,
    /// The root of the Calendar API, which ends in `/calendar/v3`: `GOOGLE_CALENDAR_URL`.
    pub calendar: BaseUrl,
    /// The issuer that callbacks name; not known where the consent page is not Google's own.
    pub issuer: Option<String>,
}

impl Endpoints {
    /// Google's own addresses, overridden by what `vars` says; an error names the variable that cannot be used.
    pub fn from_vars(vars: &HashMap<String, String>) -> Result<Self, UnusableUrl> {
        let url = |variable: &str, google: &str| {
            let text = vars.get(variable).map(String::as_str).filter(|text| !text.trim().is_empty());
            BaseUrl::parse(variable, text.unwrap_or(google))
        };
        let authorize = url("GOOGLE_AUTH_URL", AUTHORIZE)?;
        let own = authorize.url().as_str() == AUTHORIZE;
        Ok(Self {
            authorize,
            token: url("GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token")?,
            revoke: url("GOOGLE_REVOKE_URL", "https://oauth2.googleapis.com/revoke")?,
            userinfo: url("GOOGLE_USERINFO_URL", "https://openidconnect.googleapis.com/v1/userinfo")?,
            calendar: url("GOOGLE_CALENDAR_URL", "https://www.googleapis.com/calendar/v3")?,
            issuer: own.then(|| "https://accounts.google.com".to_owned()),
        })
    }
}

const AUTHORIZE: &str = "https://accounts.google.com/o/oauth2/v2/auth";

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(vars: &[(&str, &str)]) -> Result<Endpoints, UnusableUrl> {
        Endpoints::from_vars(&vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn without_variables_it_is_google_and_its_issuer_is_known() {
        let google = endpoints(&[("GOOGLE_TOKEN_URL", " ")]).unwrap();
        assert_eq!(google.token.url().as_str(), "https://oauth2.googleapis.com/token");
        assert_eq!(google.issuer.as_deref(), Some("https://accounts.google.com"));
    }

    #[test]
    fn an_overridden_consent_page_has_no_known_issuer() {
        let local = endpoints(&[("GOOGLE_AUTH_URL", "http://127.0.0.1:9401/o/oauth2/v2/auth")]).unwrap();
        assert_eq!(local.issuer, None);
        assert_eq!(local.authorize.url().port(), Some(9401));
    }

    #[test]
    fn an_unusable_address_is_an_error_that_names_its_variable() {
        for variable in
            ["GOOGLE_AUTH_URL", "GOOGLE_TOKEN_URL", "GOOGLE_REVOKE_URL", "GOOGLE_USERINFO_URL", "GOOGLE_CALENDAR_URL"]
        {
            assert_eq!(endpoints(&[(variable, "http://example.com/")]).unwrap_err().variable, variable);
        }
    }
}
