//! A world that is watched from all sides, and the secrets that were seen in it.

use crate::oauth::{Started, flow_item, parameter};
use crate::world::{Answer, DEMO, Faults, GOOGLE, Plan, Tap, World};
use chrono::TimeDelta;
use sandbox::Consent;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::entry::Wires;
use shared::seal::{Context, Purpose};
use shared::usecases::Parts;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use url::Url;

/// An access token in answers that the tap makes up.
pub(super) const ACCESS: &str = "CANARY-access-token";
/// A refresh token in such answers.
const REFRESH: &str = "CANARY-refresh-token";

/// What kind of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    State,
    Code,
    Verifier,
    Ticket,
    Access,
    Refresh,
    ClientSecret,
}

/// A body with an error code and secrets all over its texts.
pub(super) fn broken(error: &str) -> String {
    let text = format!("token {ACCESS} and {REFRESH} of {}", sandbox::google::CLIENT_SECRET);
    json!({
        "error": error, "error_description": text, "access_token": ACCESS, "refresh_token": REFRESH, "message": text,
        "errors": [{ "message": text, "domain": text }],
    })
    .to_string()
}

/// The world, what was answered in it, and its secrets.
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) tap: Arc<Tap>,
    faults: Faults,
    secrets: BTreeSet<(Kind, String)>,
    /// Everything that the API answered, without the places where a secret must be.
    answers: Vec<String>,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let (tap, faults) = (Arc::new(Tap::default()), Faults::default());
        let wires = Wires { providers: Some(tap.clone()), ..faults.wires() };
        let world = World::of(Plan { by_hand: true, events: 20, wires, ..Plan::default() }).await;
        let known =
            [(Kind::ClientSecret, sandbox::google::CLIENT_SECRET), (Kind::Access, ACCESS), (Kind::Refresh, REFRESH)];
        let secrets = known.map(|(kind, text)| (kind, text.to_owned())).into();
        Self { world, tap, faults, secrets, answers: vec![] }
    }

    /// How many secrets of this kind there were, but for the made up ones.
    pub(super) fn count(&self, kind: Kind) -> usize {
        self.secrets.iter().filter(|(of, text)| *of == kind && !text.starts_with("CANARY")).count()
    }

    fn note(&mut self, kind: Kind, text: impl Into<String>) {
        let text = text.into();
        assert!(text.len() >= 16, "too short to be looked for");
        self.secrets.insert((kind, text));
    }

    fn answered(&mut self, answer: &Answer) {
        self.answers.push(format!("{} {:?} {}", answer.status, answer.headers, answer.text));
    }

    /// Starts a flow. The state belongs into the consent page's address, and the verifier only as its challenge.
    pub(super) async fn start(&mut self) -> Started {
        let answer = self.world.admin(DEMO).post(&format!("/integrations/{GOOGLE}/connect"), &json!({})).await;
        let mut rest = answer.clone();
        let started = Started::of(answer);
        self.note(Kind::State, started.parameter("state"));
        let verifier = self.verifier(&started.flow).await;
        assert!(!started.url.as_str().contains(&verifier));
        self.note(Kind::Verifier, verifier);
        assert!(!started.url.as_str().contains(sandbox::google::CLIENT_SECRET));
        rest.text = rest.text.replace(started.url.as_str(), "");
        self.answered(&rest);
        started
    }

    async fn verifier(&self, flow: &str) -> String {
        let sealed = flow_item(&self.world, flow).await["verifier"].clone();
        let setup = self.world.setup("connect");
        let keys = Parts::new(&setup).expect("parts").flow_keys().expect("keys");
        let context = Context::new(&[("flow", flow)]);
        let opened = keys.open(Purpose::Verifier, sealed.as_str().expect("sealed"), &context).await;
        opened.expect("a verifier").expose_secret().to_owned()
    }

    /// The person agrees.
    pub(super) async fn agree(&mut self, started: &Started) -> Url {
        let answer = self.world.consent(started.url.as_str(), &Consent::default());
        self.note(Kind::Code, parameter(&answer, "code"));
        answer
    }

    /// The browser comes back. The ticket belongs into the fragment, alone.
    pub(super) async fn callback(&mut self, answer: &Url) -> HashMap<String, String> {
        let mut answer = self.world.stranger(None).get_url(answer.clone()).await;
        let location = answer.headers.remove("location").expect("a location");
        let (page, fragment) = location.split_once('#').expect("a fragment");
        let fields: HashMap<String, String> = url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect();
        if let Some(ticket) = fields.get("ticket") {
            self.note(Kind::Ticket, ticket);
            self.answers.push(fragment.replace(&format!("ticket={ticket}"), ""));
        } else {
            self.answers.push(fragment.to_owned());
        }
        self.answers.push(page.to_owned());
        self.answered(&answer);
        fields
    }

    /// Posts this text as the administrator; the status.
    pub(super) async fn post(&mut self, path: &str, body: &str) -> u16 {
        let answer = self.world.admin(DEMO).raw("POST", path, body.to_owned(), &[]).await;
        self.answered(&answer);
        answer.status
    }

    /// Connects.
    pub(super) async fn connected(&mut self) {
        let started = self.start().await;
        let answer = self.agree(&started).await;
        let fragment = self.callback(&answer).await;
        let body = json!({ "flow": fragment["flow"], "ticket": fragment["ticket"] });
        assert_eq!(self.post("/oauth/complete", &body.to_string()).await, 200);
        assert_eq!(self.post("/oauth/complete", &body.to_string()).await, 200);
    }

    /// A worker does what is due.
    pub(super) async fn work(&mut self) {
        let answer = self.world.work(DEMO, TimeDelta::seconds(110)).await;
        self.answers.push(answer.to_string());
    }

    /// Asks every endpoint that only shows, and tests the connection.
    pub(super) async fn look_around(&mut self) {
        let admin = self.world.admin(DEMO);
        let base = format!("/integrations/{GOOGLE}");
        for path in ["", "/runs", "/options/calendars", "/records?from=2026-03-16T00:00:00Z&to=2026-04-16T00:00:00Z"] {
            let answer = admin.get(&format!("{base}{path}")).await;
            self.answered(&answer);
        }
        let answer = admin.get("/integrations").await;
        self.answered(&answer);
        self.post(&format!("{base}/test"), "{}").await;
    }

    /// Saves settings.
    pub(super) async fn settings(&mut self) {
        let body = json!({ "intervalMinutes": 30 });
        let answer = self.world.admin(DEMO).patch(&format!("/integrations/{GOOGLE}/settings"), &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.answered(&answer);
    }

    /// Takes up the tokens that passed the providers' wire.
    fn note_tokens(&mut self) {
        for exchange in self.tap.passed().into_iter().filter(|exchange| exchange.url.ends_with("/token")) {
            let answer: Value = serde_json::from_str(&exchange.answer).unwrap_or_default();
            for (kind, name) in [(Kind::Access, "access_token"), (Kind::Refresh, "refresh_token")] {
                if let Some(token) = answer[name].as_str() {
                    self.note(kind, token);
                }
            }
            let sent: HashMap<String, String> =
                url::form_urlencoded::parse(exchange.request.as_bytes()).into_owned().collect();
            for (kind, name) in
                [(Kind::Code, "code"), (Kind::Verifier, "code_verifier"), (Kind::ClientSecret, "client_secret")]
            {
                if let Some(text) = sent.get(name) {
                    self.note(kind, text);
                }
            }
        }
    }

    /// Everything that was said, kept or sent where no secret belongs, by place.
    async fn places(&self) -> Vec<(&'static str, String)> {
        let vault = ["CreateSecret", "PutSecretValue"];
        let calls = self.faults.calls().into_iter().filter(|call| !vault.contains(&call.op.as_str()));
        let events = self.world.stack.embedded().expect("the embedded AWS").events().events();
        vec![
            ("the log", self.world.lines.all().join("\n")),
            ("the table", Value::from(self.world.items().await).to_string()),
            ("what AWS was asked", calls.map(|call| call.body.to_string()).collect()),
            ("the bus", events.iter().map(|event| event.envelope().to_string()).collect()),
            ("the API's answers", self.answers.join("\n")),
        ]
    }

    /// Which kind of secret was found where.
    pub(super) async fn leaks(&mut self) -> Vec<String> {
        self.note_tokens();
        let places = self.places().await;
        for (place, text) in &places {
            assert!(!text.is_empty(), "nothing was seen of {place}");
        }
        let mut leaks = Vec::new();
        for (kind, secret) in &self.secrets {
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let found = places.iter().filter(|(_, text)| text.contains(secret.as_str()) || text.contains(&encoded));
            leaks.extend(found.map(|(place, _)| format!("{kind:?} in {place}")));
        }
        leaks
    }

    pub(super) async fn assert_clean(&mut self) {
        assert_eq!(self.leaks().await, Vec::<String>::new());
    }

    /// Grants hold the refresh token that is in use and never an access token; nobody else's secret holds any.
    pub(super) async fn assert_vault(&mut self) {
        self.note_tokens();
        let of = |kind| self.secrets.iter().filter(move |(is, _)| *is == kind).map(|(_, text)| text);
        let written = self.faults.calls().into_iter().filter(|call| call.op.contains("Secret"));
        let written: String = written.map(|call| call.body.to_string()).collect();
        for kind in [Kind::Access, Kind::State, Kind::Code, Kind::Verifier, Kind::Ticket] {
            assert!(of(kind).all(|secret| !written.contains(secret.as_str())), "{kind:?} went to Secrets Manager");
        }
        for (name, value) in self.world.secrets() {
            let refresh = of(Kind::Refresh).any(|token| value.contains(token.as_str()));
            assert_eq!(refresh, name.contains("/grants/"), "{name}");
            let client = value.contains(sandbox::google::CLIENT_SECRET);
            assert_eq!(client, name.ends_with("/providers/google-calendar"), "{name}");
        }
        self.assert_sealed_access().await;
    }

    /// What is sealed in the credential item is the access token that the provider gave last.
    async fn assert_sealed_access(&self) {
        let stored = self.world.stored(DEMO).await;
        let credential = self.world.store("get").credential(stored.id).await.expect("the table").expect("credentials");
        let setup = self.world.setup("sync-worker");
        let keys = Parts::new(&setup).expect("parts").token_keys().expect("keys");
        let (id, grant) = (stored.id.to_string(), credential.grant.to_string());
        let context = Context::new(&[("account", DEMO), ("integration", &id), ("grant", &grant)]);
        let sealed = credential.access.expect("an access token").sealed;
        let opened = keys.open(Purpose::Access, &sealed, &context).await.expect("it opens");
        assert!(self.secrets.contains(&(Kind::Access, opened.expose_secret().to_owned())));
    }
}
