//! What Facebook would never send: somebody else who knows the address.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{
    CLIENT_ID, OTHER_CLIENT_SECRET,
    acts::ActError,
    callbacks::{self, CallbackKind, CallbackOrder},
    deliveries::Delivery,
    webhooks,
};
use crate::{State, secrets::hex_hmac};

/// How a message is forged. The body of `POST /_sandbox/facebook/forge`, such as
/// `{"forge": "badSignature", "lead": "…"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "forge", rename_all = "camelCase", deny_unknown_fields)]
pub enum Forgery {
    /// A signature of the right form that is none.
    BadSignature {
        /// What it tells of.
        lead: String,
    },
    /// No signature at all.
    NoSignature {
        /// What it tells of.
        lead: String,
    },
    /// A right one of the old kind only.
    Sha1Only {
        /// What it tells of.
        lead: String,
    },
    /// Signed with the secret of another app.
    OtherSecret {
        /// What it tells of.
        lead: String,
    },
    /// A genuine signature, and a body that was changed after it.
    Tampered {
        /// What it tells of.
        lead: String,
    },
    /// A callback that the person has removed the app, signed with the secret of another app.
    Deauthorize {
        /// Of whom it tells.
        person: String,
    },
    /// As [`Forgery::Deauthorize`], asking to delete the person's data.
    Deletion {
        /// Of whom it tells.
        person: String,
    },
}

/// Sends the forged message to the app [`CLIENT_ID`], past the switches.
pub(crate) fn forge(state: &mut State, forgery: &Forgery, now: DateTime<Utc>) -> Result<(), ActError> {
    let forged = match forgery {
        Forgery::BadSignature { lead } => with_signature(genuine(state, lead, now)?, Some(&"0".repeat(64))),
        Forgery::NoSignature { lead } => {
            let bare = with_signature(genuine(state, lead, now)?, None);
            without(bare, "X-Hub-Signature")
        }
        Forgery::Sha1Only { lead } => with_signature(genuine(state, lead, now)?, None),
        Forgery::OtherSecret { lead } => {
            let genuine = genuine(state, lead, now)?;
            let signature = hex_hmac(OTHER_CLIENT_SECRET, genuine.body.as_bytes());
            with_signature(genuine, Some(&signature))
        }
        Forgery::Tampered { lead } => {
            let genuine = genuine(state, lead, now)?;
            let body = genuine.body.replacen("\"object\":\"page\"", "\"object\":\"page\" ", 1);
            Delivery { body, ..genuine }
        }
        Forgery::Deauthorize { person } => signed_by_another(state, CallbackKind::Deauthorize, person, now)?,
        Forgery::Deletion { person } => signed_by_another(state, CallbackKind::Deletion, person, now)?,
    };
    state.desk.outbox.enqueue(forged);
    state.desk.wake.notify_one();
    Ok(())
}

/// What Facebook itself would send about the lead, or about an id that it does not know.
fn genuine(state: &State, lead: &str, now: DateTime<Utc>) -> Result<Delivery, ActError> {
    let nowhere = || ActError::Impossible("the app has no callback".to_owned());
    let of_lead = webhooks::deliveries(state, &[lead.to_owned()], now);
    if let Some(genuine) = of_lead.into_iter().find(|delivery| delivery.app == CLIENT_ID) {
        return Ok(genuine);
    }
    let app = state.facebook.apps.get(CLIENT_ID).ok_or_else(nowhere)?;
    let (address, _) = webhooks::target(state, app).ok_or_else(nowhere)?;
    let change = json!({ "field": "leadgen", "value": { "leadgen_id": lead, "created_time": now.timestamp() } });
    let body = json!({ "object": "page", "entry": [{ "id": "0", "time": now.timestamp(), "changes": [change] }] });
    Ok(webhooks::webhook(app, &address, webhooks::escaped(&body), vec![lead.to_owned()], now))
}

fn with_signature(delivery: Delivery, signature: Option<&str>) -> Delivery {
    let mut bare = without(delivery, "X-Hub-Signature-256");
    bare.headers.extend(signature.map(|hex| ("X-Hub-Signature-256".to_owned(), format!("sha256={hex}"))));
    bare
}

fn without(mut delivery: Delivery, name: &str) -> Delivery {
    delivery.headers.retain(|(header, _)| header != name);
    delivery
}

fn signed_by_another(
    state: &State,
    kind: CallbackKind,
    person: &str,
    now: DateTime<Utc>,
) -> Result<Delivery, ActError> {
    callbacks::ordered(state, &CallbackOrder { forged: true, ..CallbackOrder::of(kind, person) }, now)
}
