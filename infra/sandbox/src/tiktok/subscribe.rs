//! Making, listing and ending subscriptions. These requests carry the app, not the header `Access-Token`.

use serde_json::{Value, json};
use url::Url;

use super::{
    access::{self, Door, Scope},
    answers::Answer,
    call::Call,
    delivery,
    leads::Source,
    live::Desk,
    oauth::APP,
    pages::Paged,
    refusal::Refusal,
    subscriptions::Subscription,
};
use crate::parameters::is_https_or_loopback;

/// The most subscriptions on one page of a listing.
const MOST: usize = 1_000;

/// `POST /subscription/subscribe/`
pub(crate) fn subscribe(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, APP)?;
    is_about_leads(call)?;
    let callback_url = callback(call.needed("callback_url")?)?;
    let detail = call.part("subscription_detail")?;
    let subscription = of_detail(desk, &detail, callback_url)?;
    let answer = json!({ "subscription_id": subscription.id });
    if desk.live.switches.probe_callbacks {
        delivery::probe(desk, &subscription.callback_url);
    }
    desk.tiktok.subscriptions.push(subscription);
    match desk.live.switches.subscription_id_beside {
        true => Ok(Answer::Beside(json!({}), answer)),
        false => Ok(Answer::Data(answer)),
    }
}

/// `GET /subscription/get/`
pub(crate) fn list(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, APP)?;
    is_about_leads(call)?;
    let paged = Paged::of(call, MOST)?;
    let dead_too = desk.live.switches.list_dead_subscriptions;
    let shown = desk.tiktok.subscriptions.iter().filter(|one| dead_too || desk.tiktok.is_alive(one));
    Ok(paged.answer("subscriptions", &shown.collect::<Vec<_>>(), |one| resource(one)))
}

/// `POST /subscription/unsubscribe/`
pub(crate) fn unsubscribe(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, APP)?;
    let id = call.needed("subscription_id")?;
    let before = desk.tiktok.subscriptions.len();
    desk.tiktok.subscriptions.retain(|subscription| subscription.id != id);
    match desk.tiktok.subscriptions.len() < before {
        true => Ok(Answer::Data(json!({ "subscription_id": id }))),
        false => Err(Refusal::no_object("subscription_id")),
    }
}

fn of_detail(desk: &mut Desk<'_>, detail: &Call, callback_url: String) -> Result<Subscription, Refusal> {
    let token = detail.needed("access_token")?;
    let grant = access::grant_with(desk.tiktok, Some(token), Scope::Leads, desk.now)?;
    let target = access::target(desk.tiktok, grant, detail, desk.live.switches.moved_accounts)?;
    // The documentation asks for an Admin only where an ad account is named by its own id.
    let door = if target.by_library { Door::Anybody } else { Door::Admin };
    access::admits(desk.tiktok, grant, &target, door)?;
    let (source, form) = (Source::of(detail)?, detail.text("page_id")?);
    if source == Source::DirectMessage && form.is_some() {
        return Err(Refusal::invalid("page_id", "Not allowed with DIRECT_MESSAGE."));
    }
    let form = form.map(|form| access::form(desk.tiktok, &target, form)).transpose()?.map(|form| form.id.clone());
    let (grant, access_token) = (grant.id.clone(), token.to_owned());
    let library = detail.text("library_id")?.map(str::to_owned);
    let id = desk.tiktok.ids.next(desk.now);
    Ok(Subscription { id, callback_url, grant, access_token, account: target.account, library, form, source })
}

fn is_about_leads(call: &Call) -> Result<(), Refusal> {
    match call.needed("subscribe_entity")? {
        "LEAD" => Ok(()),
        _ => Err(Refusal::invalid("subscribe_entity", "Only LEAD is served.")),
    }
}

fn callback(address: &str) -> Result<String, Refusal> {
    match Url::parse(address) {
        Ok(url) if is_https_or_loopback(&url) => Ok(address.to_owned()),
        _ => Err(Refusal::invalid("callback_url", "Must be an https address.")),
    }
}

fn resource(subscription: &Subscription) -> Value {
    let mut detail = json!({
        "access_token": subscription.access_token,
        "lead_source": subscription.source.name(),
    });
    match &subscription.library {
        Some(library) => detail["library_id"] = json!(library),
        None => detail["advertiser_id"] = json!(subscription.account),
    }
    if let Some(form) = &subscription.form {
        detail["page_id"] = json!(form);
    }
    json!({
        "subscription_id": subscription.id,
        "subscribe_entity": "LEAD",
        "callback_url": subscription.callback_url,
        "subscription_detail": detail,
    })
}
