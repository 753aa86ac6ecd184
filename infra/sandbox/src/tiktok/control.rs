//! What scripts and the page's buttons do to TikTok's imitation.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Consent, Forgery, LeadOrder,
    state::{Question, Role},
};
use crate::{
    Sandbox,
    control::{self, Controls, Refusal, read},
    counters::Tally,
};

/// The most leads of one order.
const MOST: usize = 100_000;

pub(crate) const CONTROLS: Controls = Controls {
    panel: include_str!("controls.html"),
    shows: &[
        ("switches", |sandbox| json!(sandbox.tiktok().switches())),
        ("state", state),
        ("webhooks", |sandbox| json!(sandbox.tiktok().webhook_counts())),
        ("requests", |sandbox| sandbox.read(|state| json!(state.tiktok_live.requests))),
    ],
    does: &[
        ("switches", |sandbox, body| {
            sandbox.tiktok().switch(read(body)?);
            Ok(json!(sandbox.tiktok().switches()))
        }),
        ("leads", leads),
        ("forged", |sandbox, body| Ok(json!({ "addresses": sandbox.tiktok().forge(&read::<Forgery>(body)?) }))),
        ("events", |sandbox, body| {
            sandbox.tiktok().tell_other(read(body)?);
            Ok(json!({}))
        }),
        ("acts", acts),
        ("consent", |sandbox, body| {
            let (url, decided): (_, Consent) = control::consent(body)?;
            Ok(control::redirect(&sandbox.tiktok().consent(&url, &decided)?))
        }),
    ],
    resets: &[
        ("switches", |sandbox| {
            sandbox.tiktok().reset_switches();
            json!(sandbox.tiktok().switches())
        }),
        ("requests", |sandbox| {
            sandbox.note(|state| state.tiktok_live.requests = Tally::default());
            Value::Null
        }),
    ],
};

fn leads(sandbox: &Sandbox, body: Value) -> Result<Value, Refusal> {
    let mut order: LeadOrder = read(body)?;
    order.count = order.count.min(MOST);
    Ok(json!({ "changed": sandbox.tiktok().generate(&order)? }))
}

/// Something that somebody does at TikTok.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Act {
    AddAccount {
        person: String,
        name: String,
    },
    AddForm {
        account: String,
        title: String,
        #[serde(default)]
        questions: Vec<Question>,
    },
    RemoveForm {
        form: String,
    },
    RemoveAccount {
        account: String,
    },
    /// Without a role the account is lost to the person.
    SetRole {
        person: String,
        account: String,
        #[serde(default)]
        role: Option<Role>,
    },
    MoveLeads {
        account: String,
    },
    Cancel {
        person: String,
    },
    ExpireAccessTokens,
    ExpireRefreshTokens,
}

fn acts(sandbox: &Sandbox, body: Value) -> Result<Value, Refusal> {
    let tiktok = sandbox.tiktok();
    let done = match read(body)? {
        Act::AddAccount { person, name } => tiktok.add_account(&person, &name).map(Some),
        Act::AddForm { account, title, questions } => tiktok.add_form(&account, &title, questions).map(Some),
        Act::MoveLeads { account } => tiktok.move_leads(&account).map(Some),
        Act::RemoveForm { form } => tiktok.remove_form(&form).map(|()| None),
        Act::RemoveAccount { account } => tiktok.remove_account(&account).map(|()| None),
        Act::SetRole { person, account, role } => tiktok.set_role(&person, &account, role).map(|()| None),
        Act::Cancel { person } => tiktok.cancel(&person).map(|()| None),
        Act::ExpireAccessTokens => {
            tiktok.expire_access_tokens();
            Ok(None)
        }
        Act::ExpireRefreshTokens => {
            tiktok.expire_refresh_tokens();
            Ok(None)
        }
    };
    Ok(json!({ "id": done? }))
}

fn state(sandbox: &Sandbox) -> Value {
    let tiktok = sandbox.tiktok();
    json!({ "accounts": tiktok.accounts(), "forms": tiktok.forms(), "subscriptions": tiktok.subscriptions() })
}
