//! What can be set, and what a change makes of the settings that there are.

use crate::api::SettingsBody;
use crate::entry::Problem;
use crate::store::{Account, Settings};
use chrono::{DateTime, Utc};
use domain::ids::ResourceId;
use domain::lead::Form;
use domain::lead::mapping::FormMapping;
use domain::plan::INTERVALS;
use domain::resource::Choice;
use providers::{Manifest, Provider};
use std::collections::BTreeSet;

/// Most resources that one integration reads.
const MOST_RESOURCES: usize = 50;

/// Most bytes of all mappings together, as JSON: an item of the table has 400 KB in all.
const MOST_MAPPING_BYTES: usize = 150 * 1024;

/// The settings that a body makes of these. A form that is chosen without its former leads has none from before `now`.
pub(super) fn merged(settings: &Settings, body: &SettingsBody, now: DateTime<Utc>) -> Settings {
    let before = &settings.resources;

    let mut settings = settings.clone();
    if let Some(resources) = &body.resources {
        let mut once = BTreeSet::new();
        settings.resources = resources.iter().filter(|id| once.insert((*id).clone())).cloned().collect();
    }
    if let Some(write_resource) = &body.write_resource {
        settings.write_resource.clone_from(write_resource);
    }
    if let Some(forms) = &body.forms {
        settings.forms.extend(forms.clone());
    }
    if body.backfill == Some(false) {
        let new = settings.resources.iter().filter(|form| !before.contains(form));
        settings.leads_since.extend(new.map(|form| (form.clone(), now)));
    }
    let chosen = &settings.resources;
    settings.forms.retain(|form, _| chosen.contains(form));
    settings.leads_since.retain(|form, _| chosen.contains(form));
    settings.interval_minutes = body.interval_minutes.unwrap_or(settings.interval_minutes);
    settings
}

pub(super) fn validate_interval(minutes: u32, account: &Account) -> Result<(), Problem> {
    if !INTERVALS.contains(&minutes) {
        return Err(Problem::invalid("invalid_interval", "The interval must be 5, 15, 30 or 60 minutes.")
            .remedy("Choose one of them."));
    }
    let shortest = account.plan().allowance().shortest_interval;
    if minutes < shortest {
        return Err(Problem::invalid(
            "interval_not_in_plan",
            format!("Your plan allows an interval of {shortest} minutes or longer."),
        )
        .remedy("Choose a longer interval, or change the plan (Billing > Subscription > Change plan)."));
    }
    Ok(())
}

/// What these resources belong to: each of these lists its own.
pub(in crate::usecases) fn parents<'a>(
    provider: &dyn Provider,
    resources: impl IntoIterator<Item = &'a ResourceId>,
) -> Vec<Option<ResourceId>> {
    let webhook = provider.webhook().filter(|_| provider.manifest().parent_kind.is_some());
    let Some(webhook) = webhook else { return vec![None] };
    let parents: BTreeSet<ResourceId> = resources.into_iter().map(|form| webhook.watched(form)).collect();
    parents.into_iter().map(Some).collect()
}

/// Each form's mapping, and all of them together: they are part of one item of the table.
pub(super) fn validate_mappings(body: &SettingsBody, after: &Settings) -> Result<(), Problem> {
    for (form, mapping) in body.forms.iter().flatten() {
        if !after.resources.contains(form) {
            return Err(Problem::invalid("form_not_chosen", "A mapping is for a form that is not chosen.")
                .remedy("Choose the form, or leave its mapping out."));
        }
        validate_mapping(mapping)?;
    }
    if serde_json::to_string(&after.forms).map_or(0, |text| text.len()) > MOST_MAPPING_BYTES {
        return Err(Problem::invalid("mappings_too_large", "The mappings of all forms together are too large.")
            .remedy("Map fewer questions: those that are not mapped are kept as properties by their own key."));
    }
    Ok(())
}

/// One mapping, by itself.
pub(in crate::usecases) fn validate_mapping(mapping: &FormMapping) -> Result<(), Problem> {
    match mapping.problem() {
        None => Ok(()),
        Some((field, what)) => Err(Problem::invalid("invalid_mapping", format!("`{field}` {what}."))
            .remedy("Correct the mapping of this form.")),
    }
}

pub(super) fn validate_number(resources: &[ResourceId], manifest: &Manifest) -> Result<(), Problem> {
    let most = if manifest.several_resources { MOST_RESOURCES } else { 1 };
    match resources.len() {
        0 => Err(Problem::invalid("nothing_chosen", "Nothing was chosen to be synced.").remedy("Choose at least one.")),
        chosen if chosen > most => {
            Err(Problem::invalid("too_many_chosen", format!("At most {most} can be synced at once."))
                .remedy("Choose fewer."))
        }
        _ => Ok(()),
    }
}

/// One form may be reached in several ways (an ad account, a library): chosen twice, its leads would be there twice.
pub(super) fn validate_once(resources: &[ResourceId]) -> Result<(), Problem> {
    let distinct: BTreeSet<&ResourceId> = resources.iter().collect();
    let forms: Vec<Form> = distinct.into_iter().filter_map(|resource| Form::of(resource).ok()).collect();
    let ids: BTreeSet<&str> = forms.iter().map(Form::id).collect();
    if ids.len() < forms.len() {
        return Err(Problem::invalid("form_chosen_twice", "One form is chosen twice, through two of its owners.")
            .remedy("Choose it through one of them."));
    }
    Ok(())
}

pub(super) fn validate_listed(body: &SettingsBody, listed: &[Choice], manifest: &Manifest) -> Result<(), Problem> {
    let find = |id: &ResourceId| listed.iter().find(|choice| choice.id == *id);
    if body.resources.iter().flatten().any(|id| find(id).is_none()) {
        return Err(unlisted());
    }
    let Some(Some(write)) = &body.write_resource else { return Ok(()) };
    let choice = find(write).ok_or_else(unlisted)?;
    if choice.read_only || !manifest.writes {
        return Err(Problem::invalid("resource_read_only", "What was chosen to be written to can only be read.")
            .remedy("Choose one that you can change at the provider."));
    }
    Ok(())
}

/// What was named is nothing that the provider lists for this grant.
pub(in crate::usecases) fn unlisted() -> Problem {
    Problem::invalid("resource_not_listed", "The provider does not list what was chosen.")
        .remedy("Load the list again and choose from it.")
}
