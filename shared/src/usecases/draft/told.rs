//! What the bus is told of an integration: where it stands, and what a person should hear of.

use crate::api::events::{self, IntegrationDetail, NoticeDetail};
use crate::bus::Event;
use crate::store::{Integration, Store};
use domain::lifecycle::Signal;
use serde::Serialize;

/// The notice that a signal gives, if it moved the integration.
pub(super) fn notice_of(signal: Signal) -> Option<&'static str> {
    match signal {
        Signal::Failed(_) => Some(events::ERROR),
        Signal::Deactivated => Some(events::DEACTIVATED),
        Signal::ProbeSucceeded => Some(events::REACTIVATED),
        _ => None,
    }
}

/// An event about an integration. It says where it stands, and nothing of its content.
pub(crate) fn integration_event(store: &Store, detail_type: &str, integration: &Integration) -> Event {
    let detail = IntegrationDetail {
        integration: integration.id,
        provider: integration.provider.clone(),
        status: integration.status,
        reason: integration.reason,
    };
    event(store, detail_type, integration, &detail)
}

/// A notice, in words that can be mailed as they are.
pub(super) fn notice_event(store: &Store, detail_type: &str, integration: &Integration, seen: &Integration) -> Event {
    let error = integration.error.as_ref();
    // What works again tells since when it had not.
    let since = error.or(seen.error.as_ref()).map_or(integration.settled_at, |error| error.since);
    let warned = detail_type == events::WARNING;
    let (message, remedy) = words(detail_type, integration);
    let detail = NoticeDetail {
        integration: integration.id,
        provider: integration.provider.clone(),
        status: integration.status,
        reason: integration.reason,
        message,
        remedy,
        failures: integration.failures,
        since,
        next_try_at: error.and_then(|error| error.next_try_at).or(integration.due_at.filter(|_| warned)),
    };
    event(store, detail_type, integration, &detail)
}

fn words(detail_type: &str, integration: &Integration) -> (String, Option<String>) {
    match (detail_type, integration.reason.zip(integration.error.as_ref())) {
        (_, Some((reason, note))) => (reason.message().into(), Some(note.remedy(reason).into())),
        (events::WARNING, None) => (
            format!("The last {} syncs failed. Aura keeps trying.", integration.failures),
            Some("Test the connection to see what is wrong.".into()),
        ),
        (events::WEBHOOK_LOST, None) => (
            "The provider had stopped to tell Aura of changes. They still come with each sync, and Aura has asked it to tell \
             again."
                .into(),
            None,
        ),
        (events::ACCESS_ENDING, None) => (
            match integration.access_ends_at {
                Some(at) => format!("The provider ends Aura's access on {}.", at.format("%-d %B %Y")),
                None => "The provider ends Aura's access soon.".into(),
            },
            Some("Reconnect before that day, and nothing is interrupted.".into()),
        ),
        _ => ("The integration works again.".into(), None),
    }
}

/// An event with this detail, in the integration's present version.
pub(crate) fn event(store: &Store, detail_type: &str, integration: &Integration, detail: &impl Serialize) -> Event {
    Event {
        id: store.new_id(),
        account: integration.account.clone(),
        detail_type: detail_type.to_owned(),
        version: integration.version,
        detail: serde_json::to_value(detail).unwrap_or_default(),
        time: store.now(),
    }
}
