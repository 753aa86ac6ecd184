//! Finishing a connect: by the member who started it, with the ticket of the browser that consented.
//!
//! An attacker who mails his consent link has the state but not the ticket; the victim's browser has the ticket but
//! not the attacker's identity (draft-ietf-oauth-security-topics-update, "Cross-user OAuth Session Fixation").

use crate::api::CompleteView;
use crate::digest::{constant_time_eq, sha256_hex};
use crate::entry::{Caller, Problem};
use crate::seal::{Purpose, SealKeys};
use crate::store::{Change, EXCHANGE_LIMIT, Flow, FlowState, Store};
use crate::usecases::connect::{Redirects, flow_context};
use crate::usecases::publish::Publisher;
use crate::usecases::request_sync::Requests;
use crate::vault::Vault;
use domain::history::{Actor, HistoryEvent, HistoryLine};
use providers::{Authorization, ExchangeRequest, Identity, Provider, ProviderError, Registry};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;

mod commit;
mod outcome;

pub use outcome::Failed;

/// The whole exchange ends within this time.
const LIMIT: Duration = Duration::from_secs(20);

/// Finishes flows.
#[derive(Clone)]
pub struct Complete {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// Publishes what changed.
    pub publisher: Publisher,
    /// Starts the connection's test.
    pub requests: Requests,
    /// Keeps the grant.
    pub vault: Arc<Vault>,
    /// Opens verifier and code.
    pub flow_keys: Arc<SealKeys>,
    /// Seals the access token.
    pub token_keys: Arc<SealKeys>,
    /// The same redirect addresses as at the start.
    pub redirects: Redirects,
}

/// What the provider gave for the code.
pub(super) struct Exchanged {
    authorization: Authorization,
    identity: Identity,
}

impl Complete {
    /// Finishes a flow. Answers 202 while the same flow is being finished, then the stored outcome.
    pub async fn complete(
        &self,
        caller: &Caller,
        name: &str,
        ticket: &SecretString,
    ) -> Result<(u16, CompleteView), Problem> {
        let flow = self.own_flow(caller, name, ticket).await?;
        match flow.state {
            FlowState::Started | FlowState::Returned => self.finish(caller, flow).await,
            _ => self.stored_outcome(&flow),
        }
    }

    /// The flow, if it belongs to this member and the ticket is its own. Every refusal is the same.
    async fn own_flow(&self, caller: &Caller, name: &str, ticket: &SecretString) -> Result<Flow, Problem> {
        let flow = self.store.flow(name).await?.filter(|flow| {
            let presented = sha256_hex(ticket.expose_secret().as_bytes());
            let ticket_fits = flow.ticket.as_deref().is_some_and(|hash| constant_time_eq(hash, &presented));
            flow.account == caller.account && flow.member == caller.member && ticket_fits
        });
        flow.ok_or_else(outcome::flow_not_found)
    }

    fn stored_outcome(&self, flow: &Flow) -> Result<(u16, CompleteView), Problem> {
        let lost = flow.claimed_at.is_none_or(|at| at + EXCHANGE_LIMIT < self.store.now());
        match flow.state {
            FlowState::Done => Ok((200, view(flow, "connected"))),
            FlowState::Failed => Err(Failed::of(flow.outcome.as_deref().unwrap_or_default()).problem()),
            _ if lost => Err(Failed::StartAgain.problem()),
            _ => Ok((202, view(flow, "pending"))),
        }
    }

