//! What scripts and the page's buttons do to Google's imitation.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{ADA, consent::Consent};
use crate::{
    Sandbox,
    control::{self, Controls, Refusal, read},
};

pub(crate) const CONTROLS: Controls = Controls {
    panel: include_str!("controls.html"),
    shows: &[
        ("switches", |sandbox| json!(sandbox.switches())),
        ("channels", |sandbox| json!(sandbox.google().channels())),
        ("notifications", |sandbox| json!(sandbox.google().notification_counts())),
        ("requests", |sandbox| json!(sandbox.counters())),
    ],
    does: &[
        ("switches", |sandbox, body| {
            sandbox.switch(read(body)?)?;
            Ok(json!(sandbox.switches()))
        }),
        ("change", change),
        ("consent", |sandbox, body| {
            let (url, decided): (_, Consent) = control::consent(body)?;
            Ok(control::redirect(&sandbox.consent(&url, &decided)?))
        }),
    ],
    resets: &[
        ("switches", |sandbox| {
            sandbox.reset_switches();
            json!(sandbox.switches())
        }),
        ("requests", |sandbox| {
            sandbox.reset_counters();
            Value::Null
        }),
    ],
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default = "ada")]
    account: String,
    #[serde(default = "primary")]
    calendar: String,
    count: usize,
}

fn ada() -> String {
    ADA.to_owned()
}

fn primary() -> String {
    "primary".to_owned()
}

fn change(sandbox: &Sandbox, body: Value) -> Result<Value, Refusal> {
    let Change { account, calendar, count } = read(body)?;
    let changed = sandbox.google().change_some(&account, &calendar, count.min(10_000))?;
    Ok(json!({ "changed": changed }))
}
