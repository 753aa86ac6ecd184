//! What the rest of Aura says of accounts: their plan, and which providers they see. Events come at least once and in
//! any order; each carries the version of what it tells, and an older one changes nothing.

use crate::api::events::{self, AppointmentChanged, ConfigurationChanged, SubscriptionChanged};
use crate::entry::{Acknowledge, FunctionError};
use crate::store::{Account, AccountNews, Integration, Store, StoreError};
use crate::usecases::TRIES;
use crate::usecases::appointments::{AcceptAppointments, Wish};
use crate::usecases::draft::Draft;
use crate::usecases::publish::Publisher;
use domain::ids::AccountId;
use domain::plan::Plan;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An event as a rule of the bus puts it into the queue.
#[derive(Debug, Clone, Deserialize)]
pub struct Envelope {
    /// What happened.
    #[serde(rename = "detail-type")]
    detail_type: String,
    /// The event itself.
    detail: Value,
}

/// Listens.
#[derive(Clone)]
pub struct AccountEvents {
    /// The table.
    pub store: Store,
    /// Publishes what changed.
    pub publisher: Publisher,
    /// Takes appointments over.
    pub appointments: AcceptAppointments,
}

impl AccountEvents {
    /// Takes over one event. What cannot be understood goes to the dead-letter queue, where somebody finds it.
    pub async fn take(&self, envelope: Envelope) -> Result<Acknowledge, FunctionError> {
        let (account, version, news) = match envelope.detail_type.as_str() {
            events::SUBSCRIPTION => subscription(read(envelope.detail)?)?,
            events::CONFIGURATION => configuration(read(envelope.detail)?),
            events::APPOINTMENT => return self.take_appointment(read(envelope.detail)?).await,
            _ => return Ok(Acknowledge::of("ignored")),
        };
        let outcome = self.apply(&account, version, &news).await.map_err(FunctionError::of)?;
        let mut done = Acknowledge::of(outcome);
        done.fields.push(("account_id", json!(account)));
        Ok(done)
    }

    async fn take_appointment(&self, event: AppointmentChanged) -> Result<Acknowledge, FunctionError> {
        let wish = Wish {
            appointment: event.appointment,
            version: Some(event.version),
            wanted: event.content,
            occurrence_of: event.occurrence_of,
            etag: event.etag,
        };
        let taken = self.appointments.take(&event.account, &wish).await;
        let outcome = taken.map_err(|problem| FunctionError(format!("{}: {}", problem.code, problem.detail)))?;
        let mut done = Acknowledge::of(outcome);
        done.fields.push(("account_id", json!(event.account)));
        Ok(done)
    }

    async fn apply(&self, account: &AccountId, version: u64, news: &AccountNews) -> Result<&'static str, StoreError> {
        if !self.store.account_news(account, version, news).await? {
            return Ok("older");
        }
        let (account, integrations) = self.store.catalogue(account).await?;
        for integration in integrations {
            self.limit_interval(integration, shortest_interval(&account)).await?;
        }
        Ok("applied")
    }

    /// Existing integrations stay after a downgrade; they sync as often as the plan allows.
    async fn limit_interval(&self, integration: Integration, shortest: u32) -> Result<(), StoreError> {
        let (mut seen, mut shortest) = (integration, shortest);
        for _ in 0..TRIES {
            if seen.settings.shortest_interval == shortest {
                return Ok(());
            }
            let mut draft = Draft::of(&self.store, &seen);
            draft.limit_interval(shortest);
            let change = draft.visible();
            match self.store.commit(&change).await {
                Ok(()) => {
                    self.publisher.publish_now(change.events()).await;
                    return Ok(());
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
            let now = self.store.integration(&seen.account, &seen.provider).await?;
            let Some(now) = now.filter(|now| now.id == seen.id) else { return Ok(()) };
            // Newer news may have been applied meanwhile.
            shortest = shortest_interval(&self.store.account(&now.account).await?);
            seen = now;
        }
        Err(StoreError::Unavailable("contended".into()))
    }
}

fn shortest_interval(account: &Account) -> u32 {
    account.plan().allowance().shortest_interval
}

/// Which field is wrong is said, its value is not.
fn read<T: DeserializeOwned>(detail: Value) -> Result<T, FunctionError> {
    serde_path_to_error::deserialize(detail)
        .map_err(|error| FunctionError(format!("the event cannot be read (at `{}`)", error.path())))
}

fn subscription(event: SubscriptionChanged) -> Result<(AccountId, u64, AccountNews), FunctionError> {
    let plan = Plan::parse(&event.plan).ok_or_else(|| FunctionError("the plan is not known".into()))?;
    let limit = event.integration_limit.map(|limit| limit.max(-1));
    Ok((event.account, event.version, AccountNews::Plan { plan, limit }))
}

fn configuration(event: ConfigurationChanged) -> (AccountId, u64, AccountNews) {
    (event.account, event.version, AccountNews::Configuration { hidden: event.hidden_providers })
}
