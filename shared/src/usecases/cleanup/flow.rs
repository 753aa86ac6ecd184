//! Flows that nobody ended: a person who never came back, an exchange whose process died. A secret that such a flow
//! wrote and nothing refers to is deleted, without ever listing secrets.

use super::CleanupWorker;
use crate::store::{CODE_VALID, Flow, FlowState, LOST_AFTER, StoreError};
use domain::history::{Actor, HistoryEvent, HistoryLine};

impl CleanupWorker {
    /// Ends a flow that is over, and looks for what it left.
    pub(super) async fn end_flow(&self, flow: &Flow) -> Result<&'static str, StoreError> {
        let now = self.store.now();
        match flow.state {
            FlowState::Started | FlowState::Returned if now < flow.valid_until + CODE_VALID => Ok("not_due"),
            FlowState::Started | FlowState::Returned => self.end(flow, "abandoned").await,
            FlowState::Exchanging if flow.claimed_at.is_some_and(|at| now < at + LOST_AFTER) => Ok("not_due"),
            // First the end, so that no late commit can refer to the secret; then the secret.
            FlowState::Exchanging => match self.end(flow, "start_again").await? {
                "ended" => self.destroy_flow_grant(flow).await,
                outcome => Ok(outcome),
            },
            FlowState::Failed => self.destroy_flow_grant(flow).await,
            FlowState::Done => self.store.settle_flow(flow).await.map(|()| "done"),
        }
    }

    async fn end(&self, flow: &Flow, outcome: &'static str) -> Result<&'static str, StoreError> {
        let line = HistoryLine { actor: Actor::System, event: HistoryEvent::ConnectEnded { code: outcome.to_owned() } };
        match self.store.end_flow(flow, flow.state, outcome, &line).await {
            Ok(()) => Ok("ended"),
            Err(error) if error.is_conflict() => Ok("moved_on"),
            Err(error) => Err(error),
        }
    }

    /// The secret is named after the flow's own grant: it can be no other's.
    async fn destroy_flow_grant(&self, flow: &Flow) -> Result<&'static str, StoreError> {
        let secret = self.vault.grant_name(&flow.account, flow.id, flow.grant);
        if self.vault.schedule_deletion(&secret).await.is_err() {
            return Ok("vault");
        }
        let ended = Flow { state: FlowState::Failed, ..flow.clone() };
        self.store.settle_flow(&ended).await.map(|()| "ended")
    }
}
