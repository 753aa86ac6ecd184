//! Test leads: one per form at a time.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    access::{self, Held},
    call::Call,
    errors::GraphError,
    forms, leads,
    state::{Facebook, Form, Lead},
};

/// `GET /{form-id}/test_leads`
pub(crate) fn list(
    facebook: &Facebook,
    held: &Held<'_>,
    call: &Call,
    form: &str,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let form = forms::visible(facebook, held, call, form)?;
    leads::may_read(held)?;
    let page = held.page(facebook, call, &form.page)?;
    let names = leads::named(held, page, call)?;
    let shown: Vec<Value> = of_form(facebook, &form.id, now).map(|lead| leads::show(lead, &names)).collect();
    Ok(json!({ "data": shown }))
}

/// `POST /{form-id}/test_leads`: the lead's id.
pub(crate) fn create(
    facebook: &mut Facebook,
    call: &Call,
    form: &str,
    now: DateTime<Utc>,
) -> Result<String, GraphError> {
    let held = access::caller(facebook, call, now)?.token()?;
    let form = forms::visible(facebook, &held, call, form)?;
    leads::may_read(&held)?;
    if of_form(facebook, &form.id, now).next().is_some() {
        return Err(GraphError::parameter("This form has a test lead already; delete it first."));
    }
    let answers = list_of(call, "field_data")?.unwrap_or_else(|| dummy_answers(form));
    let disclaimers = list_of(call, "custom_disclaimer_responses")?.unwrap_or_else(|| dummy_disclaimers(form));
    check(form, &answers)?;
    let (form, page) = (form.id.clone(), form.page.clone());
    let id = facebook.new_id();
    let platform = "fb".to_owned();
    let lead = Lead {
        id: id.clone(),
        form,
        page,
        created: now,
        ad: None,
        platform,
        answers,
        disclaimers,
        test: true,
        deleted: false,
    };
    facebook.put_lead(lead);
    Ok(id)
}

fn of_form<'a>(facebook: &'a Facebook, form: &'a str, now: DateTime<Utc>) -> impl Iterator<Item = &'a Lead> {
    let alive = facebook.leads.values().filter(move |lead| lead.test && lead.form == form);
    alive.filter(move |lead| facebook.lead(&lead.id, now).is_some())
}

fn list_of(call: &Call, parameter: &str) -> Result<Option<Value>, GraphError> {
    let wrong = || GraphError::parameter(format!("Param {parameter} must be an array"));
    let Some(text) = call.one(parameter) else { return Ok(None) };
    let value: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    if value.is_array() { Ok(Some(value)) } else { Err(wrong()) }
}

fn check(form: &Form, answers: &Value) -> Result<(), GraphError> {
    for answer in answers.as_array().into_iter().flatten() {
        let known = form.questions.iter().any(|question| answer["name"] == json!(question.key));
        if !known || !answer["values"].is_array() {
            return Err(GraphError::parameter(format!("field_data does not fit the form's questions: {answer}")));
        }
    }
    Ok(())
}

fn dummy_answers(form: &Form) -> Value {
    let dummy = |key: &str| json!({ "name": key, "values": [format!("<test lead: dummy data for {key}>")] });
    form.questions.iter().map(|question| dummy(&question.key)).collect()
}

fn dummy_disclaimers(form: &Form) -> Value {
    form.disclaimers.iter().map(|key| json!({ "checkbox_key": key, "is_checked": "1" })).collect()
}
