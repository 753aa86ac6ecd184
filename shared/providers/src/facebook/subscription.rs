//! A page's subscription to deliveries (facebook-lead-ads.md §3). The application's own, with the address of deliveries
//! and the verify token, is made once by whoever registers the application.

use super::calls::Calls;
use super::delivery::LEADGEN;
use super::errors::unreadable_answer;
use super::tokens::Key;
use super::wire;
use crate::contract::AppCredentials;
use crate::error::ProviderError;
use domain::failure::FailureClass;
use domain::lead::Owner;

const APPS: &str = "subscribed_apps";

/// Subscribes the application to the page's leads. One that is subscribed stays as it is. What is sent replaces what was
/// subscribed to before, so the other fields are sent too.
pub(super) async fn begin(calls: &Calls, app: &AppCredentials, key: &Key, page: &Owner) -> Result<(), ProviderError> {
    let apps = calls.list(key, &[page.id(), APPS], &[("fields", "id,subscribed_fields")]).await?;
    let mut fields = Vec::new();
    for ours in apps.iter().filter(|other| other.id().is_some_and(|id| id.as_str() == app.client_id)) {
        // Fields that cannot be read would be lost by sending others.
        let ours: wire::SubscribedApp = ours.read().ok_or_else(unreadable_answer)?;
        fields.extend(ours.subscribed_fields);
    }
    if fields.iter().any(|field| field == LEADGEN) {
        return Ok(());
    }
    fields.push(LEADGEN.to_owned());
    calls.put(Some(key), &[page.id(), APPS], &[("subscribed_fields", &fields.join(","))]).await.map(drop)
}

/// Ends the application's subscription. A page that cannot be seen any more sends nothing.
pub(super) async fn end(calls: &Calls, key: &Key, page: &Owner) -> Result<(), ProviderError> {
    match calls.delete(key, &[page.id(), APPS]).await {
        Err(error) if error.class == FailureClass::ResourceNotFound => Ok(()),
        ended => ended,
    }
}
