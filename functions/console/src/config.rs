//! What the page must know before it can ask the API anything.

use serde_json::{Value, json};
use shared::config::{ConfigError, Vars};
use url::Url;

/// The page's configuration.
pub(crate) struct PageConfig {
    issuer: String,
    client_id: String,
    audience: Option<String>,
    back_url: Option<String>,
    local: bool,
    /// Origins that the page may call to sign a member in.
    pub(crate) sign_in_origins: Vec<String>,
}

impl PageConfig {
    /// `ISSUER_URL`: the OpenID Connect issuer. `WEB_CLIENT_ID`: the page's public client there. `AUDIENCE`: asked for
    /// when set. `BACK_URL`: the Tools hub. `STAGE`: `local` marks the page. `SIGN_IN_ORIGINS`: further origins,
    /// separated by spaces, for an issuer whose token endpoint lives elsewhere (Amazon Cognito's does).
    pub(crate) fn from_vars(vars: &Vars) -> Result<Self, ConfigError> {
        let mut sign_in_origins = vec![origin(&vars.url("ISSUER_URL")?, "ISSUER_URL")?];
        for further in vars.get("SIGN_IN_ORIGINS").unwrap_or_default().split_whitespace() {
            let url = Url::parse(further)
                .map_err(|_| ConfigError { variable: "SIGN_IN_ORIGINS", problem: "has something that is not a URL" })?;
            sign_in_origins.push(origin(&url, "SIGN_IN_ORIGINS")?);
        }
        Ok(Self {
            issuer: vars.required("ISSUER_URL")?.to_owned(),
            client_id: vars.required("WEB_CLIENT_ID")?.to_owned(),
            audience: vars.get("AUDIENCE").map(str::to_owned),
            back_url: vars.get("BACK_URL").map(str::to_owned),
            local: vars.get("STAGE") == Some("local"),
            sign_in_origins,
        })
    }

    /// The document the page reads. The API is where the page is, so its base is empty.
    pub(crate) fn document(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "clientId": self.client_id,
            "audience": self.audience,
            "apiBase": "",
            "backUrl": self.back_url,
            "local": self.local,
        })
    }
}

/// The origin goes into a security header, so it is built from the parsed URL and never copied.
fn origin(url: &Url, variable: &'static str) -> Result<String, ConfigError> {
    match url.scheme() {
        "http" | "https" => Ok(url.origin().ascii_serialization()),
        _ => Err(ConfigError { variable, problem: "is not a web address" }),
    }
}
