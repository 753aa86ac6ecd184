//! Every call of the contract, made with what a specimen has.

use super::outcome::Outcome;
use super::specimen::*;
use crate::contract::*;
use crate::error::PullError;
use domain::appointment::{Appointment, AppointmentMark, Field};
use domain::ids::ResourceId;
use domain::lead::Form;
use domain::record::CalendarEvent;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Exchange,
    /// With the specimen's credential of this number.
    Refresh(usize),
    Revoke,
    Identify,
    Parents,
    Options,
    TestAccess,
    TestResource,
    /// The page of a full pull of this number.
    Page(usize),
    /// The first page of an incremental pull.
    PageSince,
    Occurrence,
    Insert,
    Change,
    Read,
    Remove,
    Fetch,
    Questions,
    Count,
    SendTest,
    Subscribe,
    /// A subscription that takes another one's place.
    Renew,
    Unsubscribe,
}

/// Where a pull was: what its pages were asked with, and the cursor that the last one brought.
pub(super) struct Pulled {
    pub(super) pages: Vec<Option<String>>,
    pub(super) cursor: String,
}

/// The calls that this provider can make.
pub(super) fn of(provider: &dyn Provider, specimen: &dyn Specimen, pulled: &Pulled) -> Vec<Call> {
    use Call::*;
    let mut calls = vec![Exchange, Revoke, Identify, Options, TestAccess, TestResource];
    calls.extend((0..specimen.credentials().len()).map(Refresh));
    calls.extend(provider.manifest().parent_kind.map(|_| Parents));
    if provider.pull().is_some() {
        calls.extend((0..pulled.pages.len()).map(Page).chain([PageSince]));
    }
    if provider.push().is_some() {
        calls.extend([Occurrence, Insert, Change, Read, Remove]);
    }
    if provider.leads().is_some() {
        calls.extend([Fetch, Questions, Count, SendTest]);
    }
    if provider.webhook().is_some_and(|webhook| webhook.subscribes()) {
        calls.extend([Subscribe, Renew, Unsubscribe]);
    }
    calls
}

/// Makes the call.
pub(super) async fn make(provider: &dyn Provider, specimen: &dyn Specimen, pulled: &Pulled, call: Call) -> Outcome {
    let (app, access) = (app(), specimen.access());
    let resource = specimen.resource();
    match call {
        Call::Exchange => exchange(provider, &app).await,
        Call::Refresh(number) => Outcome::of(provider.refresh(&app, &specimen.credentials()[number]).await),
        Call::Revoke => Outcome::of(provider.revoke(&app, &specimen.credentials()[0]).await),
        Call::Identify => Outcome::of(provider.identify(&access).await),
        Call::Parents => options(provider, &access, provider.manifest().parent_kind.unwrap(), None).await,
        Call::Options => {
            options(provider, &access, provider.manifest().resource_kind, specimen.parent().as_ref()).await
        }
        Call::TestAccess => Outcome::of(provider.test(&access, &[]).await),
        Call::TestResource => Outcome::of(provider.test(&access, &[resource]).await),
        Call::Page(number) => page(provider, specimen, None, pulled.pages[number].as_deref()).await,
        Call::PageSince => page(provider, specimen, Some(&pulled.cursor), None).await,
        Call::Occurrence | Call::Insert | Call::Change | Call::Read | Call::Remove => {
            push(provider.push().unwrap(), specimen, call).await
        }
        Call::Fetch | Call::Questions | Call::Count | Call::SendTest => {
            leads(provider.leads().unwrap(), specimen, call).await
        }
        Call::Subscribe | Call::Renew | Call::Unsubscribe => webhook(provider.webhook().unwrap(), specimen, call).await,
    }
}

async fn exchange(provider: &dyn Provider, app: &AppCredentials) -> Outcome {
    let redirect_uri = ADDRESS.parse().unwrap();
    let (code, verifier) = (CODE.into(), VERIFIER.into());
    let request = ExchangeRequest { app, redirect_uri: &redirect_uri, code: &code, verifier: &verifier };
    Outcome::of(provider.exchange_code(&request).await)
}

