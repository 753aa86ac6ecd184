//! What can be chosen: asked of the provider, for this very grant, now.

use crate::api::OptionsView;
use crate::entry::{Caller, Problem};
use crate::usecases::access::{AccessError, Tokens};
use crate::usecases::get::{Found, Integrations};
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use domain::ids::{ProviderSlug, ResourceId};
use domain::lead::{Form, Question};
use domain::resource::Choice;

/// Lists what can be chosen.
#[derive(Clone)]
pub struct Options {
    integrations: Integrations,
    tokens: Tokens,
}

impl Options {
    /// Over these.
    pub fn new(integrations: Integrations, tokens: Tokens) -> Self {
        Self { integrations, tokens }
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

    /// What a form asks.
    pub(super) async fn questions(
        &self,
        found: &Found,
        form: &ResourceId,
        deadline: DateTime<Utc>,
    ) -> Result<Vec<Question>, Problem> {
        let (provider, tokens) = (found.provider.as_ref(), self.tokens.until(deadline));
        let (Some(leads), Ok(form)) = (provider.leads(), Form::of(form)) else { return Ok(vec![]) };
        let held = tokens.access(&found.integration, provider).await?;
        let asked = match leads.questions(&held.access, &form).await {
            Err(error) if error.class == FailureClass::DeadCredentials => {
                let held = tokens.renewed(&found.integration, provider, &held).await?;
                leads.questions(&held.access, &form).await
            }
            asked => asked,
        };
        Ok(asked.map_err(AccessError::Provider)?)
    }

    /// The choices for an integration that was found. A refused token is renewed once.
    pub(super) async fn listed(
        &self,
        found: &Found,
        kind: &str,
        parent: Option<&ResourceId>,
        deadline: DateTime<Utc>,
    ) -> Result<Vec<Choice>, Problem> {
        let (provider, tokens) = (found.provider.as_ref(), self.tokens.until(deadline));
        let held = tokens.access(&found.integration, provider).await?;
        let listed = match provider.options(&held.access, kind, parent).await {
            Err(error) if error.class == FailureClass::DeadCredentials => {
                let held = tokens.renewed(&found.integration, provider, &held).await?;
                provider.options(&held.access, kind, parent).await
            }
            listed => listed,
        };
        let listed = listed.map_err(AccessError::Provider)?;
        listed.ok_or_else(|| Problem::not_found("kind of resource"))
    }
}
