//! The commit of a connect: secret first, then one transaction that makes everything true at once.

use super::{Complete, Exchanged, Failed, Stopped};
use crate::entry::{Caller, Problem};
use crate::seal::Purpose;
use crate::store::{Change, Cleanup, Connected, Connecting, Credential, Flow, Integration, SealedAccess};
use crate::usecases::TRIES;
use crate::usecases::access::context;
use crate::usecases::draft::Draft;
use crate::vault::{Pointer, StoredGrant};
use domain::history::{Actor, HistoryEvent};
use domain::ids::{DatasetId, ProviderAccountId};
use domain::lifecycle::{Signal, Status};
use domain::run::Trigger;
use domain::schedule;

impl Complete {
    /// Writes the secret, named after the flow's grant, then commits pointer, status and cleanup in one transaction.
    /// A secret that nothing refers to in the end is found by the flow's own cleanup entry.
    pub(super) async fn commit(&self, caller: &Caller, flow: &Flow, exchanged: Exchanged) -> Result<Change, Stopped> {
        let first = self.same_integration(flow).await?;
        refuse_other_account(&first, &exchanged.identity.id)?;
        let pointer = self.keep_grant(flow, &exchanged).await?;
        for _ in 0..TRIES {
            let seen = self.same_integration(flow).await?;
            refuse_other_account(&seen, &exchanged.identity.id)?;
            let plan = self.plan(caller, flow, &seen, &exchanged, &pointer).await?;
            match self.commit_plan(flow, &exchanged.identity.id, &plan).await {
                Ok(true) => return Ok(plan.change),
                Ok(false) => return Err(Failed::StillDisconnecting.into()),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(Stopped::Unclear(error.into())),
            }
        }
        Err(Failed::StartAgain.because("contended"))
    }

    /// The integration, if it is still the one that the flow began with and nobody connected it meanwhile.
    pub(super) async fn same_integration(&self, flow: &Flow) -> Result<Integration, Stopped> {
        let integration = self.store.integration(&flow.account, &flow.provider).await;
        let integration = integration.map_err(|error| Stopped::Unclear(error.into()))?;
        let same = integration
            .filter(|it| it.id == flow.id && it.grant == flow.grant_seen && it.disconnects == flow.disconnects_seen);
        same.ok_or_else(|| Failed::StartAgain.because("overtaken"))
    }

    async fn keep_grant(&self, flow: &Flow, exchanged: &Exchanged) -> Result<Pointer, Stopped> {
        let stored = StoredGrant {
            grant: flow.grant,
            provider_account: exchanged.identity.id.clone(),
            credential: exchanged.authorization.credential.clone(),
            scopes: exchanged.authorization.scopes.clone(),
            fence: 1,
            parent_version: None,
            obtained_at: self.store.now(),
        };
        let pointer = self.vault.create(&flow.account, flow.id, &stored).await;
        pointer.map_err(|error| Failed::StartAgain.because(error))
    }

    async fn plan(
        &self,
        caller: &Caller,
        flow: &Flow,
        seen: &Integration,
        exchanged: &Exchanged,
        pointer: &Pointer,
    ) -> Result<Plan, Stopped> {
        let store = &self.store;
        let former = store.credential(seen.id).await.map_err(|error| Stopped::Unclear(error.into()))?;
        let replaced = seen.connected.as_ref().is_some_and(|connected| connected.id != exchanged.identity.id);
        let credential = self.credential(flow, exchanged, pointer, former.as_ref()).await?;
        let cleanups = cleanups(seen, former.as_ref(), replaced, store.now());
        let change = self.change(caller, flow, seen, exchanged, replaced)?;
        Ok(Plan { change, credential, cleanups, former_account: former_account(seen, replaced) })
    }

    async fn credential(
        &self,
        flow: &Flow,
        exchanged: &Exchanged,
        pointer: &Pointer,
        former: Option<&Credential>,
    ) -> Result<Credential, Stopped> {
        let now = self.store.now();
        let access = &exchanged.authorization.access;
        let expires_at = access.expires_in.map(|lasts| now + lasts);
        let mut credential = Credential {
            id: flow.id,
            account: flow.account.clone(),
            provider: flow.provider.clone(),
            grant: flow.grant,
            pointer: pointer.clone(),
            scopes: exchanged.authorization.scopes.clone(),
            access: None,
            // Above the former fence: whoever still holds the former lease can commit nothing.
            fence: former.map_or(1, |former| former.fence + 1),
            lease_until: None,
            dead: vec![],
            suspected_at: None,
            journal: None,
            orphaned: false,
            attempts: 0,
            retry_at: None,
            due_at: expires_at.map(|at| schedule::next_refresh(now, at, self.store.jitter())),
        };
        let sealed = self.token_keys.seal(Purpose::Access, &access.token, &context(&credential, flow.grant)).await;
        let sealed = sealed.map_err(|error| Stopped::Unclear(error.into()))?;
        credential.access = Some(SealedAccess {
            sealed,
            fence: credential.fence,
            expires_at,
            consent_ends: exchanged.authorization.consent_ends,
        });
        Ok(credential)
    }

