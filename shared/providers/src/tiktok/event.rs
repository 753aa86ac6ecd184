//! What a delivery says (tiktok-lead-ads.md §4, "Event"). It carries whole leads, which cannot be fetched again, so
//! what cannot be read is kept word for word.

use super::accounts;
use super::owner::LIBRARY;
use super::wire::Loose;
use crate::contract::{LeadContent, LeadNotice, Notice};
use chrono::DateTime;
use domain::ids::ExternalId;
use domain::lead::{Answer, LeadSource, Owner, RawLead};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The `object` of a delivery about leads; 2, 3, 8, 10, 11 and 14 are about something else.
const LEAD: &str = "1";
/// Leads of conversations, which belong to no form and are not subscribed to.
const CONVERSATION: &str = "DIRECT_MESSAGE";

/// The entries stay text until each is read by itself.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
    #[serde(borrow, default)]
    entry: Option<Vec<&'a RawValue>>,
}

/// The leads of a verified delivery. A body that is no event is one lead that cannot be read.
pub(super) fn notices(body: &[u8]) -> Vec<Notice> {
    if body.trim_ascii().is_empty() {
        return Vec::new();
    }
    match serde_json::from_slice::<Event<'_>>(body) {
        Ok(event) if id(event.object).as_deref() != Some(LEAD) => Vec::new(),
        Ok(event) => {
            let entries = event.entry.unwrap_or_default();
            entries.into_iter().filter_map(|entry| notice(entry.get())).map(Notice::Lead).collect()
        }
        Err(_) => {
            let text = String::from_utf8_lossy(body).into_owned();
            let nobody =
                LeadNotice { owners: Vec::new(), form: None, lead: None, content: LeadContent::Unreadable(text) };
            vec![Notice::Lead(nobody)]
        }
    }
}

/// What says whose lead it is. Whatever else is in the entry is passed over, however deep.
#[derive(Default, Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    page_id: Option<&'a RawValue>,
    #[serde(borrow)]
    advertiser_id: Option<&'a RawValue>,
    #[serde(borrow)]
    library_id: Option<&'a RawValue>,
    #[serde(borrow)]
    lead_source: Option<&'a RawValue>,
}

/// One entry; `None` for what is not about a form.
pub(super) fn notice(entry: &str) -> Option<LeadNotice> {
    let head: Head<'_> = serde_json::from_str(entry).unwrap_or_default();
    if head.lead_source.and_then(id).as_deref() == Some(CONVERSATION) {
        return None;
    }
    let owner = |kind, value: Option<&RawValue>| Owner::new(kind, &id(value?)?).ok();
    let owners = [owner(accounts::KIND, head.advertiser_id), owner(LIBRARY, head.library_id)];
    let form = head.page_id.and_then(id);
    let lead = head.id.and_then(id).and_then(|id| ExternalId::parse(id).ok());
    let content = match whole(entry, lead.as_ref(), form.as_deref()) {
        Some(lead) => LeadContent::Whole(Box::new(lead)),
        None => LeadContent::Unreadable(entry.to_owned()),
    };
    Some(LeadNotice { owners: owners.into_iter().flatten().collect(), form, lead, content })
}

/// An id, which is a text or digits: as a number of 64 bits it might not fit. `None` for zero.
fn id(value: &RawValue) -> Option<String> {
    let text = match value.get() {
        text if text.starts_with('"') => serde_json::from_str(text).ok()?,
        digits => digits.to_owned(),
    };
    let is_id = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = is_id && (is_number || value.get().starts_with('"')) && (1..=64).contains(&text.len());
    (fits && text != "0").then_some(text)
}

/// What the person answered, and where the lead came from.
#[derive(Deserialize)]
struct Body {
    create_time: Loose,
    #[serde(default)]
    is_test: Loose,
    #[serde(default)]
    ad_id: Loose,
    #[serde(default)]
    ad_name: Loose,
    #[serde(default)]
    adgroup_id: Loose,
    #[serde(default)]
    adgroup_name: Loose,
    #[serde(default)]
    campaign_id: Loose,
    #[serde(default)]
    campaign_name: Loose,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    field: String,
    #[serde(default)]
    value: Value,
}

/// The whole lead; `None` where anything that it needs cannot be read.
fn whole(entry: &str, lead: Option<&ExternalId>, form: Option<&str>) -> Option<RawLead> {
    let body: Body = serde_json::from_str(entry).ok()?;
    let created = DateTime::from_timestamp(body.create_time.number()?.try_into().ok()?, 0)?;
    let source = LeadSource {
        ad: body.ad_id.0,
        ad_name: body.ad_name.0,
        ad_group: body.adgroup_id.0,
        ad_group_name: body.adgroup_name.0,
        campaign: body.campaign_id.0,
        campaign_name: body.campaign_name.0,
        ..LeadSource::default()
    };
    let (answers, test) = (answers(body.changes), body.is_test.is_yes());
    Some(RawLead { id: lead?.clone(), form: form?.to_owned(), created, answers, source, test })
}

/// One answer for each question that was answered.
fn answers(changes: Vec<Change>) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    for change in changes {
        let values = values(change.value);
        match answers.iter_mut().find(|answer| answer.key == change.field) {
            Some(answer) => answer.values.extend(values),
            None if values.is_empty() => {}
            None => answers.push(Answer { key: change.field, values }),
        }
    }
    answers
}

/// The value is documented as an object and is a text in every example.
fn values(value: Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        Value::String(text) => vec![text],
        Value::Array(several) => several.into_iter().flat_map(values).collect(),
        Value::Object(mut object) => match object.remove("value").or_else(|| object.remove("values")) {
            Some(inner) => values(inner),
            None if object.is_empty() => Vec::new(),
            None => vec![Value::Object(object).to_string()],
        },
        other => vec![other.to_string()],
    }
}
