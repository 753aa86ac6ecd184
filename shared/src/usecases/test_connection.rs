//! Test connection: checks credentials and the chosen resources at once, without a sync.

use crate::api::TestView;
use crate::entry::{Caller, Problem};
use crate::store::Integration;
use crate::usecases::access::{AccessError, Tokens};
use crate::usecases::get::{self, Integrations};
use crate::usecases::lifecycle::Lifecycle;
use chrono::{DateTime, Utc};
use domain::history::Actor;
use domain::ids::ProviderSlug;
use domain::lifecycle::ErrorReason;
use providers::{Access, Provider, Registry};

/// Tests connections.
#[derive(Clone)]
pub struct TestConnection {
    /// Finds integrations.
    pub integrations: Integrations,
    /// The providers.
    pub registry: Registry,
    /// Access tokens.
    pub tokens: Tokens,
    /// Moves the status by the verdict.
    pub lifecycle: Lifecycle,
}

impl TestConnection {
    /// Tests at once and says what is wrong. A verdict moves the status; a bad day of the provider changes nothing
    /// and never counts as a failure.
    pub async fn test(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        deadline: DateTime<Utc>,
    ) -> Result<TestView, Problem> {
        let found = self.integrations.find(caller, slug).await?;
        let provider = get::provider(&self.registry, slug)?;
        let outcome = check(&self.tokens.until(deadline), &found.integration, provider).await;
        let actor = Actor::Member(caller.member.to_string());
        match outcome {
            Ok(()) => {
                self.lifecycle.checked(&found.integration, Ok(()), actor).await?;
                Ok(TestView { ok: true, code: None, message: None, remedy: None, explanation: None })
            }
            Err(AccessError::NotConnected) => Err(Problem::not_connected()),
            Err(error) => {
                if let Some(reason) = verdict(&error) {
                    self.lifecycle.checked(&found.integration, Err(reason), actor).await?;
                }
                Ok(failed(error.into()))
            }
        }
    }
}

fn failed(problem: Problem) -> TestView {
    TestView {
        ok: false,
        code: Some(problem.code.into()),
        message: Some(problem.detail),
        remedy: problem.remedy,
        explanation: problem.explanation.map(|explanation| *explanation),
    }
}

/// The reason that a failure puts the integration in Error with at once. A suspicion is no verdict; a token that is
/// refused although it was just renewed is one.
pub(super) fn verdict(error: &AccessError) -> Option<ErrorReason> {
    match error {
        AccessError::Dead => Some(ErrorReason::CredentialsExpired),
        AccessError::Provider(error) => ErrorReason::of_failure(error.class),
        _ => None,
    }
}

/// Checks the connection, with one renewal of a refused token.
pub(super) async fn check(
    tokens: &Tokens,
    integration: &Integration,
    provider: &dyn Provider,
) -> Result<(), AccessError> {
    let resources = &integration.settings.resources;
    let question = |access: Access| async move { provider.test(&access, resources).await };
    tokens.call(integration, provider, &mut None, question).await
}
