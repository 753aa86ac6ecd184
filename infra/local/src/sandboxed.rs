//! The sandbox as part of a stack: its state in the data folder, its client for the functions.

use crate::data::DataFolder;
use crate::options::{Options, StartError};
use sandbox::Sandbox;
use serde_json::{Value, json};
use shared::config::Vars;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use url::Url;

/// How often the state is kept, should it have changed: a stack that is killed loses no more than that.
const KEEP: Duration = Duration::from_secs(2);

/// Opens the sandbox with the state that was kept. It sends to `api` what Facebook sends to an app.
pub(crate) fn open(options: &Options, url: Url, api: &Url, folder: Option<&DataFolder>) -> Result<Sandbox, StartError> {
    let clock = Arc::clone(&options.clock);
    let mut settings = sandbox::Options::new(Arc::new(move || clock.now()), url);
    settings.seed = options.sandbox_seed;
    settings.events = options.sandbox_events;
    settings.facebook = facebook_setup(api);
    settings.restore = folder.map(|folder| kept(&folder.sandbox())).transpose()?.flatten();
    let expected = settings.restore.is_some();
    let sandbox = Sandbox::new(settings);
    match folder {
        Some(folder) if expected && !sandbox.restored() => Err(StartError::SandboxState { path: folder.sandbox() }),
        _ => Ok(sandbox),
    }
}

fn kept(path: &Path) -> Result<Option<Value>, StartError> {
    match std::fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map(Some).map_err(|_| StartError::SandboxState { path: path.to_owned() })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StartError::Data { path: path.to_owned(), source }),
    }
}

/// Keeps the state whenever it has changed, until told to stop; then a last time.
pub(crate) async fn keep(sandbox: Sandbox, path: std::path::PathBuf, mut stop: watch::Receiver<bool>) {
    let mut written = None;
    loop {
        let stopped = tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => true,
            () = tokio::time::sleep(KEEP) => false,
        };
        let revision = sandbox.revision();
        if written != Some(revision) {
            let (sandbox, path) = (sandbox.clone(), path.clone());
            let kept = tokio::task::spawn_blocking(move || write(&path, &sandbox.export())).await;
            if matches!(kept, Ok(Ok(()))) {
                written = Some(revision);
            }
        }
        if stopped {
            return;
        }
    }
}

/// Written beside and moved over, so that there is always a whole file.
fn write(path: &Path, state: &Value) -> std::io::Result<()> {
    let beside = path.with_extension("json.new");
    std::fs::write(&beside, state.to_string())?;
    std::fs::rename(beside, path)
}

const GOOGLE: [&str; 2] = ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"];
const FACEBOOK: [&str; 2] = ["FACEBOOK_CLIENT_ID", "FACEBOOK_CLIENT_SECRET"];
const TIKTOK: [&str; 2] = ["TIKTOK_CLIENT_ID", "TIKTOK_CLIENT_SECRET"];
const FACEBOOK_VERIFY_TOKEN: &str = "FACEBOOK_VERIFY_TOKEN";

/// Refuses one half of a client: the person means the real provider and would get the sandbox.
pub(crate) fn check_client(person: &Vars) -> Result<(), StartError> {
    [GOOGLE, FACEBOOK, TIKTOK].into_iter().try_for_each(|names| {
        match names.map(|name| person.get(name).is_some()) {
            [true, false] => Err(StartError::HalfAClient { given: names[0], missing: names[1] }),
            [false, true] => Err(StartError::HalfAClient { given: names[1], missing: names[0] }),
            _ => Ok(()),
        }
    })?;
    match own(FACEBOOK, person).is_some() && person.get(FACEBOOK_VERIFY_TOKEN).is_none() {
        true => Err(StartError::HalfAClient { given: FACEBOOK[0], missing: FACEBOOK_VERIFY_TOKEN }),
        false => Ok(()),
    }
}

