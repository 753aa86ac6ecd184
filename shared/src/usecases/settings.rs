//! Changing the settings: only what the provider lists for this very grant at this moment can be chosen.

mod rules;

pub(super) use rules::{parents, unlisted, validate_mapping};

use crate::api::SettingsBody;
use crate::entry::{Caller, Problem};
use crate::store::{Account, Change, Integration, RequestName, Settings};
use crate::usecases::draft::Draft;
use crate::usecases::get::{Found, Integrations, show};
use crate::usecases::options::Options;
use crate::usecases::publish::Publisher;
use crate::usecases::request_sync::Requests;
use crate::usecases::view::integration_view;
use crate::usecases::{Answered, TRIES};
use chrono::{DateTime, Utc};
use domain::history::{Actor, HistoryEvent};
use domain::ids::{ProviderSlug, ResourceId};
use domain::lead::mapping::FormMapping;
use domain::lifecycle::Signal;
use domain::run::Trigger;
use futures_util::{StreamExt, stream};
use std::collections::BTreeSet;

/// So many forms are asked for their questions at once.
const FORMS_AT_ONCE: usize = 5;

/// Changes settings.
#[derive(Clone)]
pub struct ChangeSettings {
    /// Finds integrations.
    pub integrations: Integrations,
    /// What can be chosen.
    pub options: Options,
    /// Starts the sync that a new choice needs.
    pub requests: Requests,
    /// Publishes what changed.
    pub publisher: Publisher,
}

impl ChangeSettings {
    /// Changes what the body names.
    pub async fn change(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        body: &SettingsBody,
        request: Option<&RequestName>,
        deadline: DateTime<Utc>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        if let Some(before) = Answered::before(store, request).await? {
            return Ok(before);
        }
        let account = store.account(&caller.account).await?;
        let found = self.integrations.find(caller, slug).await?;
        self.validate(&found, body, &account, deadline).await?;
        let body = self.mapped(&found, body, deadline).await?;
        self.commit(caller, &found, &body, request).await
    }

    async fn validate(
        &self,
        found: &Found,
        body: &SettingsBody,
        account: &Account,
        deadline: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let manifest = found.manifest.as_ref();
        // What stays as it is was allowed when it was chosen: after a downgrade the rest can still be saved.
        let (before, after) = (&found.integration.settings, self.merged(found, body));
        rules::validate_mappings(body, &after)?;
        if after.interval_minutes != before.interval_minutes {
            rules::validate_interval(after.interval_minutes, account)?;
        }
        let same_resources = after.resources == before.resources && after.write_resource == before.write_resource;
        let empties = body.resources.as_ref().is_some_and(Vec::is_empty);
        if same_resources && !empties {
            return Ok(());
        }
        if found.integration.grant.is_none() {
            return Err(Problem::not_connected());
        }
        if let Some(resources) = &body.resources {
            rules::validate_number(resources, manifest)?;
            rules::validate_once(resources)?;
        }
        let mut listed = Vec::new();
        for parent in parents(self.options.provider(found)?, body.resources.iter().flatten()) {
            listed.extend(self.options.listed(found, manifest.resource_kind, parent.as_ref(), deadline).await?);
        }
        rules::validate_listed(body, &listed, manifest)
    }

    /// The body with a mapping for each form that is chosen anew: the fields that its standard questions stand for.
    async fn mapped(
        &self,
        found: &Found,
        body: &SettingsBody,
        deadline: DateTime<Utc>,
    ) -> Result<SettingsBody, Problem> {
        let mut body = body.clone();
        if !found.manifest.brings_leads() {
            return Ok(body);
        }
        let mut forms = body.forms.take().unwrap_or_default();
        let known = &found.integration.settings.forms;
        let new: BTreeSet<&ResourceId> = body
            .resources
            .iter()
            .flatten()
            .filter(|form| !forms.contains_key(form) && !known.contains_key(form))
            .collect();
        let ask = async |form: ResourceId| {
            // Without them there is nothing to save: well-known keys are mapped by themselves.
            let questions = self.options.questions(found, &form, deadline).await.ok()?;
            Some((form, FormMapping::defaults(&questions)))
        };
        let asked = stream::iter(new.into_iter().cloned()).map(ask).buffered(FORMS_AT_ONCE).collect::<Vec<_>>().await;
        forms.extend(asked.into_iter().flatten());
        Ok(SettingsBody { forms: Some(forms), ..body })
    }

