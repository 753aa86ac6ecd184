//! Instant forms, which TikTok calls pages (tiktok-lead-ads.md §3), and the test of the chosen ones.

use super::accounts::{self, is_about_an_account};
use super::calls::{Call, Calls};
use super::owner::{self, LIBRARY};
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
            of_account(calls, session, &parent).await.map(Some)
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

/// The forms of an ad account: those of its library, where it has one that lists any, or else its own.
async fn of_account(calls: &Calls, session: &Session, account: &Owner) -> Result<Vec<Choice>, ProviderError> {
    let libraries = match owner::libraries(calls, session).await {
        Err(error) if is_about_an_account(&error) => Vec::new(),
        libraries => libraries?,
    };
    for (library, _) in libraries.iter().filter(|(_, of)| of == account) {
        match listed(calls, session, library).await {
            Err(error) if is_about_an_account(&error) => {}
            Ok(forms) if forms.is_empty() => {}
            outcome => return outcome,
        }
    }
    listed(calls, session, account).await
}

async fn listed(calls: &Calls, session: &Session, owner: &Owner) -> Result<Vec<Choice>, ProviderError> {
    let forms = list(calls, session, owner).await?;
    Ok(forms.into_iter().filter_map(|form| choice(owner, form)).collect())
}

async fn list(calls: &Calls, session: &Session, owner: &Owner) -> Result<Vec<wire::Form>, ProviderError> {
    let mut forms = Vec::new();
    let mut pages = Pages::new(100);
    while let Some(mut query) = pages.next()? {
        query.extend([owner::parameter(owner)?, ("business_type", "LEAD_GEN".to_owned())]);
        let list: List<wire::Form> = calls.ask(&Call::get("page/get", query).with(&session.token)).await?;
        pages.seen(&list);
        forms.extend(list.list);
    }
    Ok(forms)
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
        let listed = reached(calls, session, &owner).await.map_err(|error| about(&owner, error))?;
        if let Some(gone) = forms.iter().find(|form| !listed.iter().any(|id| id == form.id())) {
            return Err(not_listed(gone));
        }
    }
    Ok(())
}

/// The ids of an owner's forms, by way of its library if the ad account is refused.
async fn reached(calls: &Calls, session: &Session, owner: &Owner) -> Result<Vec<String>, ProviderError> {
    let forms = match list(calls, session, owner).await {
        Err(refused) => {
            let library = owner::instead(calls, session, owner, refused).await?;
            list(calls, session, &library).await?
        }
        Ok(forms) => forms,
    };
    Ok(forms.into_iter().filter_map(|form| form.page_id.0).collect())
}

fn about(owner: &Owner, error: ProviderError) -> ProviderError {
    if !is_about_an_account(&error) {
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
