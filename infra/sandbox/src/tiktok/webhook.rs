//! What a webhook says, and how it is signed.

use serde_json::{Value, json};

use super::{
    ids::number,
    leads::Lead,
    state::{Form, TikTok},
    switches::ValueForm,
};
use crate::secrets::{escaped, hex_hmac};

/// The header of the signature.
pub(crate) const SIGNATURE: &str = "X-Open-Signature";
/// The `object` of an event about leads.
pub(crate) const LEADS: u32 = 1;

/// An event about these leads. Ids are numbers here, as only here.
pub(crate) fn event(tiktok: &TikTok, leads: &[&Lead], values: ValueForm, request: u64, time: i64) -> Value {
    let entries: Vec<Value> = leads.iter().map(|lead| entry(tiktok, lead, values)).collect();
    json!({ "request_id": request, "object": LEADS, "time": time, "entry": entries })
}

fn entry(tiktok: &TikTok, lead: &Lead, values: ValueForm) -> Value {
    let account = tiktok.accounts.get(&lead.account);
    let form = lead.form.as_ref().and_then(|form| tiktok.forms.get(form));
    let mut entry = json!({
        "id": number(&lead.id),
        "lead_source": lead.source().name(),
        "page_id": lead.form.as_deref().map_or(0, number),
        "page_name": form.map(|form| form.title.as_str()).unwrap_or_default(),
        "advertiser_id": number(&lead.account),
        "advertiser_name": account.map(|account| account.name.as_str()).unwrap_or_default(),
        "library_id": tiktok.library_of(&lead.account).map_or(0, number),
    });
    if let Some(form) = form {
        name_advert(&mut entry, form);
    }
    entry["create_time"] = json!(lead.created.timestamp());
    entry["changes"] = lead.answers.iter().zip(0..).map(|(answer, place)| change(answer, values, place)).collect();
    entry
}

fn name_advert(entry: &mut Value, form: &Form) {
    let advert = &form.advert;
    entry["campaign_id"] = json!(number(&advert.campaign_id));
    entry["campaign_name"] = json!(advert.campaign_name);
    entry["adgroup_id"] = json!(number(&advert.adgroup_id));
    entry["adgroup_name"] = json!(advert.adgroup_name);
    entry["ad_id"] = json!(number(&advert.ad_id));
    entry["ad_name"] = json!(advert.ad_name);
}

fn change((key, answer): &(String, String), values: ValueForm, place: usize) -> Value {
    let as_object = match values {
        ValueForm::String => false,
        ValueForm::Object => true,
        ValueForm::Mixed => place % 2 == 1,
    };
    let value = if as_object { json!({ "value": answer }) } else { json!(answer) };
    json!({ "field": key, "value": value })
}

/// HMAC-SHA256 over the escaped form of the body, in lowercase hexadecimal digits.
pub fn signature(secret: &str, body: &str) -> String {
    hex_hmac(secret, escaped(body).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documentation's vectors, which were computed with another implementation.
    #[test]
    fn signatures_are_over_the_escaped_form() {
        let plain = r#"{"object":1,"entry":[{"id":7126711421177430274}],"time":1614334356}"#;
        let expected = "2b3d78d00b4bb4a9c9da97ac026dcc278055080e3c379ab0da5bd90b6feac600";
        assert_eq!(signature("app-secret", plain), expected);
        let wide = r#"{"name":"äöå😀"}"#;
        assert_eq!(escaped(wide), r#"{"name":"\u00e4\u00f6\u00e5\ud83d\ude00"}"#);
        let expected = "946a21310778cff6d4046000c445529644bc148732e4d8dc63a625e9078afb62";
        assert_eq!(signature("app-secret", wide), expected);
    }
}