    fn merged(&self, found: &Found, body: &SettingsBody) -> Settings {
        rules::merged(&found.integration.settings, body, self.integrations.store.now())
    }

    async fn commit(
        &self,
        caller: &Caller,
        validated: &Found,
        body: &SettingsBody,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        for _ in 0..TRIES {
            if let Some(before) = Answered::before(store, request).await? {
                return Ok(before);
            }
            let found = self.integrations.find(caller, &validated.integration.provider).await?;
            let seen = &found.integration;
            // What was chosen was listed for one grant; another one may list something else.
            if seen.id != validated.integration.id || seen.grant != validated.integration.grant {
                return Err(Problem::busy());
            }
            // Read after the integration: what a plan says is in both, and never the older of it is written back.
            let account = store.account(&caller.account).await?;
            let Some((change, answered)) = self.decide(caller, &found, body, request, &account)? else {
                return Answered::of(200, &show(&found, &account));
            };
            match store.commit(&change).await {
                Ok(()) => {
                    self.requests.send_soon(change.next()).await;
                    self.publisher.publish_now(change.events()).await;
                    return Ok(answered);
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::busy())
    }

    /// The change with its answer; `None` when there is nothing to change. With a key even that is committed: the
    /// answer has to be remembered.
    fn decide(
        &self,
        caller: &Caller,
        found: &Found,
        body: &SettingsBody,
        request: Option<&RequestName>,
        account: &Account,
    ) -> Result<Option<(Change, Answered)>, Problem> {
        let (store, seen) = (&self.integrations.store, &found.integration);
        let shortest_interval = account.plan().allowance().shortest_interval;
        let settings = Settings { shortest_interval, ..self.merged(found, body) };
        let changes = settings != seen.settings;
        if !changes && request.is_none() {
            return Ok(None);
        }
        let draft = if changes { self.draft(caller, seen, settings)? } else { Draft::of(store, seen) };
        let next = if changes { preview(&draft, store.now()) } else { seen.clone() };
        let answered = Answered::of(200, &integration_view(&next, &found.manifest, account))?;
        let remembered = request.map(|request| request.answered(200, answered.body.clone(), store.now()));
        let change = if changes { draft.visible() } else { draft.quiet() };
        Ok(Some((change.remember(remembered), answered)))
    }

    /// Other resources end the open run and ask for a new one; another interval alone only moves the schedule.
    fn draft<'a>(&'a self, caller: &Caller, seen: &'a Integration, settings: Settings) -> Result<Draft<'a>, Problem> {
        let actor = || Actor::Member(caller.member.to_string());
        let mut draft = Draft::of(&self.integrations.store, seen);
        let other_resources = settings.resources != seen.settings.resources;
        draft.next.settings = settings;
        draft.line(actor(), HistoryEvent::SettingsChanged);
        if other_resources {
            draft.interrupt();
        }
        let complete = draft.next.is_complete();
        // Other resources alone can make it incomplete: before its first test it has none yet, and that presets them.
        if complete || other_resources {
            draft.signal(Signal::SettingsSaved { complete }, actor())?;
        }
        let scheduled = draft.next.status.is_scheduled();
        if scheduled && other_resources {
            draft.request(Trigger::Settings);
        } else if scheduled && draft.next.run.is_none() {
            draft.schedule_next();
        }
        Ok(draft)
    }
}

/// The integration as it will be answered, with the version that the change gives it.
fn preview(draft: &Draft<'_>, now: DateTime<Utc>) -> Integration {
    Integration { version: draft.next.version + 1, updated_at: now, ..draft.next.clone() }
}
