//! Leads: one, or those of a form or an ad, the newest first.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    access::Held,
    call::Call,
    errors::GraphError,
    fields::{self, Shape},
    filter::Filters,
    forms, pages,
    paging::List,
    state::{Facebook, Lead, Page},
};

const LEAD: Shape = Shape {
    node: "Lead",
    known: &[
        "id",
        "created_time",
        "ad_id",
        "ad_name",
        "adset_id",
        "adset_name",
        "campaign_id",
        "campaign_name",
        "form_id",
        "is_organic",
        "platform",
        "partner_name",
        "retailer_item_id",
        "field_data",
        "custom_disclaimer_responses",
        "post_submission_check_result",
        "home_listing",
        "vehicle",
    ],
    usual: &["created_time", "field_data"],
};

/// Fields that take `ads_management` and access to the ad account.
const OF_ADS: [&str; 6] = ["ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name"];

/// `GET /{lead-id}`
pub(crate) fn lead(
    facebook: &Facebook,
    held: &Held<'_>,
    call: &Call,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let own = held.page_id()?;
    let lead = facebook.lead(id, now).filter(|lead| lead.page == own);
    let lead = lead.ok_or_else(|| GraphError::not_visible(call.verb(), id))?;
    let page = held.page(facebook, call, own)?;
    may_read(held)?;
    if !pages::reads_leads(page, &held.token.app, &held.person.id) {
        return Err(GraphError::not_visible(call.verb(), id));
    }
    Ok(show(lead, &named(held, page, call)?))
}

/// `GET /{form-id}/leads`, `GET /{ad-id}/leads`
pub(crate) fn list(
    facebook: &Facebook,
    held: &Held<'_>,
    list: &List<'_>,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let (own, call) = (held.page_id()?, list.call);
    let places = places(facebook, held, call, own)?;
    let page = held.page(facebook, call, own)?;
    may_read(held)?;
    if !pages::reads_leads(page, &held.token.app, &held.person.id) {
        return Err(GraphError::no_lead_access());
    }
    let names = named(held, page, call)?;
    let filters = Filters::of(call)?;
    let readable = |(created, id): &(i64, String)| filters.keep(*created) && facebook.lead(id, now).is_some();
    let newest_first = places.into_iter().rev().filter(readable).map(|(created, id)| key(created, &id));
    let of_key = |key: &String| facebook.leads.get(key.split(':').nth(1)?);
    list.answer(newest_first, true, |key| of_key(key).map(|lead| show(lead, &names)))
}

/// What is listed: Unix seconds and ids, rising.
fn places(facebook: &Facebook, held: &Held<'_>, call: &Call, own: &str) -> Result<Vec<(i64, String)>, GraphError> {
    let id = call.path.first().map(String::as_str).unwrap_or_default();
    if facebook.forms.contains_key(id) {
        return Ok(forms::visible(facebook, held, call, id)?.leads.iter().cloned().collect());
    }
    let of_ad = |lead: &&Lead| lead.page == own && lead.ad.as_ref().is_some_and(|ad| ad.ad_id == id);
    let mut places: Vec<_> =
        facebook.leads.values().filter(of_ad).map(|lead| (lead.created.timestamp(), lead.id.clone())).collect();
    if places.is_empty() {
        return Err(GraphError::not_visible(call.verb(), id));
    }
    held.needs("ads_management", 200)?;
    places.sort();
    Ok(places)
}

/// Sorts as text like time, then id.
fn key(created: i64, id: &str) -> String {
    format!("{created:012}:{id}")
}

/// `DELETE /{lead-id}`
pub(crate) fn delete(facebook: &mut Facebook, call: &Call, id: &str, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let held = super::access::caller(facebook, call, now)?.token()?;
    let own = held.page_id()?;
    let lead = facebook.lead(id, now).filter(|lead| lead.page == own);
    let lead = lead.ok_or_else(|| GraphError::not_visible(call.verb(), id))?;
    forms::visible(facebook, &held, call, &lead.form)?;
    may_read(&held)?;
    facebook.delete_lead(id);
    Ok(json!({ "success": true }))
}

pub(crate) fn may_read(held: &Held<'_>) -> Result<(), GraphError> {
    held.needs("pages_read_engagement", 10)?;
    held.needs("pages_manage_ads", 200)?;
    held.needs("leads_retrieval", 200)
}

/// The named fields, if the person may see all of them.
pub(crate) fn named(held: &Held<'_>, page: &Page, call: &Call) -> Result<Vec<String>, GraphError> {
    let names = LEAD.named(call.one("fields"))?;
    if names.iter().any(|name| OF_ADS.contains(&name.as_str())) {
        held.needs("ads_management", 200)?;
        if !page.has_task(&held.person.id, "ADVERTISE") {
            return Err(GraphError::no_ad_account());
        }
    }
    Ok(names)
}

/// The lead with these fields. One without an ad is organic.
pub(crate) fn show(lead: &Lead, names: &[String]) -> Value {
    let ad = lead.ad.as_ref();
    fields::show(&lead.id, names, |name| match name {
        "created_time" => Some(json!(forms::time(lead.created))),
        "form_id" => Some(json!(lead.form)),
        "is_organic" => Some(json!(ad.is_none())),
        "platform" => Some(json!(lead.platform)),
        "field_data" => Some(lead.answers.clone()),
        "custom_disclaimer_responses" => Some(lead.disclaimers.clone()).filter(|all| all != &json!([])),
        "ad_id" => ad.map(|ad| json!(ad.ad_id)),
        "ad_name" => ad.map(|ad| json!(ad.ad_name)),
        "adset_id" => ad.map(|ad| json!(ad.adset_id)),
        "adset_name" => ad.map(|ad| json!(ad.adset_name)),
        "campaign_id" => ad.map(|ad| json!(ad.campaign_id)),
        "campaign_name" => ad.map(|ad| json!(ad.campaign_name)),
        _ => None,
    })
}