/// The secrets of the providers' clients: the end of each one's name, and what it holds.
pub(crate) fn clients(person: &Vars) -> [(&'static str, Value); 3] {
    [
        ("google-calendar", google_client(person)),
        ("facebook-lead-ads", facebook_client(person)),
        ("tiktok-lead-ads", tiktok_client(person)),
    ]
}

/// Variables that lead functions to the sandbox, for each provider at which the person has no client of their own.
pub(crate) fn vars(sandbox: &Sandbox, person: &Vars) -> HashMap<String, String> {
    let mut vars = HashMap::new();
    if !is_real_google(person) {
        vars.extend(sandbox.google_vars());
    }
    if own(FACEBOOK, person).is_none() {
        vars.extend(sandbox.facebook_vars());
    }
    if own(TIKTOK, person).is_none() {
        vars.extend(sandbox.tiktok_vars());
    }
    vars
}

/// The client that Aura is at Google: the person's own, or the sandbox's.
fn google_client(person: &Vars) -> Value {
    own(GOOGLE, person).unwrap_or_else(
        || json!({"client_id": sandbox::google::CLIENT_ID, "client_secret": sandbox::google::CLIENT_SECRET}),
    )
}

/// The app that Aura is at Facebook, with what its handshake expects: the person's own, or the sandbox's.
fn facebook_client(person: &Vars) -> Value {
    match (own(FACEBOOK, person), person.get(FACEBOOK_VERIFY_TOKEN)) {
        (Some(mut client), Some(token)) => {
            client["verify_token"] = json!(token);
            client
        }
        _ => json!({
            "client_id": sandbox::facebook::CLIENT_ID,
            "client_secret": sandbox::facebook::CLIENT_SECRET,
            "verify_token": sandbox::facebook::VERIFY_TOKEN,
        }),
    }
}

/// The app that Aura is at TikTok: the person's own, or the sandbox's.
fn tiktok_client(person: &Vars) -> Value {
    own(TIKTOK, person).unwrap_or_else(
        || json!({"client_id": sandbox::tiktok::CLIENT_ID, "client_secret": sandbox::tiktok::CLIENT_SECRET}),
    )
}

/// Where the sandbox's Facebook tells of leads, and of people who remove the app.
fn facebook_setup(api: &Url) -> sandbox::facebook::Setup {
    let at = |path: &str| api.join(path).ok();
    let verify_token = sandbox::facebook::VERIFY_TOKEN.to_owned();
    sandbox::facebook::Setup {
        callback: at("webhooks/facebook-lead-ads").map(|url| sandbox::facebook::Callback { url, verify_token }),
        deauthorize: at("webhooks/facebook/deauthorize"),
        deletion: at("webhooks/facebook/deletion"),
        ..sandbox::facebook::Setup::default()
    }
}

/// Whether the person has a client at the real Google.
pub(crate) fn is_real_google(person: &Vars) -> bool {
    own(GOOGLE, person).is_some()
}

fn own([id, secret]: [&str; 2], person: &Vars) -> Option<Value> {
    Some(json!({"client_id": person.get(id)?, "client_secret": person.get(secret)?}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_client_is_refused_with_the_name_of_the_other_half() {
        let vars = |names: &[&str]| Vars::new(names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect());
        let why = check_client(&vars(&["GOOGLE_CLIENT_SECRET"])).unwrap_err().to_string();
        assert!(why.contains("without GOOGLE_CLIENT_ID"), "{why}");
        assert!(check_client(&vars(&["GOOGLE_CLIENT_ID"])).is_err());
        assert!(check_client(&vars(&["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"])).is_ok());
        assert!(check_client(&vars(&[])).is_ok());
        let why = check_client(&vars(&["TIKTOK_CLIENT_ID"])).unwrap_err().to_string();
        assert!(why.contains("without TIKTOK_CLIENT_SECRET"), "{why}");
        let why = check_client(&vars(&["FACEBOOK_CLIENT_ID"])).unwrap_err().to_string();
        assert!(why.contains("without FACEBOOK_CLIENT_SECRET"), "{why}");
        let why = check_client(&vars(&FACEBOOK)).unwrap_err().to_string();
        assert!(why.contains("without FACEBOOK_VERIFY_TOKEN"), "{why}");
        assert!(check_client(&vars(&[FACEBOOK[0], FACEBOOK[1], FACEBOOK_VERIFY_TOKEN])).is_ok());
    }

    #[test]
    fn an_own_app_at_facebook_is_what_functions_get() {
        let own = [(FACEBOOK[0], "1"), (FACEBOOK[1], "s"), (FACEBOOK_VERIFY_TOKEN, "v")];
        let person = Vars::new(own.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(clients(&person)[1].1, json!({"client_id": "1", "client_secret": "s", "verify_token": "v"}));
        assert_eq!(clients(&Vars::default())[1].1["client_id"], sandbox::facebook::CLIENT_ID);
    }
}
