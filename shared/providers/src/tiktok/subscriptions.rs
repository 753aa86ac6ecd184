//! Making, keeping and ending subscriptions (tiktok-lead-ads.md §4).

use super::calls::{Call, Calls, envelope};
use super::errors::{DUPLICATE, unreadable_answer};
use super::pages::Pages;
use super::session::Session;
use super::wire::{List, Loose, Subscription};
use super::{forms, owner};
use crate::contract::{AppCredentials, EndingSubscription, SubscribeRequest, Subscribed};
use crate::error::ProviderError;
use crate::http::AnswerCap;
use domain::failure::FailureClass;
use domain::lead::Owner;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use url::Url;

/// Keeps the former subscription if TikTok still lists it with this address and owner, or makes another one. Of an ad
/// account whose leads were moved, its library is subscribed to.
pub(super) async fn subscribe(
    calls: &Calls,
    session: &Session,
    request: &SubscribeRequest<'_>,
) -> Result<Subscribed, ProviderError> {
    let owner = &Owner::parse(request.resource.as_str())
        .map_err(|_| ProviderError::new(FailureClass::ResourceNotFound, "unknown_owner"))?;
    let owner = &forms::current(calls, session, owner).await?;
    if let Some(former) = request.former
        && listed(calls, request.app, former)
            .await?
            .is_some_and(|listed| is_alive(&listed, request.address, owner, session))
    {
        return Ok(Subscribed { remote: former.to_owned(), until: request.until });
    }
    let remote = match make(calls, session, request, owner).await {
        Err(refused) => {
            let library = owner::instead(calls, session, owner, refused).await?;
            make(calls, session, request, &library).await?
        }
        Ok(remote) => remote,
    };
    Ok(Subscribed { remote, until: request.until })
}

/// Whether it tells us, of this owner, and by a token that is alive: one that was made with a former token dies with it,
/// perhaps without leaving the list. What TikTok does not say, or says with asterisks, is believed.
fn is_alive(listed: &Subscription, address: &Url, owner: &Owner, session: &Session) -> bool {
    let same_address = listed.callback_url.0.as_deref() == Some(address.as_str());
    let same_owner = listed.subscription_detail.as_ref().is_none_or(|detail| {
        let (account, library) = (detail.advertiser_id.0.as_deref(), detail.library_id.0.as_deref());
        let named = if owner.kind() == owner::LIBRARY { library } else { account };
        account.or(library).is_none() || named == Some(owner.id())
    });
    let token = listed.subscription_detail.as_ref().and_then(|detail| detail.access_token.0.as_deref());
    let same_token = token.is_none_or(|token| token == session.token.expose_secret() || token.contains('*'));
    same_address && same_token && same_owner
}

/// Sent once: one whose answer was lost tells of leads twice, which does no harm.
async fn make(
    calls: &Calls,
    session: &Session,
    request: &SubscribeRequest<'_>,
    owner: &Owner,
) -> Result<String, ProviderError> {
    let mut detail = owner::body(owner)?;
    detail.insert("access_token".to_owned(), session.token.expose_secret().into());
    detail.insert("lead_source".to_owned(), "INSTANT_FORM".into());
    let mut body = of_app(request.app);
    body["subscribe_entity"] = "LEAD".into();
    body["callback_url"] = request.address.as_str().into();
    body["subscription_detail"] = detail.into();
    let answer = calls.send_once(&Call::post("subscription/subscribe", body), AnswerCap::OAUTH).await?;
    let envelope = envelope(&answer)?;
    let made: Made = envelope.data()?;
    made.subscription_id.0.or(envelope.subscription_id.0).ok_or_else(unreadable_answer)
}

#[derive(Deserialize)]
struct Made {
    #[serde(default)]
    subscription_id: Loose,
}

/// Ends a subscription. TikTok's code for one that it does not know is not documented: what it refuses to end and does
/// not list either has ended.
pub(super) async fn unsubscribe(calls: &Calls, ending: &EndingSubscription<'_>) -> Result<(), ProviderError> {
    let mut body = of_app(ending.app);
    body["subscription_id"] = ending.remote.into();
    match calls.ask::<IgnoredAny>(&Call::post("subscription/unsubscribe", body)).await.map(drop) {
        Err(error) if error.class == FailureClass::ResourceNotFound || error.code == DUPLICATE => Ok(()),
        Err(error) if error.class == FailureClass::OurBug => match listed(calls, ending.app, ending.remote).await? {
            Some(_) => Err(error),
            None => Ok(()),
        },
        outcome => outcome,
    }
}

/// The subscription as TikTok lists it; `None` if it does not.
async fn listed(calls: &Calls, app: &AppCredentials, remote: &str) -> Result<Option<Subscription>, ProviderError> {
    let mut pages = Pages::new(1000);
    while let Some(mut query) = pages.next()? {
        query.push(("app_id", app.client_id.clone()));
        query.push(("secret", app.client_secret.expose_secret().to_owned()));
        query.push(("subscribe_entity", "LEAD".to_owned()));
        let list: List<Subscription> = calls.ask(&Call::get("subscription/get", query)).await?;
        pages.seen(&list);
        let same = |listed: &Subscription| listed.subscription_id.0.as_deref() == Some(remote);
        if let Some(found) = list.list.into_iter().find(same) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn of_app(app: &AppCredentials) -> Value {
    json!({ "app_id": app.client_id, "secret": app.client_secret.expose_secret() })
}
