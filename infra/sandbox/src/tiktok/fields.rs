//! The questions of a form, by key.

use serde_json::{Value, json};

use super::{
    access::{self, Door, Scope},
    answers::Answer,
    call::Call,
    leads::form_of,
    live::Desk,
    refusal::Refusal,
    state::{Form, time_text},
};

/// What a conversation asks for.
pub(crate) const OF_MESSAGES: [&str; 3] = ["name", "email", "phone_number"];

/// `GET /page/field/get/`: the older one, by page alone.
pub(crate) fn of_page(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let target = access::open(desk, call, Scope::Pages, Door::Anybody)?;
    let form = access::form(desk.tiktok, &target, call.needed("page_id")?)?;
    Ok(Answer::Data(resource(form)))
}

/// `GET /lead/field/get/`
pub(crate) fn of_leads(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let target = access::open(desk, call, Scope::Leads, Door::Anybody)?;
    let form = form_of(desk.tiktok, call, &target)?.and_then(|id| desk.tiktok.forms.get(&id));
    Ok(Answer::Data(form.map_or_else(|| json!({ "fields": OF_MESSAGES, "meta_data": {} }), resource)))
}

fn resource(form: &Form) -> Value {
    let keys: Vec<&str> = form.questions.iter().map(|question| question.key.as_str()).collect();
    json!({
        "fields": keys,
        "meta_data": {
            "page_id": form.id,
            "page_name": form.title,
            "page_url": format!("https://www.tiktok.com/instant_page?page_id={}", form.id),
            "create_time": time_text(form.created),
        },
    })
}
