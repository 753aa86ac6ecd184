//! The contract between the product and a provider.

mod consent;
mod leads;
mod push;
mod webhook;

pub use consent::*;
pub use leads::*;
pub use push::*;
pub use webhook::*;

use crate::error::{ProviderError, PullError};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ExternalId, ProviderAccountId, ProviderSlug, ResourceId};
use domain::lead::RawLead;
use domain::record::Record;
use domain::resource::Choice;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

/// What kind of thing a provider brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Calendar events.
    Calendar,
    /// Leads.
    Leads,
}

/// What a provider does with the refresh token when it is used (security-and-reliability: capability row).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The refresh token stays; a new one in the answer replaces it all the same.
    None,
    /// A new one each time; the former one still works for a while.
    Grace,
    /// A new one each time; the former one is refused.
    Strict,
    /// A new one each time; using the former one kills the grant.
    ReuseDetect,
}

/// What is always true of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its slug in paths and items.
    pub slug: ProviderSlug,
    /// Who runs it, as in the paths of what concerns a person and all that runs there: `facebook`.
    pub vendor: &'static str,
    /// Its name, as people know it.
    pub name: &'static str,
    /// One sentence about what connecting it brings.
    pub description: &'static str,
    /// What it brings.
    pub category: Category,
    /// The name of its icon in the page's own assets, without extension.
    pub icon: &'static str,
    /// The kind of resource that is chosen in its settings, as it stands in paths: `calendars`.
    pub resource_kind: &'static str,
    /// The kind of what the resources belong to, where they are chosen in two steps: first a page, then its forms.
    pub parent_kind: Option<&'static str>,
    /// Several resources may be read at once.
    pub several_resources: bool,
    /// One of the resources may be chosen to be written to.
    pub writes: bool,
    /// What it does with refresh tokens.
    pub rotation: Rotation,
    /// Scheduled syncs that may be started in a minute, over all accounts.
    pub syncs_per_minute: u32,
    /// Refreshes ahead of expiry that may be started in a minute, over all accounts. Each of a provider that rotates is a
    /// write of Secrets Manager, which takes 50 a second of everybody.
    pub refreshes_per_minute: u32,
}

impl Manifest {
    /// Whether it brings leads: exactly then there is a [`Leads`].
    pub fn brings_leads(&self) -> bool {
        self.category == Category::Leads
    }
}

/// The application's own registration at a provider.
#[derive(Debug, Clone)]
pub struct AppCredentials {
    /// The public client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretString,
    /// What the provider says when it asks whether the address of deliveries is ours, where it does.
    pub verify_token: Option<SecretString>,
}

/// What the authorization URL is made of.
#[derive(Debug)]
pub struct AuthorizeRequest<'a> {
    /// The application.
    pub app: &'a AppCredentials,
    /// Where the provider sends the browser back to: one literal string per provider and environment (RFC 9700 §4.1).
    pub redirect_uri: &'a Url,
    /// The state, 256 bits, base64url.
    pub state: &'a SecretString,
    /// The PKCE verifier (RFC 7636 §4.1); only its S256 challenge goes into the URL.
    pub verifier: &'a SecretString,
    /// The account to preselect at a reconnect.
    pub login_hint: Option<&'a str>,
}

/// What a code is exchanged with.
#[derive(Debug)]
pub struct ExchangeRequest<'a> {
    /// The application.
    pub app: &'a AppCredentials,
    /// The same string as in the authorization request.
    pub redirect_uri: &'a Url,
    /// The authorization code. Single use; the exchange is never retried.
    pub code: &'a SecretString,
    /// The PKCE verifier.
    pub verifier: &'a SecretString,
}

/// What must survive: the provider's own shape as JSON (Google: the refresh token). Kept in Secrets Manager only.
#[derive(Debug, Clone)]
pub struct Credential(pub SecretString);

/// What a call is made with: short-lived, a cache. Google: the bearer token.
#[derive(Debug, Clone)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// How long it is valid from the moment it was received; `None` when it does not expire.
    pub expires_in: Option<TimeDelta>,
}

/// What a successful exchange brings.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// To be kept.
    pub credential: Credential,
    /// To be used at once.
    pub access: Access,
    /// The scopes that were really granted.
    pub scopes: Vec<String>,
    /// When the person's consent ends whatever Aura does, where the provider says so: only the person can renew it.
    pub consent_ends: Option<DateTime<Utc>>,
}

/// What a refresh brings.
#[derive(Debug, Clone)]
pub struct Refreshed {
    /// The new credential, when the provider sent a new one: to be stored before anything else is done.
    pub credential: Option<Credential>,
    /// The new access.
    pub access: Access,
    /// The scopes now, when the answer names them.
    pub scopes: Option<Vec<String>>,
    /// When the person's consent ends now, where the provider says so.
    pub consent_ends: Option<DateTime<Utc>>,
}

