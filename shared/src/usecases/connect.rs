//! Starting a connect or reconnect: a flow and the address of the provider's consent page.

use crate::api::ConnectView;
use crate::digest::sha256_hex;
use crate::entry::{Caller, Problem};
use crate::random::Random;
use crate::seal::{Context, Purpose, SealKeys};
use crate::store::{Flow, FlowState, Integration, VALID};
use crate::usecases::TRIES;
use crate::usecases::create::Create;
use crate::usecases::draft::Draft;
use crate::usecases::get::{Found, Integrations, provider};
use crate::usecases::publish::Publisher;
use crate::vault::Vault;
use domain::history::Actor;
use domain::ids::{GrantId, ProviderSlug};
use domain::lifecycle::{Signal, Status};
use providers::{AuthorizeRequest, Registry};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use url::Url;

/// Starts flows.
#[derive(Clone)]
pub struct Connect {
    /// Finds integrations.
    pub integrations: Integrations,
    /// The providers.
    pub registry: Registry,
    /// Creates the integration where there is none.
    pub create: Create,
    /// Publishes what changed.
    pub publisher: Publisher,
    /// The applications' registrations.
    pub vault: Arc<Vault>,
    /// Seals the verifier.
    pub keys: Arc<SealKeys>,
    /// Where providers send the browser back to.
    pub redirects: Redirects,
}

/// The redirect addresses: one literal text per provider, never derived from a request (RFC 9700 §4.1).
#[derive(Debug, Clone)]
pub struct Redirects(Url);

impl Redirects {
    /// `base`: the API's public address.
    pub fn new(base: Url) -> Self {
        Self(base)
    }

    /// A provider's redirect address.
    pub fn of(&self, provider: &ProviderSlug) -> Result<Url, Problem> {
        let base = self.0.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/oauth/callback/{provider}")).map_err(|error| Problem::internal(error.to_string()))
    }
}

/// What a sealed part of a flow belongs to.
pub(super) fn flow_context(name: &str) -> Context {
    Context::new(&[("flow", name)])
}

impl Connect {
    /// Starts a flow for this member.
    pub async fn start(&self, caller: &Caller, slug: &ProviderSlug) -> Result<ConnectView, Problem> {
        let found = self.integrations.find(caller, slug).await;
        if found.as_ref().is_err_and(|problem| problem.code == "not_found") {
            self.integrations.manifest(slug)?;
            match self.create.admitted(caller, slug).await {
                // Somebody else connects at the same moment: theirs is found below.
                Err(problem) if problem.code != "already_exists" => return Err(problem),
                _ => {}
            }
        }
        // Before a slot of the plan is taken: without the application's registration nobody can go on.
        let app = self.vault.app_credentials(slug).await?;
        let found = match found {
            Ok(found) => found,
            Err(_) => self.create.find_or_create(caller, slug).await?,
        };
        let integration = self.begun(caller, &found).await?;
        let random = Random::new();
        let (state, verifier) = (random.token256(), random.token256());
        let flow = self.flow(caller, &integration, &state, &verifier).await?;
        let login_hint = integration.connected.as_ref().filter(|_| integration.status != Status::Disconnected);
        let url = provider(&self.registry, slug)?.authorize_url(&AuthorizeRequest {
            app: &app,
            redirect_uri: &self.redirects.of(slug)?,
            state: &state,
            verifier: &verifier,
            login_hint: login_hint.map(|connected| connected.label.as_str()),
        })?;
        self.integrations.store.start_flow(&flow).await?;
        Ok(ConnectView { authorization_url: url.into(), flow: flow.name, expires_at: flow.valid_until })
    }

    async fn flow(
        &self,
        caller: &Caller,
        integration: &Integration,
        state: &SecretString,
        verifier: &SecretString,
    ) -> Result<Flow, Problem> {
        let store = &self.integrations.store;
        let name = sha256_hex(state.expose_secret().as_bytes());
        Ok(Flow {
            verifier: Some(self.keys.seal(Purpose::Verifier, verifier, &flow_context(&name)).await?),
            name,
            account: caller.account.clone(),
            member: caller.member.clone(),
            provider: integration.provider.clone(),
            id: integration.id,
            grant_seen: integration.grant,
            disconnects_seen: integration.disconnects,
            grant: GrantId::new(store.new_id()),
            state: FlowState::Started,
            valid_until: store.now() + VALID,
            code: None,
            code_until: None,
            ticket: None,
            claimed_at: None,
            outcome: None,
        })
    }

    /// A first connect makes a Draft Configuring; a reconnect changes nothing before it has succeeded.
    async fn begun(&self, caller: &Caller, found: &Found) -> Result<Integration, Problem> {
        let store = &self.integrations.store;
        let mut integration = found.integration.clone();
        for _ in 0..TRIES {
            let mut draft = Draft::of(store, &integration);
            if !draft.signal(Signal::ConnectStarted, Actor::Member(caller.member.to_string()))? {
                return Ok(integration);
            }
            let change = draft.visible();
            match store.commit(&change).await {
                Ok(()) => {
                    self.publisher.publish_now(change.events()).await;
                    return Ok(change.next().clone());
                }
                Err(error) if error.is_conflict() => {
                    integration = self.integrations.find(caller, &integration.provider).await?.integration;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::busy())
    }
}