/// Options that the provider does not have are no answer to one that it has.
async fn options(provider: &dyn Provider, access: &Access, kind: &str, parent: Option<&ResourceId>) -> Outcome {
    let options = provider.options(access, kind, parent).await;
    assert!(!matches!(options, Ok(None)), "there is nothing of the kind {kind}");
    Outcome::of(options)
}

/// One page of the specimen's resource.
pub(super) async fn pull(
    provider: &dyn Provider,
    specimen: &dyn Specimen,
    since: Option<&str>,
    page: Option<&str>,
) -> Result<Page, PullError> {
    let resource = specimen.resource();
    let request = PullRequest { resource: &resource, since, page, window_start: WINDOW_START.parse().unwrap() };
    provider.pull().unwrap().page(&specimen.access(), &request).await
}

async fn page(provider: &dyn Provider, specimen: &dyn Specimen, since: Option<&str>, page: Option<&str>) -> Outcome {
    Outcome::of(pull(provider, specimen, since, page).await)
}

fn from<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

async fn push(push: &dyn Push, specimen: &dyn Specimen, call: Call) -> Outcome {
    let (access, resource, event) = (specimen.access(), specimen.resource(), specimen.record());
    let target = PushTarget { resource: &resource, event: &event };
    let at = |time: &str| json!({ "kind": "instant", "at": time, "timeZone": "Europe/Berlin" });
    let (start, end) = (at(OCCURS), at("2026-11-23T08:45:00Z"));
    let content: Appointment = from(json!({ "title": "Consultation", "start": start, "end": end }));
    let integration = "019365a0-0000-7000-8000-000000000001";
    let mark: AppointmentMark = from(json!({ "appointment": "a-1", "revision": 7, "integration": integration }));
    match call {
        Call::Occurrence => Outcome::of(push.occurrence(&access, target, &from(start)).await),
        Call::Insert => Outcome::of(push.insert(&access, target, &content, &mark).await),
        Call::Change => {
            let current: CalendarEvent = from(json!({ "id": event, "status": "confirmed", "etag": "\"1\"" }));
            let change =
                PushChange { content: &content, fields: &Field::ALL, mark: &mark, current: &current, revive: false };
            Outcome::of(push.change(&access, target, &change).await)
        }
        Call::Read => Outcome::of(push.read(&access, target).await),
        _ => Outcome::of(push.remove(&access, target, &PushRemoval { etag: Some("\"1\""), invited: true }).await),
    }
}

async fn leads(leads: &dyn Leads, specimen: &dyn Specimen, call: Call) -> Outcome {
    let (access, form) = (specimen.access(), Form::of(&specimen.resource()).unwrap());
    match call {
        Call::Fetch => Outcome::of(leads.fetch(&access, &form, &specimen.record()).await),
        Call::Questions => Outcome::of(leads.questions(&access, &form).await),
        Call::Count => Outcome::of(leads.count(&access, &form).await),
        _ => Outcome::of(leads.send_test(&access, &form).await),
    }
}

async fn webhook(webhook: &dyn Webhook, specimen: &dyn Specimen, call: Call) -> Outcome {
    let (app, access, resource) = (app(), specimen.access(), webhook.watched(&specimen.resource()));
    if call == Call::Unsubscribe {
        let ending = EndingSubscription { app: &app, resource: &resource, id: CHANNEL, remote: REMOTE };
        return Outcome::of(webhook.unsubscribe(&access, &ending).await);
    }
    let (token, address) = (CHANNEL_TOKEN.into(), ADDRESS.parse().unwrap());
    let request = SubscribeRequest {
        app: &app,
        resource: &resource,
        id: CHANNEL,
        token: &token,
        address: &address,
        until: "2026-12-05T10:00:00Z".parse().unwrap(),
        former: (call == Call::Renew).then_some(REMOTE),
    };
    Outcome::of(webhook.subscribe(&access, &request).await)
}
