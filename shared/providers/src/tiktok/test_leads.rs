//! Test leads (tiktok-lead-ads.md §6): a form has one at most, and it comes by webhook like any other.

use super::calls::{Call, Calls};
use super::errors::DUPLICATE;
use super::owner;
use super::session::Session;
use super::wire::TestLead;
use crate::error::ProviderError;
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::lead::{Form, Owner};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// Removes the former test lead and makes another one.
pub(super) async fn send(calls: &Calls, session: &Session, form: &Form) -> Result<Option<ExternalId>, ProviderError> {
    match replace(calls, session, form.owner(), form.id()).await {
        Err(refused) => {
            let library = owner::instead(calls, session, form.owner(), refused).await?;
            replace(calls, session, &library, form.id()).await
        }
        made => made,
    }
}

async fn replace(
    calls: &Calls,
    session: &Session,
    owner: &Owner,
    form: &str,
) -> Result<Option<ExternalId>, ProviderError> {
    if let Some(former) = former(calls, session, owner, form).await? {
        remove(calls, session, owner, form, former).await?;
    }
    let body = Value::Object(about(owner, form)?);
    let made: TestLead = calls.ask_once(&Call::post("page/lead/mock/create", body).with(&session.token)).await?;
    Ok(made.id().and_then(|id| ExternalId::parse(id).ok()))
}

/// The form's test lead. A form without one is answered with nothing, or with a refusal about what is not there.
async fn former(calls: &Calls, session: &Session, owner: &Owner, form: &str) -> Result<Option<String>, ProviderError> {
    let source = ("lead_source", "INSTANT_FORM".to_owned());
    let query = vec![source, owner::parameter(owner)?, ("page_id", form.to_owned())];
    match calls.ask::<TestLead>(&Call::get("page/lead/mock/get", query).with(&session.token)).await {
        Err(error) if matches!(error.class, FailureClass::ResourceNotFound | FailureClass::OurBug) => Ok(None),
        found => Ok(found?.id()),
    }
}

/// One that is gone already is gone.
async fn remove(
    calls: &Calls,
    session: &Session,
    owner: &Owner,
    form: &str,
    lead: String,
) -> Result<(), ProviderError> {
    let mut body = about(owner, form)?;
    body.insert("lead_id".to_owned(), lead.into());
    let call = Call::post("page/lead/mock/delete", body.into()).with(&session.token);
    match calls.ask::<IgnoredAny>(&call).await.map(drop) {
        Err(error) if error.class == FailureClass::ResourceNotFound || error.code == DUPLICATE => Ok(()),
        outcome => outcome,
    }
}

fn about(owner: &Owner, form: &str) -> Result<Map<String, Value>, ProviderError> {
    let mut body = owner::body(owner)?;
    body.insert("page_id".to_owned(), form.into());
    body.insert("lead_source".to_owned(), "INSTANT_FORM".into());
    Ok(body)
}
