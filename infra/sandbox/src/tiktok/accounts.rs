//! The ad accounts of a grant.

use serde_json::{Value, json};

use super::{
    access::{self, Scope},
    answers::Answer,
    call::Call,
    live::Desk,
    oauth::APP,
    refusal::Refusal,
    state::Account,
};

/// The most accounts that one request may ask about.
const MOST: usize = 100;

/// `GET /oauth2/advertiser/get/`: those that are still there and still the person's.
pub(crate) fn list(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, APP)?;
    let grant = access::grant(desk.tiktok, call.token.as_deref(), desk.now)?;
    let held = grant.accounts.iter().filter(|id| access::reaches(desk.tiktok, grant, id).is_ok());
    let named = held.filter_map(|id| desk.tiktok.accounts.get(id));
    let list: Vec<Value> =
        named.map(|account| json!({ "advertiser_id": account.id, "advertiser_name": account.name })).collect();
    Ok(Answer::Data(json!({ "list": list })))
}

/// `GET /advertiser/info/`. Of several accounts those that may not be seen are left out: code 20001.
pub(crate) fn info(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let grant = access::grant_with(desk.tiktok, call.token.as_deref(), Scope::Accounts, desk.now)?;
    let ids = call.texts("advertiser_ids")?;
    if ids.is_empty() || ids.len() > MOST {
        return Err(Refusal::invalid("advertiser_ids", &format!("Must have 1 to {MOST} entries.")));
    }
    let (mut list, mut refused) = (Vec::new(), None);
    for id in &ids {
        match (access::reaches(desk.tiktok, grant, id), desk.tiktok.accounts.get(id)) {
            (Ok(_), Some(account)) => list.push(resource(account)),
            (Err(refusal), _) => refused = Some(refusal),
            (Ok(_), None) => refused = Some(Refusal::no_account()),
        }
    }
    match refused {
        None => Ok(Answer::Data(json!({ "list": list }))),
        Some(refusal) if list.is_empty() => Err(refusal),
        Some(_) => Ok(Answer::Partial(json!({ "list": list }))),
    }
}

fn resource(account: &Account) -> Value {
    json!({
        "advertiser_id": account.id,
        "name": account.name,
        "company": account.company,
        "currency": account.currency,
        "timezone": account.timezone,
        "display_timezone": account.timezone,
        "country": account.country,
        "status": "STATUS_ENABLE",
        "role": "ROLE_ADVERTISER",
        "create_time": account.created.timestamp(),
    })
}
