//! Disconnect and delete: true at once for the person, whatever the provider does. What takes longer is on a list that
//! the same transaction writes, and begins by a message after it.

use crate::api::events;
use crate::entry::{Caller, Problem};
use crate::store::{Cleanup, Integration, OutboxEntry, RequestName, Store, StoreError};
use crate::usecases::draft::{Draft, integration_event};
use crate::usecases::get::{Found, Integrations, show};
use crate::usecases::left_behind::Destruction;
use crate::usecases::publish::Publisher;
use crate::usecases::{Answered, TRIES};
use domain::history::Actor;
use domain::ids::ProviderSlug;
use domain::lifecycle::{Refused, Signal};
use serde_json::Value;

/// Takes integrations away.
#[derive(Clone)]
pub struct Removal {
    /// Finds integrations.
    pub integrations: Integrations,
    /// Publishes what changed.
    pub publisher: Publisher,
    /// Starts what takes longer.
    pub destruction: Destruction,
}

impl Removal {
    /// Takes the grant away: Disconnected at once; what the grant leaves goes to cleanup in the same transaction.
    pub async fn disconnect(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        let account = store.account(&caller.account).await?;
        let attempt = async |found: Found| {
            let seen = found.integration;
            let actor = Actor::Member(caller.member.to_string());
            let change = without_grant(store, &seen, Signal::Disconnect, actor)?.visible();
            let after = Found { integration: change.next().clone(), manifest: found.manifest };
            let answered = Answered::of(200, &show(&after, &account))?;
            let change = change.remember(answered.remembered(store, request));
            let done = store.disconnect(&seen, &change).await;
            Ok(self.settled(done, change.events()).await?.then_some(answered))
        };
        self.integrations.repeatable(caller, slug, request, attempt).await
    }

    /// Deletes the integration: gone at once, its slot is free. Deleting what is not there is a success.
    pub async fn delete(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        self.integrations.manifest(slug)?;
        let gone = Answered { status: 204, body: Value::Null };
        for _ in 0..TRIES {
            let seen = store.integration(&caller.account, slug).await?;
            if let Some(before) = Answered::before(store, request).await? {
                return Ok(before);
            }
            let remembered = gone.remembered(store, request);
            let Some(seen) = seen else {
                // Remembered all the same: a repetition must not delete what is created meanwhile.
                match remembered {
                    Some(remembered) if !store.remember(&remembered).await? => continue,
                    _ => return Ok(gone),
                }
            };
            let events = [deleted(store, &seen)];
            let done = store.delete(&seen, &events[0], remembered.as_ref()).await;
            if self.settled(done, &events).await? {
                return Ok(gone);
            }
        }
        Err(Problem::busy())
    }

    /// What follows a removal; `false` when somebody else was faster.
    async fn settled(
        &self,
        done: Result<Option<Cleanup>, StoreError>,
        events: &[OutboxEntry],
    ) -> Result<bool, Problem> {
        match done {
            Ok(cleanup) => {
                if let Some(cleanup) = cleanup {
                    self.destruction.begin(&cleanup).await;
                }
                self.publisher.publish_now(events).await;
                Ok(true)
            }
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The integration without its grant, by this signal.
pub(super) fn without_grant<'a>(
    store: &'a Store,
    seen: &'a Integration,
    signal: Signal,
    actor: Actor,
) -> Result<Draft<'a>, Refused> {
    let mut draft = Draft::of(store, seen);
    draft.signal(signal, actor)?;
    draft.interrupt();
    draft.settle();
    draft.next.grant = None;
    draft.next.access_ends_at = None;
    draft.next.watches.clear();
    draft.next.disconnects += 1;
    Ok(draft)
}

fn deleted(store: &Store, seen: &Integration) -> OutboxEntry {
    let last = Integration { version: seen.version + 1, ..seen.clone() };
    OutboxEntry::new(integration_event(store, events::DELETED, &last))
}
