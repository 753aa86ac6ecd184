//! A lead of Facebook as a lead of Aura (facebook-lead-ads.md §4).

use super::wire::{Disclaimer, FieldData, Lead, Text};
use chrono::{DateTime, Utc};
use domain::ids::ExternalId;
use domain::lead::{Answer, LeadSource, RawLead};

/// What the answers of a test lead look like: `<test lead: dummy data for full_name>`.
const DUMMY: (&str, &str) = ("<test lead: dummy data for ", ">");

/// The lead, if at least its id and its time can be read. `form` is the form that was asked for, where the lead names
/// none.
///
/// A lead is a test if one of its answers is dummy data. Facebook also lists a form's test lead (`test_leads`), but
/// that would be a call for each lead, and of a deleted one nothing is listed. So a test lead that somebody filled in
/// by hand, or whose form asks for nothing that is filled with dummy data, counts as any other.
pub(super) fn lead(lead: Lead, form: &str) -> Option<RawLead> {
    let fields = lead.field_data.unwrap_or_default().into_iter().map(answer);
    let disclaimers = lead.custom_disclaimer_responses.unwrap_or_default().into_iter().map(consent);
    let answers: Vec<Answer> = fields.chain(disclaimers).collect();
    Some(RawLead {
        id: ExternalId::parse(lead.id).ok()?,
        form: lead.form_id.map_or_else(|| form.to_owned(), String::from),
        created: instant(&lead.created_time.0)?,
        test: answers.iter().flat_map(|answer| &answer.values).any(|value| is_dummy(value)),
        answers,
        source: LeadSource {
            ad: given(lead.ad_id),
            ad_name: given(lead.ad_name),
            ad_group: given(lead.adset_id),
            ad_group_name: given(lead.adset_name),
            campaign: given(lead.campaign_id),
            campaign_name: given(lead.campaign_name),
            platform: given(lead.platform),
            organic: lead.is_organic.as_ref().is_some_and(is_set),
        },
    })
}

fn answer(field: FieldData) -> Answer {
    let values = field.values.unwrap_or_default();
    Answer { key: field.name, values: values.into_iter().map(|Text(value)| value).collect() }
}

/// A consent that was asked for is an answer too, `true` or `false`.
fn consent(disclaimer: Disclaimer) -> Answer {
    let checked = disclaimer.is_checked.as_ref().is_some_and(is_set);
    Answer { key: disclaimer.checkbox_key, values: vec![checked.to_string()] }
}

fn is_set(Text(text): &Text) -> bool {
    matches!(text.as_str(), "1" | "true")
}

fn is_dummy(value: &str) -> bool {
    value.starts_with(DUMMY.0) && value.ends_with(DUMMY.1)
}

fn given(text: Option<Text>) -> Option<String> {
    text.map(|Text(text)| text).filter(|text| !text.is_empty())
}

/// ISO 8601 with `+0000`, which RFC 3339 would want with a colon; or seconds since 1970, as deliveries have it.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let with_offset = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z");
    match with_offset.or_else(|_| DateTime::parse_from_rfc3339(text)) {
        Ok(instant) => Some(instant.to_utc()),
        Err(_) => DateTime::from_timestamp(text.parse().ok()?, 0),
    }
}
