//! Draws leads: the same seed and the same number give the same lead.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::words;
use crate::{
    dice::Dice,
    facebook::state::{Ad, Facebook, Form, Lead, Question},
};

/// The letters of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Script {
    /// Whatever people write.
    #[default]
    Mixed,
    /// Names of ASCII letters only.
    Ascii,
    /// Names of other letters only.
    NonAscii,
}

struct Somebody {
    first: &'static str,
    last: &'static str,
    email: &'static str,
    place: (&'static str, &'static str, &'static str),
}

/// The chance of the next lead.
pub(crate) fn dice(facebook: &mut Facebook) -> Dice {
    facebook.drawn += 1;
    Dice::new(facebook.seed.wrapping_mul(1_000_003).wrapping_add(facebook.drawn))
}

/// Somebody fills in the form; `None` when there is no such form. The lead is not yet put in.
pub(crate) fn draw(
    facebook: &mut Facebook,
    form: &str,
    dice: &mut Dice,
    script: Script,
    created: DateTime<Utc>,
) -> Option<Lead> {
    let id = facebook.new_id();
    let form = facebook.forms.get(form)?;
    let somebody = somebody(dice, script);
    let answers = form.questions.iter().map(|question| answer(question, &somebody, dice)).collect();
    Some(Lead {
        id,
        form: form.id.clone(),
        page: form.page.clone(),
        created,
        ad: dice.percent(75).then(|| ad(form, dice.below(3))),
        platform: dice.pick(&["fb", "ig"]).to_owned(),
        answers,
        disclaimers: form.disclaimers.iter().map(|key| disclaimer(key, dice)).collect(),
        test: false,
        deleted: false,
    })
}

fn somebody(dice: &mut Dice, script: Script) -> Somebody {
    let others = match script {
        Script::Ascii => false,
        Script::NonAscii => true,
        Script::Mixed => dice.percent(50),
    };
    let (first, last, email) = dice.pick(if others { words::OTHERS } else { words::ASCII });
    Somebody { first, last, email, place: dice.pick(words::PLACES) }
}

fn answer(question: &Question, somebody: &Somebody, dice: &mut Dice) -> Value {
    let (city, zip, street) = somebody.place;
    let text = match question.kind.as_str() {
        _ if !question.options.is_empty() => return json!({ "name": question.key, "values": chosen(question, dice) }),
        "EMAIL" | "WORK_EMAIL" => somebody.email.to_owned(),
        "FULL_NAME" => format!("{} {}", somebody.first, somebody.last),
        "FIRST_NAME" => somebody.first.to_owned(),
        "LAST_NAME" => somebody.last.to_owned(),
        "PHONE" | "WORK_PHONE_NUMBER" => dice.pick(words::PHONES).to_owned(),
        "CITY" => city.to_owned(),
        "ZIP" | "POST_CODE" => zip.to_owned(),
        "STREET_ADDRESS" => street.to_owned(),
        "COMPANY_NAME" => dice.pick(words::COMPANIES).to_owned(),
        _ => dice.pick(words::TEXTS).to_owned(),
    };
    json!({ "name": question.key, "values": [text] })
}

/// One of the options; where there are more than two, several may be chosen.
fn chosen(question: &Question, dice: &mut Dice) -> Vec<String> {
    let most = if question.options.len() > 2 { 60 } else { 0 };
    let first = dice.below(u32::try_from(question.options.len()).unwrap_or(u32::MAX)) as usize;
    let kept = |place: usize, dice: &mut Dice| place == first || dice.percent(most);
    let places: Vec<usize> = (0..question.options.len()).filter(|place| kept(*place, dice)).collect();
    places.into_iter().map(|place| question.options[place].value.clone()).collect()
}

fn disclaimer(key: &str, dice: &mut Dice) -> Value {
    json!({ "checkbox_key": key, "is_checked": if dice.percent(70) { "1" } else { "" } })
}

/// One of the three ads of a form.
pub(crate) fn ad(form: &Form, number: u32) -> Ad {
    let id = |kind: u32| format!("2385{kind}{}{number}", &form.id[form.id.len() - 6..]);
    Ad {
        ad_id: id(1),
        ad_name: format!("{} – Anzeige {number}", form.name),
        adset_id: id(2),
        adset_name: format!("Ad set {number}"),
        campaign_id: id(3),
        campaign_name: "Frühling / Spring".to_owned(),
    }
}
