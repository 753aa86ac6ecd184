//! What can be chosen: asked of the provider, for this very grant, now.

use crate::api::OptionsView;
use crate::entry::{Caller, Problem};
use crate::usecases::access::Tokens;
use crate::usecases::get::{self, Found, Integrations};
use chrono::{DateTime, Utc};
use domain::ids::{ProviderSlug, ResourceId};
use domain::lead::{Form, Question};
use domain::resource::Choice;
use providers::{Access, Provider, Registry};

/// Lists what can be chosen.
#[derive(Clone)]
pub struct Options {
    integrations: Integrations,
    registry: Registry,
    tokens: Tokens,
}

impl Options {
    /// Over these.
    pub fn new(integrations: Integrations, registry: Registry, tokens: Tokens) -> Self {
        Self { integrations, registry, tokens }
    }

    /// The choices of a kind, as the path names it; of one parent, where the query names it.
    pub async fn list(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        kind: &str,
        parent: Option<&ResourceId>,
        deadline: DateTime<Utc>,
    ) -> Result<OptionsView, Problem> {
        let found = self.integrations.find(caller, slug).await?;
        Ok(OptionsView { options: self.listed(&found, kind, parent, deadline).await? })
    }

    /// The provider that is asked.
    pub(super) fn provider(&self, found: &Found) -> Result<&dyn Provider, Problem> {
        get::provider(&self.registry, &found.manifest.slug)
    }

    /// What a form asks.
    pub(super) async fn questions(
        &self,
        found: &Found,
        form: &ResourceId,
        deadline: DateTime<Utc>,
    ) -> Result<Vec<Question>, Problem> {
        let (provider, tokens) = (self.provider(found)?, self.tokens.until(deadline));
        let (Some(leads), Ok(form)) = (provider.leads(), Form::of(form)) else { return Ok(vec![]) };
        let form = &form;
        let question = |access: Access| async move { leads.questions(&access, form).await };
        Ok(tokens.call(&found.integration, provider, &mut None, question).await?)
    }

    /// The choices for an integration that was found.
    pub(super) async fn listed(
        &self,
        found: &Found,
        kind: &str,
        parent: Option<&ResourceId>,
        deadline: DateTime<Utc>,
    ) -> Result<Vec<Choice>, Problem> {
        let (provider, tokens) = (self.provider(found)?, self.tokens.until(deadline));
        let question = |access: Access| async move { provider.options(&access, kind, parent).await };
        let listed = tokens.call(&found.integration, provider, &mut None, question).await?;
        listed.ok_or_else(|| Problem::not_found("kind of resource"))
    }
}
