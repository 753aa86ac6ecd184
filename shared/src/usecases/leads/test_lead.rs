//! A test lead: the provider makes it and delivers it like any other, so it proves the whole way.

use crate::api::{TestLeadBody, TestLeadView};
use crate::entry::{Caller, Problem};
use crate::store::Integration;
use crate::usecases::TRIES;
use crate::usecases::access::Tokens;
use crate::usecases::draft::Draft;
use crate::usecases::get::{Integrations, provider};
use chrono::{DateTime, Utc};
use domain::history::{Actor, HistoryEvent};
use domain::ids::{ExternalId, ProviderSlug, ResourceId};
use domain::lead::Form;
use domain::lifecycle::Status;
use providers::{Access, Registry};

/// So many test leads are known.
const MOST_NOTED: usize = 5;

/// Asks for test leads.
#[derive(Clone)]
pub struct SendTestLead {
    /// Finds integrations.
    pub integrations: Integrations,
    /// The providers.
    pub registry: Registry,
    /// Access tokens.
    pub tokens: Tokens,
}

impl SendTestLead {
    /// Asks the provider for a test lead of a chosen form. A former one, of which a form may have but one, goes first.
    pub async fn send(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        body: &TestLeadBody,
        deadline: DateTime<Utc>,
    ) -> Result<TestLeadView, Problem> {
        let found = self.integrations.find(caller, slug).await?;
        let provider = provider(&self.registry, slug)?;
        let Some(leads) = provider.leads() else { return Err(Problem::not_found("form")) };
        let integration = &found.integration;
        let chosen = integration.settings.resources.contains(&body.form);
        let Some(form) = Form::of(&body.form).ok().filter(|_| chosen) else {
            return Err(Problem::invalid("form_not_chosen", "A test lead is for a form that is chosen.")
                .remedy("Choose the form and save the settings first."));
        };
        if integration.status != Status::Active {
            return Err(Problem::new(409, "not_active", "A test lead arrives only while the integration is Active.")
                .remedy("Connect or resume the integration first."));
        }
        let (tokens, form) = (self.tokens.until(deadline), &form);
        let question = |access: Access| async move { leads.send_test(&access, form).await };
        let lead = tokens.call(integration, provider, &mut None, question).await?;
        self.note(caller, integration, &body.form, lead.as_ref()).await?;
        Ok(TestLeadView { lead })
    }

    /// Notes which lead it is, before its delivery is worked on: not every provider marks it. A person finds it in the
    /// history.
    async fn note(
        &self,
        caller: &Caller,
        of: &Integration,
        form: &ResourceId,
        lead: Option<&ExternalId>,
    ) -> Result<(), Problem> {
        let store = &self.integrations.store;
        for _ in 0..TRIES {
            let now = store.integration(&of.account, &of.provider).await?;
            let Some(now) = now.filter(|now| now.id == of.id) else { return Ok(()) };
            let mut draft = Draft::of(store, &now);
            let former = now.test_leads.iter().filter(|known| Some(*known) != lead);
            draft.next.test_leads = lead.into_iter().chain(former).take(MOST_NOTED).cloned().collect();
            let event = HistoryEvent::TestLeadSent { form: form.clone() };
            draft.line(Actor::Member(caller.member.to_string()), event);
            match store.commit(&draft.quiet()).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::busy())
    }
}
