//! What a verified delivery says (facebook-lead-ads.md §3). It tells of leads by their ids alone. What cannot be read
//! is kept word for word, and spoils nothing beside it.

use super::PAGE;
use super::wire::Id;
use crate::contract::{LeadContent, LeadNotice, Notice};
use domain::ids::ExternalId;
use domain::lead::{Form, Owner};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The one field of pages that is read.
pub(super) const LEADGEN: &str = "leadgen";

/// Longest text of an id with all that JSON puts around it, in bytes.
const LONGEST_ID: usize = 100;

#[derive(Deserialize)]
struct Body<'a> {
    object: String,
    #[serde(borrow)]
    entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    /// An entry of another kind (messages) has none.
    #[serde(borrow, default)]
    changes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Change<'a> {
    field: String,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Ids<'a> {
    #[serde(borrow)]
    leadgen_id: Option<&'a RawValue>,
    #[serde(borrow)]
    form_id: Option<&'a RawValue>,
    #[serde(borrow)]
    page_id: Option<&'a RawValue>,
}

/// One notice for each lead, and one for whatever cannot be read.
pub(super) fn notices(body: &[u8]) -> Vec<Notice> {
    leads(&String::from_utf8_lossy(body)).into_iter().map(Notice::Lead).collect()
}

/// What [`notices`] kept, if it can be read by now.
pub(super) fn reread(unreadable: &str) -> Option<LeadNotice> {
    let mut notices = match serde_json::from_str::<Body<'_>>(unreadable) {
        Ok(_) => leads(unreadable),
        Err(_) => leads_of_entry(unreadable),
    };
    notices.pop().filter(|notice| notices.is_empty() && notice.content == LeadContent::Fetch)
}

fn leads(body: &str) -> Vec<LeadNotice> {
    match serde_json::from_str::<Body<'_>>(body) {
        Ok(body) if body.object != PAGE => Vec::new(),
        Ok(body) => body.entry.into_iter().flat_map(|entry| leads_of_entry(entry.get())).collect(),
        Err(_) => vec![unreadable(body)],
    }
}

fn leads_of_entry(text: &str) -> Vec<LeadNotice> {
    match serde_json::from_str::<Entry<'_>>(text) {
        Ok(entry) => entry.changes.iter().filter_map(|change| lead(&entry, change)).collect(),
        Err(_) => vec![unreadable(text)],
    }
}

/// The notice of a change; none for one of another field.
fn lead(entry: &Entry<'_>, change: &RawValue) -> Option<LeadNotice> {
    let read = serde_json::from_str::<Change<'_>>(change.get());
    if read.as_ref().is_ok_and(|read| read.field != LEADGEN) {
        return None;
    }
    let value = read.ok().and_then(|read| read.value);
    let ids: Ids<'_> = value.and_then(|value| serde_json::from_str(value.get()).ok()).unwrap_or_default();
    let owner = id(ids.page_id).or_else(|| id(entry.id)).and_then(|page| Owner::new(PAGE, page.as_str()).ok());
    let form = id(ids.form_id).map(String::from);
    let lead = id(ids.leadgen_id).and_then(|lead| ExternalId::parse(lead).ok());
    let is_form = owner.clone().zip(form.as_ref()).is_some_and(|(owner, form)| Form::new(owner, form).is_ok());
    let content = match is_form && lead.is_some() {
        true => LeadContent::Fetch,
        false => LeadContent::Unreadable(alone(entry, change)),
    };
    Some(LeadNotice { owners: owner.into_iter().collect(), form, lead, content })
}

fn id(raw: Option<&RawValue>) -> Option<Id> {
    serde_json::from_str(raw.filter(|raw| could_be_id(raw))?.get()).ok()
}

/// Whether it is short enough: an entry's own id is looked at with each of a thousand changes.
fn could_be_id(raw: &RawValue) -> bool {
    raw.get().len() <= LONGEST_ID
}

/// The entry with this change alone, every part word for word; but what is too long for an id is not repeated with each
/// of a thousand changes.
fn alone(entry: &Entry<'_>, change: &RawValue) -> String {
    let id = entry.id.filter(|id| could_be_id(id)).map_or("null", RawValue::get);
    format!(r#"{{"id":{id},"changes":[{}]}}"#, change.get())
}

fn unreadable(text: &str) -> LeadNotice {
    LeadNotice { owners: Vec::new(), form: None, lead: None, content: LeadContent::Unreadable(text.to_owned()) }
}
