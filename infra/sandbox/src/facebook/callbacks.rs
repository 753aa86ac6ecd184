//! What an app is told when a person removes it: a `signed_request`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{
    CLIENT_ID,
    deliveries::{Delivery, DeliveryKind},
    state::App,
};
use crate::{State, secrets::hmac_of};

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

/// One callback, signed with this secret.
pub(crate) fn callback(
    app: &App,
    secret: &str,
    kind: DeliveryKind,
    address: &Url,
    person: &str,
    now: DateTime<Utc>,
) -> Delivery {
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
