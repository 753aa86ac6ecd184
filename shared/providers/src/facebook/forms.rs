//! The forms of a page: what can be chosen, what they ask, and whether they may be read (facebook-lead-ads.md §4).

use super::calls::Calls;
use super::tokens::{Key, Keys};
use super::wire::{self, FormQuestion, LeadForm};
use crate::error::{Explanation, ProviderError};
use domain::failure::FailureClass;
use domain::ids::ResourceId;
use domain::lead::{ContactField, Form, LeadCount, Owner, Question};
use domain::resource::Choice;
use std::collections::BTreeMap;

const DELETED: &str = "DELETED";

/// The forms of the page, with their state. Those that were deleted are not to be chosen.
pub(super) async fn choices(calls: &Calls, key: &Key, page: &Owner) -> Result<Vec<Choice>, ProviderError> {
    let forms = list(calls, key, page, "id,name,status").await?;
    Ok(forms.filter(|form| form.status.as_deref() != Some(DELETED)).filter_map(|form| choice(page, form)).collect())
}

async fn list(
    calls: &Calls,
    key: &Key,
    page: &Owner,
    fields: &str,
) -> Result<impl Iterator<Item = LeadForm>, ProviderError> {
    let entries = calls.list(key, &[page.id(), "leadgen_forms"], &[("fields", fields)]).await?;
    Ok(entries.into_iter().filter_map(|entry| entry.read()))
}

fn choice(page: &Owner, form: LeadForm) -> Option<Choice> {
    Some(Choice {
        id: Form::new(page.clone(), form.id.as_str()).ok()?.resource().ok()?,
        name: form.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| form.id.into()),
        description: None,
        time_zone: None,
        state: form.status,
        color: None,
        primary: false,
        read_only: false,
    })
}

async fn form(calls: &Calls, key: &Key, form: &Form, fields: &str) -> Result<LeadForm, ProviderError> {
    calls.get_json(key, &[form.id()], &[("fields", fields)]).await
}

/// What the form asks, in its order. An answer names its question by the key.
pub(super) async fn questions(calls: &Calls, key: &Key, of: &Form) -> Result<Vec<Question>, ProviderError> {
    let entries = form(calls, key, of, "id,questions").await?.questions.unwrap_or_default();
    let questions: Vec<FormQuestion> = entries.iter().filter_map(wire::Entry::read).collect();
    let asks = |kind: &str| questions.iter().any(|question| question.kind.as_deref() == Some(kind));
    let plain = [asks("EMAIL"), asks("PHONE")];
    Ok(questions.into_iter().filter_map(|entry| question(entry, plain)).collect())
}

/// A standard question stands for its field by its type. What is asked of work stands for it where nothing else does.
fn question(question: FormQuestion, [email, phone]: [bool; 2]) -> Option<Question> {
    let standard = match question.kind.as_deref().unwrap_or_default() {
        "FULL_NAME" => Some(ContactField::Name),
        "FIRST_NAME" => Some(ContactField::FirstName),
        "LAST_NAME" => Some(ContactField::LastName),
        "EMAIL" => Some(ContactField::Email),
        "WORK_EMAIL" if !email => Some(ContactField::Email),
        "PHONE" => Some(ContactField::Phone),
        "WORK_PHONE_NUMBER" if !phone => Some(ContactField::Phone),
        "COMPANY_NAME" => Some(ContactField::Company),
        _ => None,
    };
    let given = |text: &String| !text.is_empty();
    let key = question.key.filter(given).or_else(|| question.id.map(String::from))?;
    Some(Question { label: question.label.filter(given).unwrap_or_else(|| key.clone()), key, standard })
}

/// How many leads the form has received, and how many of them are past the 90 days for which they can be read.
pub(super) async fn count(calls: &Calls, key: &Key, of: &Form) -> Result<Option<LeadCount>, ProviderError> {
    let form = form(calls, key, of, "id,leads_count,expired_leads_count").await?;
    let number = |count: Option<wire::Id>| count.and_then(|count| count.as_str().parse::<u64>().ok());
    let expired = number(form.expired_leads_count).unwrap_or_default();
    Ok(number(form.leads_count).map(|total| LeadCount { total, expired }))
}

/// Checks the access and the chosen forms: per page one call that tells whether leads may be read, and one for its
/// forms. A page that lists several forms vouches for those; others are asked for directly, which alone tells that one
/// is gone.
pub(super) async fn test(calls: &Calls, keys: &Keys, resources: &[ResourceId]) -> Result<(), ProviderError> {
    if resources.is_empty() {
        return calls.get_json::<wire::Me>(&keys.user.key, &["me"], &[("fields", "id")]).await.map(drop);
    }
    let mut pages = BTreeMap::<Owner, Vec<Form>>::new();
    for resource in resources {
        let form = Form::of(resource).map_err(|_| gone("not_a_form"))?;
        pages.entry(form.owner().clone()).or_default().push(form);
    }
    for (page, forms) in pages {
        let key = keys.page(&page)?;
        lead_access(calls, key, &page).await?;
        still_there(calls, key, &page, &forms).await?;
    }
    Ok(())
}

/// Refuses with Meta's own words where the page's Leads Access Manager, or a role, keeps the leads from us.
async fn lead_access(calls: &Calls, key: &Key, page: &Owner) -> Result<(), ProviderError> {
    let access: wire::PageAccess = calls.get_json(key, &[page.id()], &[("fields", "has_lead_access")]).await?;
    match access.has_lead_access {
        Some(access) if access.can_access_lead == Some(false) => {
            let (reason, resolution) = (access.failure_reason.as_deref(), access.failure_resolution.as_deref());
            let words = Explanation::new(reason.unwrap_or_default(), resolution);
            Err(ProviderError::new(FailureClass::MissingPermission, "no_lead_access").explained(words))
        }
        _ => Ok(()),
    }
}

/// A refusal of leads in Meta's own words, where it has any (§4): otherwise nobody knows what to do about it.
pub(super) async fn in_its_words(calls: &Calls, key: &Key, page: &Owner, error: ProviderError) -> ProviderError {
    if error.class != FailureClass::MissingPermission {
        return error;
    }
    let asked = lead_access(calls, key, page).await;
    asked.err().filter(|words| words.explanation.is_some()).unwrap_or(error)
}

async fn still_there(calls: &Calls, key: &Key, page: &Owner, forms: &[Form]) -> Result<(), ProviderError> {
    let mut listed = Vec::new();
    if forms.len() > 1 {
        listed.extend(list(calls, key, page, "id,status").await?);
    }
    for chosen in forms {
        let found = match listed.iter().find(|form| form.id.as_str() == chosen.id()) {
            Some(form) => form.status.clone(),
            None => {
                let form = form(calls, key, chosen, "id,status,page_id").await?;
                if form.page_id.is_some_and(|id| id.as_str() != page.id()) {
                    return Err(gone("form_of_another_page"));
                }
                form.status
            }
        };
        if found.as_deref() == Some(DELETED) {
            return Err(gone("form_deleted"));
        }
    }
    Ok(())
}

/// What was chosen is not there.
pub(super) fn gone(code: &str) -> ProviderError {
    ProviderError::new(FailureClass::ResourceNotFound, code)
}
