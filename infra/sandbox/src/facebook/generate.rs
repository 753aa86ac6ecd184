//! People fill in forms: one lead or thousands, told of in every way that can go wrong.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{
    NEWSLETTER_FORM,
    acts::ActError,
    data::{self, Script},
    state::{Facebook, FormStatus},
    webhooks,
};
use crate::{State, dice::Dice};

/// Leads at most in one go.
const MOST: usize = 10_000;

/// Leads to be made. The body of `POST /_sandbox/facebook/leads`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LeadOrder {
    /// Each in turn; empty: [`NEWSLETTER_FORM`]. Forms of several pages make messages about several pages.
    pub forms: Vec<String>,
    /// How many.
    pub count: usize,
    /// The letters of names.
    pub script: Script,
    /// The same answers for all, as `field_data` shows them.
    pub field_data: Option<Value>,
    /// Without or with an ad; absent: as it comes.
    pub organic: Option<bool>,
    /// How long ago they were filled in.
    pub age_seconds: i64,
    /// One message for all, or for each 1,000 of them. Otherwise one message for each.
    pub together: bool,
    /// Nobody is told.
    pub lost: bool,
    /// How often each message is sent, equal byte for byte.
    pub copies: usize,
    /// Messages are sent in another order.
    pub shuffled: bool,
}

impl Default for LeadOrder {
    fn default() -> Self {
        Self {
            forms: Vec::new(),
            count: 1,
            script: Script::Mixed,
            field_data: None,
            organic: None,
            age_seconds: 0,
            together: false,
            lost: false,
            copies: 1,
            shuffled: false,
        }
    }
}

impl LeadOrder {
    /// So many leads of this form.
    pub fn of(form: &str, count: usize) -> Self {
        Self { forms: vec![form.to_owned()], count, ..Self::default() }
    }
}

/// Makes the leads and tells of them; their ids, the oldest first.
pub(crate) fn generate(state: &mut State, order: &LeadOrder, now: DateTime<Utc>) -> Result<Vec<String>, ActError> {
    let usual = [NEWSLETTER_FORM.to_owned()];
    let forms = if order.forms.is_empty() { &usual[..] } else { &order.forms };
    forms.iter().try_for_each(|form| takes_leads(&state.facebook, form))?;
    if order.count > MOST {
        return Err(ActError::Impossible(format!("{MOST} leads are the most in one go")));
    }
    let created = now - Duration::seconds(order.age_seconds);
    let places = 0..order.count;
    let ids: Vec<String> =
        places.filter_map(|place| fill_in(&mut state.facebook, &forms[place % forms.len()], order, created)).collect();
    if !order.lost {
        tell(state, order, &ids, now);
    }
    Ok(ids)
}

fn takes_leads(facebook: &Facebook, id: &str) -> Result<(), ActError> {
    match facebook.form(id) {
        None => Err(ActError::Unknown(format!("form {id}"))),
        Some(form) if form.status != FormStatus::Active => {
            Err(ActError::Impossible(format!("the form {id} takes no leads: it is not active")))
        }
        Some(_) => Ok(()),
    }
}

fn fill_in(facebook: &mut Facebook, form: &str, order: &LeadOrder, created: DateTime<Utc>) -> Option<String> {
    let mut dice = data::dice(facebook);
    let mut lead = data::draw(facebook, form, &mut dice, order.script, created)?;
    if let Some(answers) = &order.field_data {
        lead.answers = answers.clone();
    }
    match order.organic {
        Some(true) => lead.ad = None,
        Some(false) if lead.ad.is_none() => lead.ad = facebook.forms.get(form).map(|form| data::ad(form, 0)),
        _ => {}
    }
    let id = lead.id.clone();
    facebook.put_lead(lead);
    Some(id)
}

fn tell(state: &mut State, order: &LeadOrder, ids: &[String], now: DateTime<Utc>) {
    let size = if order.together { webhooks::MOST_CHANGES } else { 1 };
    let mut messages: Vec<&[String]> = ids.chunks(size).flat_map(|part| vec![part; order.copies]).collect();
    if order.shuffled {
        Dice::new(state.facebook.drawn).shuffle(&mut messages);
    }
    messages.into_iter().for_each(|part| webhooks::announce(state, part, now));
}
