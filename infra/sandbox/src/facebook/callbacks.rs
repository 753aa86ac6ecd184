//! What an app is told when a person removes it: a `signed_request`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{
    CLIENT_ID, OTHER_CLIENT_SECRET,
    acts::ActError,
    deliveries::{Delivery, DeliveryKind},
    desk::DeletionReply,
    state::App,
};
use crate::{DeliveryError, Sandbox, State, secrets::hmac_of};

/// Sends the callbacks of an app that was removed. Only the app [`CLIENT_ID`] has addresses for them.
pub(crate) fn removed(state: &mut State, app: &str, person: &str, delete_data: bool, now: DateTime<Utc>) {
    let setup = &state.desk.setup;
    let deletion = setup.deletion.clone().filter(|_| delete_data).map(|url| (DeliveryKind::Deletion, url));
    let deauthorize = setup.deauthorize.clone().map(|url| (DeliveryKind::Deauthorize, url));
    let Some(app) = state.facebook.apps.get(app).filter(|app| app.id == CLIENT_ID) else { return };
    for (kind, url) in deauthorize.into_iter().chain(deletion) {
        let delivery = callback(app, &app.secret, kind, &url, person, now);
        state.desk.outbox.enqueue(delivery);
    }
    state.desk.wake.notify_one();
}

/// What an app is told of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallbackKind {
    /// Has removed the app.
    Deauthorize,
    /// Wants their data deleted.
    Deletion,
}

/// A callback that is sent at once, past the queue, whether the person has done it or not. The body of
/// `POST /_sandbox/facebook/callback`, such as `{"kind": "deletion", "person": "…"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackOrder {
    /// What the app is told.
    pub kind: CallbackKind,
    /// Of whom; somebody whom nobody knows, too.
    pub person: String,
    /// Where it goes instead of the configured address.
    pub address: Option<String>,
    /// Signed with the secret of another app.
    #[serde(default)]
    pub forged: bool,
}

/// What the app answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallbackAnswer {
    /// The HTTP status.
    pub status: u16,
    /// As it came.
    pub body: String,
    /// What the body says, if it was about a deletion.
    pub deletion: Option<DeletionReply>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// The app has no address for it.
    #[error(transparent)]
    Nowhere(#[from] ActError),
    /// Nobody has answered.
    #[error(transparent)]
    Unanswered(#[from] DeliveryError),
}

impl CallbackOrder {
    /// A genuine one, to the configured address.
    pub fn of(kind: CallbackKind, person: &str) -> Self {
        Self { kind, person: person.to_owned(), address: None, forged: false }
    }
}

/// The ordered callback, signed and not yet sent.
pub(crate) fn ordered(state: &State, order: &CallbackOrder, now: DateTime<Utc>) -> Result<Delivery, ActError> {
    let setup = &state.desk.setup;
    let (kind, configured) = match order.kind {
        CallbackKind::Deauthorize => (DeliveryKind::Deauthorize, &setup.deauthorize),
        CallbackKind::Deletion => (DeliveryKind::Deletion, &setup.deletion),
    };
    let nowhere = || ActError::Impossible("the app has no such callback".to_owned());
    let app = state.facebook.apps.get(CLIENT_ID).ok_or_else(nowhere)?;
    let address = match &order.address {
        Some(address) => Url::parse(address).map_err(|why| ActError::Impossible(why.to_string()))?,
        None => configured.clone().ok_or_else(nowhere)?,
    };
    let secret = if order.forged { OTHER_CLIENT_SECRET } else { &app.secret };
    Ok(callback(app, secret, kind, &address, &order.person, now))
}

/// Sends it once and keeps what the app answers about a deletion.
pub(crate) async fn call_back(sandbox: &Sandbox, order: &CallbackOrder) -> Result<CallbackAnswer, CallbackError> {
    let now = sandbox.now();
    let delivery = sandbox.read(|state| ordered(state, order, now))?;
    let (status, body) = delivery.deliver().await?;
    let is_deletion = order.kind == CallbackKind::Deletion && delivery.is_taken(status);
    let deletion = is_deletion.then(|| DeletionReply::read(&order.person, &body));
    sandbox.note(|state| state.desk.deletions.extend(deletion.clone()));
    Ok(CallbackAnswer { status, body, deletion })
}

/// One callback, signed with this secret.
fn callback(app: &App, secret: &str, kind: DeliveryKind, address: &Url, person: &str, now: DateTime<Utc>) -> Delivery {
    let signed = signed_request(secret, person, now);
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("signed_request", &signed).finish();
    let headers = vec![
        ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ("User-Agent".to_owned(), "facebookexternalua".to_owned()),
    ];
    let (app, address, about) = (app.id.clone(), address.to_string(), vec![person.to_owned()]);
    Delivery { app, kind, address, headers, body, about, first_at: now, due_at: now, attempts: 0 }
}

/// `base64url(signature).base64url(JSON)`, the signature being over the second part as text.
fn signed_request(secret: &str, person: &str, now: DateTime<Utc>) -> String {
    let told = json!({ "user_id": person, "algorithm": "HMAC-SHA256", "issued_at": now.timestamp() });
    let payload = URL_SAFE_NO_PAD.encode(told.to_string());
    format!("{}.{payload}", URL_SAFE_NO_PAD.encode(hmac_of(secret, payload.as_bytes())))
}