    fn change(
        &self,
        caller: &Caller,
        flow: &Flow,
        seen: &Integration,
        exchanged: &Exchanged,
        replaced: bool,
    ) -> Result<Change, Stopped> {
        let actor = || Actor::Member(caller.member.to_string());
        let mut draft = Draft::of(&self.store, seen);
        draft.interrupt();
        draft.next.grant = Some(flow.grant);
        draft.next.connected = Some(Connected {
            id: exchanged.identity.id.clone(),
            label: exchanged.identity.label.clone(),
            at: Some(self.store.now()),
        });
        draft.next.access_ends_at = exchanged.authorization.consent_ends;
        draft.settle();
        if seen.connected.is_some() {
            draft.line(actor(), HistoryEvent::Reconnected);
        }
        if replaced {
            draft.next.dataset = DatasetId::new(self.store.new_id());
            draft.next.settings = seen.settings.without_choice();
            draft.next.last_success_at = None;
            draft.next.replaced_at = Some(self.store.now());
            // What the former account was asked for.
            draft.next.retry_at = None;
            draft.next.watches.clear();
            draft.line(actor(), HistoryEvent::AccountReplaced);
        }
        self.look_at_subscriptions(&mut draft.next);
        draft.signal(Signal::Authorized, actor()).map_err(|refused| Stopped::Unclear(refused.into()))?;
        if draft.next.status.is_scheduled() {
            draft.request(Trigger::Connect);
        }
        Ok(draft.visible())
    }

    /// A subscription to an owner's leads may end with the token that it was made with: each is looked at again.
    fn look_at_subscriptions(&self, integration: &mut Integration) {
        let provider = self.registry.find(&integration.provider);
        let Some(webhook) = provider.and_then(|provider| provider.webhook()) else { return };
        for watch in integration.watches.iter_mut().filter(|watch| webhook.owner(&watch.resource).is_some()) {
            watch.asked_at = chrono::DateTime::UNIX_EPOCH;
        }
    }

    async fn commit_plan(
        &self,
        flow: &Flow,
        account: &ProviderAccountId,
        plan: &Plan,
    ) -> Result<bool, crate::store::StoreError> {
        let connecting = Connecting {
            flow,
            change: &plan.change,
            credential: &plan.credential,
            provider_account: account,
            former_account: plan.former_account.as_ref(),
            cleanups: &plan.cleanups,
        };
        self.store.commit_connect(&connecting).await
    }

    /// What need not be true at once: the event's publication and the message that starts the test. Both are safe in
    /// the table already.
    pub(super) async fn committed(&self, change: &Change) {
        self.requests.send_soon(change.next()).await;
        self.publisher.publish_now(change.events()).await;
    }
}

struct Plan {
    change: Change,
    credential: Credential,
    cleanups: Vec<Cleanup>,
    former_account: Option<ProviderAccountId>,
}

/// A reconnect with another account is refused, unless the integration was disconnected before.
fn refuse_other_account(seen: &Integration, account: &ProviderAccountId) -> Result<(), Failed> {
    match &seen.connected {
        Some(connected) if connected.id != *account && seen.status != Status::Disconnected => Err(Failed::WrongAccount),
        _ => Ok(()),
    }
}

fn former_account(seen: &Integration, replaced: bool) -> Option<ProviderAccountId> {
    seen.connected.as_ref().filter(|_| replaced).map(|connected| connected.id.clone())
}

/// The former grant's secret, and the records of a former account, go to cleanup in the same transaction.
fn cleanups(
    seen: &Integration,
    former: Option<&Credential>,
    replaced: bool,
    now: chrono::DateTime<chrono::Utc>,
) -> Vec<Cleanup> {
    let blank = Cleanup::of(seen, now);
    let watches = if replaced { seen.watches.clone() } else { vec![] };
    let grant = former.map(|former| Cleanup { watches, ..blank.clone().with_grant(former) });
    let dataset = replaced.then_some(Cleanup { dataset: Some(seen.dataset), ..blank });
    grant.into_iter().chain(dataset).collect()
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Unclear(problem)
    }
}