/// Who was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The provider's stable id of the account (OIDC `sub`), never an e-mail address.
    pub id: ProviderAccountId,
    /// What a person recognises it by: the e-mail address.
    pub label: String,
}

/// What a page is asked with.
#[derive(Debug, Clone)]
pub struct PullRequest<'a> {
    /// The calendar, form, … to read.
    pub resource: &'a ResourceId,
    /// The token of the last complete pull: only what changed since is read. `None` reads everything.
    pub since: Option<&'a str>,
    /// The page to go on with.
    pub page: Option<&'a str>,
    /// The oldest that is wanted when everything is read.
    pub window_start: DateTime<Utc>,
}

/// One entry of a page.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "almost every entry is a record")]
pub enum Pulled {
    /// The record as it is now.
    Record(Record),
    /// A lead, not mapped yet.
    Lead(RawLead),
    /// The record is gone. For an id that was never stored there is nothing to do.
    Gone(ExternalId),
    /// One entry that could not be read; the others can. What is stored of it stays.
    Unreadable {
        /// Its id, where at least that could be read.
        id: Option<ExternalId>,
        /// Why not.
        error: ProviderError,
    },
}

/// What comes after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// There is another page of this pull.
    Page(String),
    /// There is another page of this pull, but not before this time has passed: the provider prepares it, or its budget
    /// is used up.
    Later {
        /// The page to go on with.
        page: String,
        /// How long to wait.
        after: TimeDelta,
    },
    /// This was the last one; the token for the next pull.
    Done(String),
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its entries, in the provider's order. May be empty though another page follows.
    pub entries: Vec<Pulled>,
    /// What comes after it.
    pub next: Next,
}

/// What every provider can do. Errors are classes; see [`ProviderError`].
#[async_trait]
pub trait Provider: Send + Sync {
    /// What is always true of it.
    fn manifest(&self) -> &Manifest;

    /// The address of the consent page.
    fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Result<Url, ProviderError>;

    /// What its answer to a consent looks like.
    fn consent_answer(&self) -> ConsentAnswer {
        ConsentAnswer::default()
    }

    /// Exchanges the code (RFC 6749 §4.1.3). Never retried. An answer without what must survive is `no_refresh_token`.
    async fn exchange_code(&self, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError>;

    /// The permissions that are needed and not among `scopes`, as the provider names them.
    fn missing_scopes(&self, scopes: &[String]) -> Vec<String>;

    /// Fetches new access (RFC 6749 §6).
    async fn refresh(&self, app: &AppCredentials, credential: &Credential) -> Result<Refreshed, ProviderError>;

    /// Ends the grant at the provider (RFC 7009). A grant that is dead already is a success.
    async fn revoke(&self, app: &AppCredentials, credential: &Credential) -> Result<(), ProviderError>;

    /// Who the access belongs to.
    async fn identify(&self, access: &Access) -> Result<Identity, ProviderError>;

    /// What can be chosen of `kind`, of `parent` alone where there is one; `None` when the provider has no such kind, or
    /// the kind needs a parent and this is none of this access.
    async fn options(
        &self,
        access: &Access,
        kind: &str,
        parent: Option<&ResourceId>,
    ) -> Result<Option<Vec<Choice>>, ProviderError>;

    /// Checks the access and the chosen resources with as few calls as possible.
    async fn test(&self, access: &Access, resources: &[ResourceId]) -> Result<(), ProviderError>;

    /// Reading records, where the provider can be read from.
    fn pull(&self) -> Option<&dyn Pull> {
        None
    }

    /// Writing appointments, where the provider can be written to.
    fn push(&self) -> Option<&dyn Push> {
        None
    }

    /// What a provider of leads can do besides.
    fn leads(&self) -> Option<&dyn Leads> {
        None
    }

    /// Being told of changes, where the provider tells.
    fn webhook(&self) -> Option<&dyn Webhook> {
        None
    }
}

/// Reading records page by page.
#[async_trait]
pub trait Pull: Send + Sync {
    /// The version of the query. A token that was made with another version forces a full pull.
    fn query_version(&self) -> u32;

    /// Whether the budget grows with what there is to read, so that a resource on which nothing happens is to be read
    /// sparingly, whatever the interval.
    fn spares_what_is_quiet(&self) -> bool {
        false
    }

    /// One page.
    async fn page(&self, access: &Access, request: &PullRequest<'_>) -> Result<Page, PullError>;
}
