//! OAuth flows: valid for ten minutes, used once, kept a week.

use super::due::{self, Due, ItemName};
use super::expression::{Item, Update, When, any, check, instant, number, put, text};
use super::table::StoreError;
use super::{Store, history, keys};
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, TimeDelta, Utc};
use domain::history::HistoryLine;
use domain::ids::{AccountId, GrantId, IntegrationId, MemberId, ProviderSlug};
use serde::{Deserialize, Serialize};

/// Where a flow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowState {
    /// The person is at the provider.
    Started,
    /// The person came back with a code.
    Returned,
    /// The code is being exchanged.
    Exchanging,
    /// Connected.
    Done,
    /// Ended without success; `outcome` says why.
    Failed,
}

/// One flow. Its name is the SHA-256 of the state, which itself is never stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flow {
    /// SHA-256 of the state, in hexadecimal.
    pub name: String,
    /// The tenant.
    pub account: AccountId,
    /// The member who started it.
    pub member: MemberId,
    /// The provider whose consent page was opened.
    pub provider: ProviderSlug,
    /// The integration.
    pub id: IntegrationId,
    /// Its grant when the flow began; another one by now means that somebody was faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_seen: Option<GrantId>,
    /// How often the integration had been disconnected when the flow began; more by now means that a person changed
    /// their mind.
    #[serde(default)]
    pub disconnects_seen: u64,
    /// The grant that this flow makes. It names the secret.
    pub grant: GrantId,
    /// The PKCE verifier, sealed; erased when the flow has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// Where it stands.
    pub state: FlowState,
    /// When it is no longer valid.
    #[serde(with = "ts_milliseconds")]
    pub valid_until: DateTime<Utc>,
    /// The code, sealed, for a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When the code is no longer taken.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub code_until: Option<DateTime<Utc>>,
    /// SHA-256 of the finish ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// When the exchange was claimed.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<DateTime<Utc>>,
    /// The stored outcome: `connected` or the code of a problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// For how long a flow is valid.
pub const VALID: TimeDelta = TimeDelta::minutes(10);
/// For how long a returned code is taken.
pub const CODE_VALID: TimeDelta = TimeDelta::seconds(60);
/// For how long an exchange may be at work before it counts as lost.
pub const EXCHANGE_LIMIT: TimeDelta = TimeDelta::seconds(30);

/// When whatever a claimed exchange left behind is looked for.
pub const LOST_AFTER: TimeDelta = TimeDelta::hours(1);

impl Flow {
    fn update(&self, from: FlowState) -> Result<Update, StoreError> {
        Ok(Update::of(keys::flow(&self.name)).when(When::Equals("state", any(&from)?)))
    }

    /// The item's name, for a message about it.
    pub fn item_name(&self) -> ItemName {
        keys::flow(&self.name).into()
    }

    pub(super) fn ended(&self, from: FlowState, to: FlowState, outcome: &str) -> Result<Update, StoreError> {
        let update = self.update(from)?.set("state", any(&to)?).set("outcome", text(outcome));
        let update = update.remove("code").remove("verifier");
        // One that failed after its claim may have written a secret: its entry stays until somebody has looked.
        let settled = to == FlowState::Done || self.claimed_at.is_none() && from != FlowState::Exchanging;
        Ok(if settled { due::place(update, Due::Cleanup, self.id, None) } else { update })
    }
}

impl Store {
    /// Puts a new flow.
    pub async fn start_flow(&self, flow: &Flow) -> Result<(), StoreError> {
        let mut item: Item = serde_dynamo::to_item(flow).map_err(StoreError::ours)?;
        item.extend(keys::flow(&flow.name).into_item());
        item.insert(keys::EXPIRES.into(), number((flow.valid_until + TimeDelta::days(7)).timestamp()));
        // Whoever never comes back leaves a line in the history all the same.
        due::enter(&mut item, Due::Cleanup, flow.id, Some(flow.valid_until + CODE_VALID));
        self.table.transact(vec![put(self.table.name(), item, Some(When::Absent(keys::PK)))?]).await
    }

    /// Reads a flow by its name; `None` for a text that cannot be one.
    pub async fn flow(&self, name: &str) -> Result<Option<Flow>, StoreError> {
        if !keys::is_flow_name(name) {
            return Ok(None);
        }
        self.table.get(keys::flow(name)).await
    }

    /// Consumes the state: one conditional update stores the sealed code and the ticket's hash.
    pub async fn flow_returned(&self, flow: &Flow, code: &str, ticket_hash: &str) -> Result<(), StoreError> {
        let now = self.now();
        let update = flow
            .update(FlowState::Started)?
            .set("state", any(&FlowState::Returned)?)
            .set("code", text(code))
            .set("code_until", instant(now + CODE_VALID))
            .set("ticket", text(ticket_hash));
        self.table.transact(vec![update.into_write(self.table.name())?]).await
    }

    /// Claims the exchange: exactly one caller gets it, and the code is erased. From here on the flow is due for
    /// cleanup in an hour.
    pub async fn claim_flow(&self, flow: &Flow) -> Result<(), StoreError> {
        let now = self.now();
        let update = flow
            .update(FlowState::Returned)?
            .set("state", any(&FlowState::Exchanging)?)
            .set("claimed_at", instant(now))
            .remove("code");
        let update = due::place(update, Due::Cleanup, flow.id, Some(now + LOST_AFTER));
        self.table.transact(vec![update.into_write(self.table.name())?]).await
    }

    /// Stores why a flow ended without success, with a history line if its integration still exists. The state is
    /// consumed.
    pub async fn end_flow(
        &self,
        flow: &Flow,
        from: FlowState,
        outcome: &str,
        line: &HistoryLine,
    ) -> Result<(), StoreError> {
        let table = self.table.name();
        let mut writes = vec![flow.ended(from, FlowState::Failed, outcome)?.into_write(table)?];
        let integration = self.integration(&flow.account, &flow.provider).await?;
        // A line of a deleted integration would stay for ever: cleanup has been there.
        if integration.is_some_and(|integration| integration.id == flow.id) {
            let same = When::Equals("id", any(&flow.id)?);
            writes.push(check(table, keys::integration(&flow.account, &flow.provider), same)?);
            writes.push(history::write(table, flow.id, self.new_id(), self.now(), line)?);
        }
        match self.table.transact(writes).await {
            // Deleted between the two: the flow ends without a line.
            Err(StoreError::Conflict(conflict)) if conflict.0 == [1] => {
                let ended = flow.ended(from, FlowState::Failed, outcome)?.into_write(table)?;
                self.table.transact(vec![ended]).await
            }
            outcome => outcome,
        }
    }

    /// Nothing of an ended flow is left to look for.
    pub async fn settle_flow(&self, flow: &Flow) -> Result<(), StoreError> {
        let update = due::place(flow.update(flow.state)?, Due::Cleanup, flow.id, None);
        match self.table.transact(vec![update.into_write(self.table.name())?]).await {
            Err(error) if error.is_conflict() => Ok(()),
            outcome => outcome,
        }
    }
}
