//! Leads, and `GET /lead/get/`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    access::{self, Door, Scope, Target},
    answers::Answer,
    call::Call,
    live::Desk,
    refusal::Refusal,
    state::{TikTok, time_text},
};

/// Where a lead came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// A form.
    #[default]
    InstantForm,
    /// A conversation; there is no form.
    DirectMessage,
}

impl Source {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InstantForm => "INSTANT_FORM",
            Self::DirectMessage => "DIRECT_MESSAGE",
        }
    }

    /// The parameter `lead_source`.
    pub(crate) fn of(call: &Call) -> Result<Self, Refusal> {
        match call.text("lead_source")? {
            None | Some("INSTANT_FORM") => Ok(Self::InstantForm),
            Some("DIRECT_MESSAGE") => Ok(Self::DirectMessage),
            Some(_) => Err(Refusal::invalid("lead_source", "Must be INSTANT_FORM or DIRECT_MESSAGE.")),
        }
    }
}

/// Where the person behind a lead lives: the bulk download of one region has nothing of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The European Economic Area, the United Kingdom and Switzerland.
    #[default]
    Eu,
    /// The United States.
    Us,
    /// Anywhere else: no header.
    Row,
}

impl Region {
    /// The header `x-lead-region`.
    pub(crate) fn of(call: &Call) -> Result<Self, Refusal> {
        match call.region.as_deref() {
            None => Ok(Self::Row),
            Some("eu") => Ok(Self::Eu),
            Some("us") => Ok(Self::Us),
            Some(_) => Err(Refusal::invalid("x-lead-region", "Must be eu or us.")),
        }
    }
}

/// One lead. It outlives its form and its account, as far as they can be told without them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Lead {
    pub(crate) id: String,
    /// Rises from lead to lead.
    pub(crate) number: u64,
    pub(crate) account: String,
    pub(crate) form: Option<String>,
    pub(crate) region: Region,
    pub(crate) created: DateTime<Utc>,
    /// Key and answer, in the order of the questions.
    pub(crate) answers: Vec<(String, String)>,
    pub(crate) is_test: bool,
}

impl Lead {
    pub(crate) fn source(&self) -> Source {
        if self.form.is_some() { Source::InstantForm } else { Source::DirectMessage }
    }

    pub(crate) fn is_of_form(&self, form: &str) -> bool {
        self.form.as_deref() == Some(form)
    }
}

/// `GET /lead/get/`: one lead, here the newest; nobody promises which.
pub(crate) fn get(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let target = access::open(desk, call, Scope::Leads, Door::Admin)?;
    let form = form_of(desk.tiktok, call, &target)?;
    let newest = desk.tiktok.leads.iter().rev().find(|lead| match &form {
        Some(form) => lead.is_of_form(form),
        None => lead.account == target.account && lead.form.is_none(),
    });
    Ok(Answer::Data(newest.map_or_else(|| json!({}), |lead| resource(desk.tiktok, lead))))
}

/// The form that a request names; there is none with `DIRECT_MESSAGE`.
pub(crate) fn form_of(tiktok: &TikTok, call: &Call, target: &Target) -> Result<Option<String>, Refusal> {
    match (Source::of(call)?, call.text("page_id")?) {
        (Source::DirectMessage, None) => Ok(None),
        (Source::DirectMessage, Some(_)) => Err(Refusal::invalid("page_id", "Not allowed with DIRECT_MESSAGE.")),
        (Source::InstantForm, None) => Err(Refusal::missing("page_id")),
        (Source::InstantForm, Some(form)) => access::form(tiktok, target, form).map(|form| Some(form.id.clone())),
    }
}

/// A lead as answers have it: ids are texts, times are in UTC.
pub(crate) fn resource(tiktok: &TikTok, lead: &Lead) -> Value {
    let answers: Map<String, Value> = lead.answers.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let mut meta = json!({ "lead_id": lead.id, "lead_source": lead.source().name(), "advertiser_id": lead.account });
    if let Some(form) = lead.form.as_ref().and_then(|form| tiktok.forms.get(form)) {
        meta["page_id"] = json!(form.id);
        meta["page_name"] = json!(form.title);
        meta["campaign_id"] = json!(form.advert.campaign_id);
        meta["campaign_name"] = json!(form.advert.campaign_name);
        meta["adgroup_id"] = json!(form.advert.adgroup_id);
        meta["adgroup_name"] = json!(form.advert.adgroup_name);
        meta["ad_id"] = json!(form.advert.ad_id);
        meta["ad_name"] = json!(form.advert.ad_name);
    }
    meta["create_time"] = json!(time_text(lead.created));
    json!({ "lead_data": answers, "meta_data": meta })
}
