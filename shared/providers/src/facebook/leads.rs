//! Single leads (facebook-lead-ads.md §4).

use super::calls::{Calls, read};
use super::errors::about_a_lead;
use super::tokens::Key;
use super::{map, wire};
use crate::error::ProviderError;
use bytes::Bytes;
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::lead::{Form, RawLead};
use http::Response;

/// What a lead has with any permission that shows leads. Always named: the default set is small.
pub(super) const PLAIN: &str = "id,created_time,form_id,is_organic,platform,field_data,custom_disclaimer_responses";
/// With where it came from, which takes `ads_management` and access to the ad account.
pub(super) const WHOLE: &str = "id,created_time,form_id,is_organic,platform,field_data,custom_disclaimer_responses,\
                                ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name";

/// The lead, if it is one of this form.
pub(super) async fn fetch(calls: &Calls, key: &Key, form: &Form, id: &ExternalId) -> Result<RawLead, ProviderError> {
    let is_id = id.as_str().bytes().all(|byte| byte.is_ascii_digit());
    let answer = match is_id {
        true => asked(calls, key, id).await.map_err(about_a_lead)?,
        false => return Err(refused("unusable_id")),
    };
    let entry: wire::Entry = read(&answer)?;
    if entry.id().is_some_and(|of| of.as_str() != id.as_str()) {
        return Err(refused("another_lead"));
    }
    let lead: wire::Lead = entry.read().ok_or_else(|| refused("unreadable_lead"))?;
    if lead.form_id.as_ref().is_none_or(|of| of.as_str() != form.id()) {
        return Err(refused("another_form"));
    }
    map::lead(lead, form.id()).ok_or_else(|| refused("unreadable_lead"))
}

async fn asked(calls: &Calls, key: &Key, id: &ExternalId) -> Result<Response<Bytes>, ProviderError> {
    match calls.get(key, &[id.as_str()], &[("fields", WHOLE)]).await {
        Err(error) if error.class == FailureClass::MissingPermission => {
            calls.get(key, &[id.as_str()], &[("fields", PLAIN)]).await
        }
        answer => answer,
    }
}

fn refused(code: &str) -> ProviderError {
    ProviderError::new(FailureClass::PermanentRecord, code)
}

/// Makes a test lead. A form may have but one, so former ones go first. Made once: the second of two would be refused
/// for the first.
pub(super) async fn send_test(calls: &Calls, key: &Key, form: &Form) -> Result<Option<ExternalId>, ProviderError> {
    let path = [form.id(), "test_leads"];
    for former in calls.list(key, &path, &[("fields", "id")]).await? {
        let Some(id) = former.id() else { continue };
        match calls.delete(key, &[id.as_str()]).await {
            Err(error) if error.class == FailureClass::ResourceNotFound => {}
            deleted => deleted?,
        }
    }
    let made: wire::Made = read(&calls.post_once(Some(key), &path, &[]).await?)?;
    Ok(made.id.and_then(|id| ExternalId::parse(id).ok()))
}
