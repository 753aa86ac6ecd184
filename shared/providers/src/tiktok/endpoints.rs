//! Where TikTok is.

use crate::http::{BaseUrl, UnusableUrl};
use std::collections::HashMap;
use url::Url;

const AUTHORIZE: &str = "https://business-api.tiktok.com/portal/auth";
const API: &str = "https://business-api.tiktok.com/open_api/v1.3/";

/// TikTok's addresses; each can be overridden by a variable (architecture.md §6).
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The whole "Advertiser authorization URL" of TikTok's portal, which may carry `app_id` and `rid`: `TIKTOK_AUTH_URL`.
    pub authorize: Url,
    /// The root of the API, which ends in `/open_api/v1.3/`: `TIKTOK_API_URL`.
    pub api: BaseUrl,
}

impl Endpoints {
    /// TikTok's own addresses, overridden by what `vars` says; an error names the variable that cannot be used.
    pub fn from_vars(vars: &HashMap<String, String>) -> Result<Self, UnusableUrl> {
        let text = |variable: &str| vars.get(variable).map(String::as_str).filter(|text| !text.trim().is_empty());
        Ok(Self {
            authorize: consent_page("TIKTOK_AUTH_URL", text("TIKTOK_AUTH_URL").unwrap_or(AUTHORIZE))?,
            api: BaseUrl::parse("TIKTOK_API_URL", text("TIKTOK_API_URL").unwrap_or(API))?,
        })
    }
}

/// The only address that may have a query; the rest of it keeps the rules of every other.
fn consent_page(variable: &str, text: &str) -> Result<Url, UnusableUrl> {
    let text = text.trim();
    let (base, query) = text.split_once('?').map_or((text, None), |(base, query)| (base, Some(query)));
    let refuse = |problem| UnusableUrl { variable: variable.to_owned(), problem };
    if query.is_some_and(|query| query.contains('#')) {
        return Err(refuse("it must not contain a fragment"));
    }
    let mut url = BaseUrl::parse(variable, base)?.url().clone();
    url.set_query(query.filter(|query| !query.is_empty()));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(vars: &[(&str, &str)]) -> Result<Endpoints, UnusableUrl> {
        Endpoints::from_vars(&vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn without_variables_it_is_tiktok_in_production() {
        let tiktok = endpoints(&[("TIKTOK_API_URL", " ")]).unwrap();
        assert_eq!(tiktok.authorize.as_str(), AUTHORIZE);
        assert_eq!(tiktok.api.url().as_str(), API);
    }

    #[test]
    fn the_consent_page_keeps_the_query_that_the_portal_gave_it() {
        let portal = "https://business-api.tiktok.com/portal/auth?app_id=7&rid=x%2Fy";
        assert_eq!(endpoints(&[("TIKTOK_AUTH_URL", portal)]).unwrap().authorize.as_str(), portal);
        let local = endpoints(&[("TIKTOK_AUTH_URL", "http://127.0.0.1:8788/tiktok/portal/auth")]).unwrap();
        assert_eq!((local.authorize.port(), local.authorize.query()), (Some(8788), None));
    }

    #[test]
    fn an_unusable_address_is_an_error_that_names_its_variable() {
        for (variable, text) in [
            ("TIKTOK_AUTH_URL", "http://example.com/auth?app_id=1"),
            ("TIKTOK_AUTH_URL", "https://user:canary@example.com/auth?app_id=1"),
            ("TIKTOK_AUTH_URL", "https://example.com/auth?app_id=1#canary"),
            ("TIKTOK_AUTH_URL", "https://example.com/auth#canary?x"),
            ("TIKTOK_API_URL", "http://example.com/open_api/v1.3/"),
            ("TIKTOK_API_URL", "https://example.com/open_api/v1.3/?x=canary"),
        ] {
            let refused = endpoints(&[(variable, text)]).unwrap_err();
            assert_eq!(refused.variable, variable, "{text}");
            assert!(!refused.to_string().contains("canary"), "{text}");
        }
    }
}
