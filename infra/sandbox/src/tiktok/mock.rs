//! Test leads: one per form at a time. They trigger the webhook.

use serde_json::json;

use super::{
    access::{self, Door, Scope, Target},
    answers::Answer,
    call::Call,
    delivery::{self, Manner},
    generate::{self, Draft},
    leads::{Lead, Region, form_of, resource},
    live::Desk,
    refusal::Refusal,
    state::TikTok,
};

/// `POST /page/lead/mock/create/`
pub(crate) fn create(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let (target, form) = opened(desk, call)?;
    if find(desk.tiktok, &target, form.as_deref()).is_some() {
        return Err(Refusal::duplicate("There is a test lead of this form already. Delete it first."));
    }
    let draft = Draft { account: &target.account, form: form.as_deref(), created: desk.now, region: Some(Region::Row) };
    let lead = Lead { is_test: true, ..generate::draw(desk.tiktok, draft, false) };
    desk.tiktok.leads.push(lead.clone());
    let answer = resource(desk.tiktok, &lead);
    delivery::announce(desk, &[lead], Manner::default());
    Ok(Answer::Data(answer))
}

/// `GET /page/lead/mock/get/`
pub(crate) fn get(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let (target, form) = opened(desk, call)?;
    let found = find(desk.tiktok, &target, form.as_deref());
    Ok(Answer::Data(found.map_or_else(|| json!({}), |lead| resource(desk.tiktok, lead))))
}

/// `POST /page/lead/mock/delete/`
pub(crate) fn delete(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let (target, form) = opened(desk, call)?;
    let id = call.needed("lead_id")?;
    match find(desk.tiktok, &target, form.as_deref()) {
        Some(lead) if lead.id == id => desk.tiktok.leads.retain(|lead| lead.id != id),
        _ => return Err(Refusal::no_object("lead_id")),
    }
    Ok(Answer::Data(json!({})))
}

fn opened(desk: &Desk<'_>, call: &Call) -> Result<(Target, Option<String>), Refusal> {
    let target = access::open(desk, call, Scope::TestLeads, Door::Anybody)?;
    let form = form_of(desk.tiktok, call, &target)?;
    Ok((target, form))
}

fn find<'a>(tiktok: &'a TikTok, target: &Target, form: Option<&str>) -> Option<&'a Lead> {
    let mut tests = tiktok.leads.iter().filter(|lead| lead.is_test && lead.account == target.account);
    tests.find(|lead| lead.form.as_deref() == form)
}
