//! The generator of leads, and of what no honest sender would send.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use super::{
    SHORT_FORM,
    delivery::{self, MOST_LEADS, Manner},
    fields::OF_MESSAGES,
    leads::{Lead, Region},
    live::Desk,
    state::TikTok,
    switches::WireForm,
    webhook, words,
};
use crate::{Unknown, dice::Dice, notifications::Notification, secrets};

/// Leads to be made. The body of `POST /_sandbox/tiktok/leads`; what is absent is as [`LeadOrder::default`].
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LeadOrder {
    /// The form that is filled in.
    pub form: String,
    /// Instead of a form: an ad account to which somebody wrote a direct message.
    pub message_to: Option<String>,
    /// How many leads.
    pub count: usize,
    /// How many of them stand in one POST, 1000 at most.
    pub per_post: usize,
    /// How often each POST is sent.
    pub copies: usize,
    /// The newest comes first.
    pub reverse: bool,
    /// Nobody is told; the bulk download has them.
    pub lost: bool,
    /// No answer is in Latin letters alone.
    pub non_ascii: bool,
    /// Where the people live; `None`: in turn.
    pub region: Option<Region>,
    /// How long ago the first one was made, in seconds. They follow each other by the millisecond.
    pub age_seconds: i64,
    /// Answers that are given, by key, instead of drawn.
    pub answers: BTreeMap<String, String>,
}

impl Default for LeadOrder {
    fn default() -> Self {
        Self {
            form: SHORT_FORM.to_owned(),
            message_to: None,
            count: 1,
            per_post: MOST_LEADS,
            copies: 1,
            reverse: false,
            lost: false,
            non_ascii: false,
            region: None,
            age_seconds: 0,
            answers: BTreeMap::new(),
        }
    }
}

/// What is wrong with a forged webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ForgeryKind {
    /// It is signed with another key.
    #[default]
    WrongKey,
    /// It has no signature.
    Unsigned,
    /// Its signature is that of another body.
    Tampered,
}

/// A webhook about a lead that never was. The body of `POST /_sandbox/tiktok/forged`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Forgery {
    /// What is wrong with it.
    pub kind: ForgeryKind,
    /// Where it goes; `None`: to every callback address.
    pub address: Option<String>,
}

/// A genuine event that is not about leads. The body of `POST /_sandbox/tiktok/events`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainEvent {
    /// 2 ad group review, 3 ad review, 8 creative fatigue, 10 TCM video, 11 report change, 14 API status.
    pub object: u32,
}

/// Makes the leads and tells of them; answers their ids.
pub(crate) fn generate(desk: &mut Desk<'_>, order: &LeadOrder) -> Result<Vec<String>, Unknown> {
    let (account, form) = place(desk.tiktok, order)?;
    let begin = desk.now - Duration::seconds(order.age_seconds);
    let leads: Vec<Lead> = (0..order.count)
        .map(|number| {
            let created = begin + Duration::milliseconds(i64::try_from(number).unwrap_or_default());
            let draft = Draft { account: &account, form: form.as_deref(), created, region: order.region };
            let mut lead = draw(desk.tiktok, draft, order.non_ascii);
            give(&mut lead, &order.answers);
            lead
        })
        .collect();
    desk.tiktok.leads.extend(leads.iter().cloned());
    if !order.lost {
        let manner = Manner { per_post: order.per_post, copies: order.copies, reverse: order.reverse };
        delivery::announce(desk, &leads, manner);
    }
    Ok(leads.into_iter().map(|lead| lead.id).collect())
}

fn place(tiktok: &TikTok, order: &LeadOrder) -> Result<(String, Option<String>), Unknown> {
    match &order.message_to {
        Some(account) if tiktok.accounts.contains_key(account) => Ok((account.clone(), None)),
        Some(account) => Err(Unknown::of("ad account", account)),
        None => {
            let form = tiktok.forms.get(&order.form).ok_or_else(|| Unknown::of("form", &order.form))?;
            Ok((form.account.clone(), Some(form.id.clone())))
        }
    }
}

/// Where, when and by whom a lead is made.
pub(crate) struct Draft<'a> {
    pub(crate) account: &'a str,
    pub(crate) form: Option<&'a str>,
    pub(crate) created: DateTime<Utc>,
    /// `None`: in turn.
    pub(crate) region: Option<Region>,
}

/// A lead with answers that depend only on the seed and on how many there were before. It is not yet in the list.
pub(crate) fn draw(tiktok: &mut TikTok, draft: Draft<'_>, non_ascii: bool) -> Lead {
    let number = tiktok.lead_count;
    tiktok.lead_count += 1;
    let mut person = words::Person::new(Dice::new(tiktok.seed.wrapping_mul(31).wrapping_add(number)), non_ascii);
    let form = draft.form.and_then(|form| tiktok.forms.get(form));
    let keys: Vec<&str> = match form {
        Some(form) => form.questions.iter().map(|question| question.key.as_str()).collect(),
        None => OF_MESSAGES.to_vec(),
    };
    let answers = keys.into_iter().map(|key| (key.to_owned(), person.answer(key))).collect();
    let in_turn = [Region::Eu, Region::Us, Region::Row];
    let turn = usize::try_from(number % 3).unwrap_or_default();
    Lead {
        id: tiktok.ids.next(draft.created),
        number,
        account: draft.account.to_owned(),
        form: draft.form.map(str::to_owned),
        region: draft.region.unwrap_or(in_turn[turn]),
        created: draft.created,
        answers,
        is_test: false,
    }
}

fn give(lead: &mut Lead, given: &BTreeMap<String, String>) {
    for (key, value) in given {
        match lead.answers.iter_mut().find(|(known, _)| known == key) {
            Some((_, answer)) => answer.clone_from(value),
            None => lead.answers.push((key.clone(), value.clone())),
        }
    }
}

/// Sends the forgery past the switch of webhooks; answers to how many addresses.
pub(crate) fn forge(desk: &mut Desk<'_>, forgery: &Forgery) -> usize {
    let draft = Draft { account: super::FIRST_ACCOUNT, form: Some(SHORT_FORM), created: desk.now, region: None };
    let lead = draw(desk.tiktok, draft, false);
    let event = webhook::event(desk.tiktok, &[&lead], desk.live.switches.values, 1, desk.now.timestamp());
    let addresses = forgery.address.clone().map_or_else(|| delivery::addresses(desk), |address| vec![address]);
    for address in &addresses {
        desk.live.outbox.enqueue(forged(address, &event, forgery.kind));
    }
    addresses.len()
}

fn forged(address: &str, event: &serde_json::Value, kind: ForgeryKind) -> Notification {
    match kind {
        ForgeryKind::WrongKey => delivery::signed(address, event, WireForm::Escaped, "another-secret"),
        ForgeryKind::Unsigned => delivery::with_body(address, secrets::escaped(&event.to_string())),
        ForgeryKind::Tampered => {
            let genuine = delivery::signed(address, event, WireForm::Escaped, super::CLIENT_SECRET);
            Notification { body: genuine.body.replacen("\"object\":1", "\"object\":1 ", 1), ..genuine }
        }
    }
}
