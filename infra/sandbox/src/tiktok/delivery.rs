//! Webhooks on their way: one POST for up to a thousand leads, at least once.

use serde_json::{Value, json};

use super::{
    CLIENT_SECRET,
    ids::number,
    leads::Lead,
    live::Desk,
    switches::WireForm,
    webhook::{self, SIGNATURE},
};
use crate::{
    notifications::{Notification, Retry},
    secrets,
};

/// The most leads in one POST.
pub(crate) const MOST_LEADS: usize = 1_000;

/// How new leads are told.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// Leads in one POST.
    pub(crate) per_post: usize,
    /// How often each POST is sent.
    pub(crate) copies: usize,
    /// The newest first, in each POST and of all POSTs.
    pub(crate) reverse: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { per_post: MOST_LEADS, copies: 1, reverse: false }
    }
}

/// Tells each subscription of the leads that it wants.
pub(crate) fn announce(desk: &mut Desk<'_>, leads: &[Lead], manner: Manner) {
    let mut posts = Vec::new();
    for (subscription, mut leads) in desk.tiktok.interested(leads) {
        if manner.reverse {
            leads.reverse();
        }
        for some in leads.chunks(manner.per_post.clamp(1, MOST_LEADS)) {
            let time = desk.now.timestamp();
            // The id of the first lead serves as the request's: any number will do.
            let request = number(&some[0].id) ^ 1;
            let event = webhook::event(desk.tiktok, some, desk.live.switches.values, request, time);
            posts.push((subscription.callback_url.clone(), event));
        }
    }
    for (address, event) in posts {
        let message = signed(&address, &event, desk.live.switches.wire, CLIENT_SECRET);
        for _ in 0..manner.copies.max(1) {
            desk.live.post(message.clone());
        }
    }
}

/// An event that is about something else than leads, to every callback address once.
pub(crate) fn announce_other(desk: &mut Desk<'_>, object: u32) {
    let event = json!({
        "request_id": number(&desk.tiktok.ids.next(desk.now)),
        "object": object,
        "time": desk.now.timestamp(),
        "entry": [{ "id": number(&desk.tiktok.ids.next(desk.now)), "status": "APPROVED" }],
    });
    for address in addresses(desk) {
        let message = signed(&address, &event, desk.live.switches.wire, CLIENT_SECRET);
        desk.live.post(message);
    }
}

/// An event without leads, as a test of the address.
pub(crate) fn probe(desk: &mut Desk<'_>, address: &str) {
    let event = webhook::event(desk.tiktok, &[], desk.live.switches.values, 1, desk.now.timestamp());
    let message = signed(address, &event, desk.live.switches.wire, CLIENT_SECRET);
    desk.live.post(message);
}

/// All callback addresses of subscriptions that are alive, each once.
pub(crate) fn addresses(desk: &Desk<'_>) -> Vec<String> {
    let alive = desk.tiktok.subscriptions.iter().filter(|subscription| desk.tiktok.is_alive(subscription));
    let mut addresses: Vec<String> = alive.map(|subscription| subscription.callback_url.clone()).collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

/// A POST with this event, signed with this key.
pub(crate) fn signed(address: &str, event: &Value, wire: WireForm, secret: &str) -> Notification {
    let text = event.to_string();
    let signature = webhook::signature(secret, &text);
    let body = match wire {
        WireForm::Escaped => secrets::escaped(&text),
        WireForm::Raw => text,
    };
    with_body(address, body).with_header(SIGNATURE, &signature)
}

/// A POST without signature.
pub(crate) fn with_body(address: &str, body: String) -> Notification {
    let headers = [("Content-Type", "application/json"), ("User-Agent", "TikTok-Business-Webhook/1.0")];
    Notification { body, retry: Retry::UntilOk, ..Notification::new(address, &headers) }
}
