//! Instant forms, which TikTok calls pages (tiktok-lead-ads.md §3), and the test of the chosen ones.

use super::accounts::{self, is_about_an_account};
use super::calls::{Call, Calls};
use super::owner::{self, LIBRARY, may_be_about_the_owner};
use super::pages::Pages;
use super::session::Session;
use super::wire::{self, List};
use crate::error::{Explanation, ProviderError};
use domain::failure::FailureClass;
use domain::ids::ResourceId;
use domain::lead::{Form, Owner};
use domain::resource::Choice;
use std::collections::BTreeMap;

/// The forms of an ad account or a library; `None` if it is none of this access.
pub(super) async fn choices(
    calls: &Calls,
    session: &Session,
    parent: &ResourceId,
) -> Result<Option<Vec<Choice>>, ProviderError> {
    let Ok(parent) = Owner::parse(parent.as_str()) else { return Ok(None) };
    match parent.kind() {
        accounts::KIND if session.advertisers.iter().any(|id| id == parent.id()) => {
            let owner = current(calls, session, &parent).await?;
            listed(calls, session, &owner).await.map(Some)
        }
        LIBRARY => {
            let libraries = owner::libraries(calls, session).await?;
            match libraries.iter().any(|(library, _)| *library == parent) {
                true => listed(calls, session, &parent).await.map(Some),
                false => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// By whom an owner's forms and leads are reached now: by its library, where an ad account has one that lists any form,
/// or else by itself.
pub(super) async fn current(calls: &Calls, session: &Session, owner: &Owner) -> Result<Owner, ProviderError> {
    if owner.kind() != accounts::KIND {
        return Ok(owner.clone());
    }
    let libraries = match owner::libraries(calls, session).await {
        Err(error) if may_be_about_the_owner(&error) => Vec::new(),
        libraries => libraries?,
    };
    for (library, _) in libraries.into_iter().filter(|(_, of)| of == owner) {
        let first = vec![("page", "1".to_owned()), ("page_size", "1".to_owned())];
        match page(calls, session, &library, first).await {
            Err(error) if may_be_about_the_owner(&error) => {}
            Ok(forms) if forms.list.is_empty() => {}
            forms => return forms.map(|_| library),
        }
    }
    Ok(owner.clone())
}

async fn listed(calls: &Calls, session: &Session, owner: &Owner) -> Result<Vec<Choice>, ProviderError> {
    let forms = list(calls, session, owner).await?;
    Ok(forms.into_iter().filter_map(|form| choice(owner, form)).collect())
}

async fn list(calls: &Calls, session: &Session, owner: &Owner) -> Result<Vec<wire::Form>, ProviderError> {
    let mut forms = Vec::new();
    let mut pages = Pages::new(100);
    while let Some(query) = pages.next()? {
        let list = page(calls, session, owner, query).await?;
        pages.seen(&list);
        forms.extend(list.list);
    }
    Ok(forms)
}

async fn page(
    calls: &Calls,
    session: &Session,
    owner: &Owner,
    mut query: Vec<(&'static str, String)>,
) -> Result<List<wire::Form>, ProviderError> {
    query.extend([owner::parameter(owner)?, ("business_type", "LEAD_GEN".to_owned())]);
    calls.ask(&Call::get("page/get", query).with(&session.token)).await
}

fn choice(owner: &Owner, form: wire::Form) -> Option<Choice> {
    let id = form.page_id.0?;
    Some(Choice {
        id: Form::new(owner.clone(), &id).ok()?.resource().ok()?,
        name: form.title.0.unwrap_or(id),
        description: None,
        time_zone: None,
        state: form.status.0,
        color: None,
        primary: false,
        read_only: true,
    })
}

/// Looks for the chosen forms in their owners' lists: one call for each owner of up to a hundred forms. Without forms
/// one call checks the access.
pub(super) async fn test(calls: &Calls, session: &Session, resources: &[ResourceId]) -> Result<(), ProviderError> {
    let mut chosen: BTreeMap<Owner, Vec<Form>> = BTreeMap::new();
    for resource in resources {
        let form =
            Form::of(resource).map_err(|_| ProviderError::new(FailureClass::ResourceNotFound, "unknown_form"))?;
        chosen.entry(form.owner().clone()).or_default().push(form);
    }
    if chosen.is_empty() {
        return accounts::check(calls, session).await;
    }
    for (owner, forms) in chosen {
        let found = match all_listed(calls, session, &owner, &forms).await {
            Err(refused) => match owner::instead(calls, session, &owner, refused).await {
                Ok(library) => all_listed(calls, session, &library, &forms).await,
                Err(refused) => Err(refused),
            },
            found => found,
        };
        found.map_err(|error| about(&owner, error))?;
    }
    Ok(())
}

/// Whether all of these forms are among an owner's.
async fn all_listed(calls: &Calls, session: &Session, owner: &Owner, forms: &[Form]) -> Result<(), ProviderError> {
    let listed = list(calls, session, owner).await?;
    let is_listed = |form: &&Form| listed.iter().any(|listed| listed.page_id.0.as_deref() == Some(form.id()));
    match forms.iter().find(|form| !is_listed(form)) {
        Some(gone) => Err(not_listed(gone)),
        None => Ok(()),
    }
}

fn about(owner: &Owner, error: ProviderError) -> ProviderError {
    if !is_about_an_account(&error) || error.explanation.is_some() {
        return error;
    }
    let what = format!("TikTok refuses access to the forms of {} {}.", named(owner), owner.id());
    error.explained(Explanation::new(&what, Some("Check that you are an Admin of it, and connect again.")))
}

fn not_listed(form: &Form) -> ProviderError {
    let what = format!("{} {} has no form {}.", named(form.owner()), form.owner().id(), form.id());
    let error = ProviderError::new(FailureClass::ResourceNotFound, "form_not_listed");
    error.explained(Explanation::new(&what, Some("Choose the forms again.")))
}

fn named(owner: &Owner) -> &'static str {
    if owner.kind() == LIBRARY { "Library" } else { "Ad account" }
}