    /// Claims the flow and does the rest; exactly one caller gets here for a flow.
    async fn finish(&self, caller: &Caller, flow: Flow) -> Result<(u16, CompleteView), Problem> {
        let now = self.store.now();
        let fresh = flow.code_until.is_some_and(|until| now < until) && now < flow.valid_until;
        if !fresh {
            self.fail(caller, &flow, FlowState::Returned, Failed::StartAgain).await?;
            return Err(Failed::StartAgain.problem());
        }
        match self.store.claim_flow(&flow).await {
            Ok(()) => {}
            Err(error) if error.is_conflict() => return Ok((202, view(&flow, "pending"))),
            Err(error) => return Err(error.into()),
        }
        let done = tokio::time::timeout(LIMIT, self.connect(caller, &flow)).await;
        match done.unwrap_or_else(|_| Err(Failed::StartAgain.because("timeout"))) {
            Ok(change) => {
                self.committed(&change).await;
                Ok((200, view(&flow, "connected")))
            }
            Err(Stopped::Failed(failed, cause)) => {
                if self.fail(caller, &flow, FlowState::Exchanging, failed).await? {
                    return Err(failed.problem().caused_by(cause));
                }
                let flow = self.store.flow(&flow.name).await?.ok_or_else(outcome::flow_not_found)?;
                self.stored_outcome(&flow)
            }
            Err(Stopped::Unclear(problem)) => Err(problem),
        }
    }

    async fn connect(&self, caller: &Caller, flow: &Flow) -> Result<Change, Stopped> {
        let provider = self.registry.find(&flow.provider).ok_or(Failed::StartAgain)?;
        // Whoever was overtaken makes no grant at the provider that nobody would use.
        self.same_integration(flow).await?;
        let exchanged = self.exchange(flow, provider.as_ref()).await?;
        self.commit(caller, flow, exchanged).await
    }

    /// The exchange is never retried: an answer that was lost may have used up the code (RFC 6749 §4.1.2).
    async fn exchange(&self, flow: &Flow, provider: &dyn Provider) -> Result<Exchanged, Stopped> {
        let again = |error: &dyn std::fmt::Display| Failed::StartAgain.because(error);
        let context = flow_context(&flow.name);
        let (sealed_code, sealed_verifier) = (flow.code.as_deref(), flow.verifier.as_deref());
        let code = self.flow_keys.open(Purpose::Code, sealed_code.unwrap_or_default(), &context);
        let verifier = self.flow_keys.open(Purpose::Verifier, sealed_verifier.unwrap_or_default(), &context);
        let request = ExchangeRequest {
            app: &self.vault.app_credentials(&flow.provider).await.map_err(|error| again(&error))?,
            redirect_uri: &self.redirects.of(&flow.provider)?,
            code: &code.await.map_err(|error| again(&error))?,
            verifier: &verifier.await.map_err(|error| again(&error))?,
        };
        let of_provider = |error: ProviderError| Failed::of_exchange(&error).because(&error);
        let authorization = provider.exchange_code(&request).await.map_err(of_provider)?;
        if !provider.missing_scopes(&authorization.scopes).is_empty() {
            return Err(Failed::MissingPermissions.into());
        }
        let identity = provider.identify(&authorization.access).await.map_err(of_provider)?;
        Ok(Exchanged { authorization, identity })
    }

    /// Stores the end of a flow; `false` when it has ended already, perhaps by a commit whose answer was late.
    async fn fail(&self, caller: &Caller, flow: &Flow, from: FlowState, failed: Failed) -> Result<bool, Problem> {
        let line = HistoryLine {
            actor: Actor::Member(caller.member.to_string()),
            event: HistoryEvent::ConnectEnded { code: failed.code().to_owned() },
        };
        match self.store.end_flow(flow, from, failed.code(), &line).await {
            Err(error) if error.is_conflict() => Ok(false),
            outcome => Ok(outcome.map(|()| true)?),
        }
    }
}

/// Why a claimed flow did not get to its end.
pub(super) enum Stopped {
    /// With an outcome to store, and why, for the log.
    Failed(Failed, String),
    /// The commit may or may not have happened: the flow itself tells, when it is asked again.
    Unclear(Problem),
}

impl From<Failed> for Stopped {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed, failed.code().to_owned())
    }
}

fn view(flow: &Flow, outcome: &str) -> CompleteView {
    CompleteView { outcome: outcome.into(), provider: flow.provider.clone() }
}
