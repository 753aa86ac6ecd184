//! Exchanging codes, refreshing, revoking.

use serde_json::{Value, json};

use super::{
    access,
    answers::Answer,
    call::Call,
    grants::{Grant, REFRESH_TOKEN_SECONDS},
    live::Desk,
    refusal::Refusal,
    switches::TokenKind,
};

/// The names of app and secret in requests of the Marketing API, and in those that follow OAuth.
pub(crate) const APP: [&str; 2] = ["app_id", "secret"];
const CLIENT: [&str; 2] = ["client_id", "client_secret"];

/// How long a refreshed access token lives when the switch says nothing else.
const A_DAY: i64 = 86_400;

/// `POST /oauth2/access_token/`
pub(crate) fn access_token(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, APP)?;
    let with_accounts = call.flag("return_advertiser_ids", true)?;
    exchange(desk, call.needed("auth_code")?, with_accounts)
}

/// `POST /oauth2/token/`: the same with OAuth's names.
pub(crate) fn token(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, CLIENT)?;
    if call.needed("grant_type")? != "authorization_code" {
        return Err(Refusal::invalid("grant_type", "Must be authorization_code."));
    }
    exchange(desk, call.needed("code")?, true)
}

/// `POST /tt_user/oauth2/refresh_token/`
pub(crate) fn refresh_token(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, CLIENT)?;
    if call.needed("grant_type")? != "refresh_token" {
        return Err(Refusal::invalid("grant_type", "Must be refresh_token."));
    }
    let seconds = match desk.live.switches.tokens {
        TokenKind::Expiring { seconds } => seconds,
        TokenKind::Lasting => A_DAY,
    };
    let grant = desk.tiktok.grants.refresh(call.needed("refresh_token")?, seconds, desk.now)?;
    Ok(Answer::Data(reply(desk, &grant, true)))
}

/// `POST /oauth2/revoke_token/`: all ad accounts of the grant are lost with it.
pub(crate) fn revoke_token(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    access::client(call, APP)?;
    let token = call.needed("access_token")?;
    let grant = desk.tiktok.grants.of_access_token(token).cloned().ok_or_else(Refusal::dead_token)?;
    if desk.live.switches.revoke_ends_all {
        desk.tiktok.grants.cancel(&grant.person);
    } else {
        desk.tiktok.grants.revoke(&grant.id);
    }
    Ok(Answer::Data(json!({ "app_id": super::CLIENT_ID, "advertiser_ids": grant.accounts })))
}

fn exchange(desk: &mut Desk<'_>, code: &str, with_accounts: bool) -> Result<Answer, Refusal> {
    let grant = desk.tiktok.grants.exchange(code, desk.live.switches.tokens, desk.now)?;
    Ok(Answer::Data(reply(desk, &grant, with_accounts)))
}

fn reply(desk: &Desk<'_>, grant: &Grant, with_accounts: bool) -> Value {
    let mut data = json!({ "access_token": grant.access_token });
    if with_accounts {
        data["advertiser_ids"] = json!(grant.accounts);
    }
    data["scope"] = json!(grant.scopes);
    if let (Some(refresh_token), Some(expires_in)) = (grant.refresh_token(), grant.expires_in(desk.now)) {
        data["token_type"] = json!("Bearer");
        data["expires_in"] = json!(expires_in);
        data["refresh_token"] = json!(refresh_token);
        data["refresh_token_expires_in"] = json!(REFRESH_TOKEN_SECONDS);
        data["open_id"] = json!(desk.tiktok.person(&grant.person).map(|person| &person.open_id));
    }
    data
}
