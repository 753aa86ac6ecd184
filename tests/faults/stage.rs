//! A world for some cases: each has a tenant and a provider account of its own, and one more tenant looks on.

use super::case::{Case, Mark, Op, Spot, Told};
use crate::oauth::parameter;
use crate::sync::scene::Scene;
use crate::world::{Answer, GOOGLE, Person, http_event, sqs_event};
use chrono::TimeDelta;
use domain::ids::ResourceId;
use domain::lifecycle::Status;
use sandbox::google::GRACE;
use sandbox::{Consent, Rotation, SwitchChange};
use serde_json::{Value, json};
use shared::api::routes::{self, Route};
use shared::store::Integration;
use std::collections::HashMap;
use std::ops::Deref;
use url::Url;

/// The tenant that nobody touches.
pub(super) const OTHER: &str = "other";
/// Events of each provider account.
const EVENTS: usize = 8;

/// The world of some cases.
pub(super) struct Stage {
    pub(super) scene: Scene,
    /// Messages that were not acknowledged: function, event, deliveries so far.
    pub(super) waiting: Vec<(String, Value, u32)>,
    /// What is stored of the tenant that nobody touches.
    pub(super) other: Vec<Value>,
    /// The most sweeps that a recovery needed.
    pub(super) sweeps: usize,
}

impl Deref for Stage {
    type Target = Scene;
    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl Stage {
    pub(super) async fn of(op: Op) -> Self {
        let scene = Scene::with(EVENTS).await;
        scene.faults.ledger().timed_by(&scene.clock);
        scene.faults.near(scene.stack.embedded().expect("the embedded AWS"));
        if op.rotates() {
            let change = SwitchChange { rotation: Some(Rotation::Strict), ..SwitchChange::default() };
            scene.sandbox().switch(change).expect("a switch");
        }
        let mut stage = Self { scene, waiting: vec![], other: vec![], sweeps: 0 };
        stage.connected(OTHER, GRACE).await;
        stage.does(OTHER, &routes::PAUSE).await;
        stage.scene.collected().await;
        stage.other = stage.picture_of_other().await;
        stage
    }

    /// A case with everything that its operation needs.
    pub(super) async fn prepared(&self, op: Op, spot: Spot) -> Case {
        let second = spot.second.map(|(call, kind)| format!("-{call}-{kind:?}")).unwrap_or_default();
        let name = format!("{op:?}-{}-{:?}{second}", spot.call, spot.kind).to_lowercase();
        let mut case = Case {
            op,
            spot,
            met: vec![],
            email: format!("{name}@example.com"),
            mate: op.is_shared().then(|| format!("{name}-mate")),
            account: name,
            before: None,
            history: vec![],
            body: json!({}),
            message: Value::Null,
            secrets: vec![],
            marks: vec![],
            answers: vec![],
            began: self.now(),
        };
        self.sandbox().google().add_account(&case.email, EVENTS);
        self.prepare(&mut case).await;
        case.before = self.found(&case.account).await;
        if op == Op::Reconnect {
            case.history = lines_of(case.before.as_ref(), &self.items().await);
        }
        self.collected().await;
        case.began = self.now();
        case
    }

    async fn prepare(&self, case: &mut Case) {
        let (account, email) = (case.account.clone(), case.email.clone());
        match case.op {
            Op::Create | Op::Connect => {}
            Op::Complete => self.returned(case).await,
            Op::FirstSync => {
                self.connects(&account, &email).await.ok();
                case.message = self.message_to(&account).await;
            }
            _ => {
                self.connected(&account, &email).await;
                case.message = self.message_to(&account).await;
            }
        }
        if let Some(mate) = &case.mate {
            self.connected(mate, &email).await;
        }
        match case.op {
            Op::Reconnect => self.returned(case).await,
            Op::Refresh => self.refresh_is_due(&account).await,
            Op::Sync => self.sync_is_due(&account, &email).await,
            Op::SyncRefreshing => {
                self.sync_is_due(&account, &email).await;
                self.sandbox().google().expire_access_tokens();
            }
            Op::Resume => self.does(&account, &routes::PAUSE).await,
            _ => {}
        }
    }

    async fn connected(&self, account: &str, email: &str) {
        self.connects(account, email).await.ok();
        let message = self.message_to(account).await;
        assert_eq!(self.deliver("sync-worker", &message).await.0, 200);
        assert_eq!(self.integration_of(account).await.status, Status::Active);
    }

    /// A whole connect by the account's administrator; the answer to its end.
    pub(super) async fn connects(&self, account: &str, email: &str) -> Answer {
        let (body, _) = self.consented(account, email).await;
        self.ask(account, "ada", &routes::COMPLETE, Some(&body), None).await
    }

    async fn message_to(&self, account: &str) -> Value {
        json!({ "account": account, "provider": GOOGLE, "integration": self.integration_of(account).await.id })
    }

    async fn does(&self, account: &str, route: &Route) {
        self.ask(account, "ada", route, None, None).await.ok();
    }

    async fn refresh_is_due(&self, account: &str) {
        let id = self.integration_of(account).await.id;
        let store = self.scene.store("schedule-health");
        let credential = store.credential(id).await.expect("the table").expect("credentials");
        store.refresh_at(&credential, self.now()).await.expect("the table");
    }

    async fn sync_is_due(&self, account: &str, email: &str) {
        self.sandbox().google().change_some(email, email, 3).expect("changes");
        self.does(account, &routes::SYNC).await;
    }

    async fn returned(&self, case: &mut Case) {
        (case.body, case.secrets) = self.consented(&case.account, &case.email).await;
    }

    /// A person agreed and is back, with flow and ticket; and what nobody may tell of it.
    async fn consented(&self, account: &str, email: &str) -> (Value, Vec<String>) {
        let started = self.ask(account, "ada", &routes::CONNECT, None, None).await.ok();
        let url = started["authorizationUrl"].as_str().expect("a URL").to_owned();
        let back = self.consent(&url, &consent(email));
        let mut event = http_event(&routes::CALLBACK, &[("provider", GOOGLE)], None, None);
        event["rawQueryString"] = json!(back.query());
        let answer = self.invoke(routes::CALLBACK.function, event, time_of(routes::CALLBACK.function)).await;
        let location = Url::parse(Answer::of_event(&answer).header("location")).expect("a location");
        let fragment = url::form_urlencoded::parse(location.fragment().unwrap_or_default().as_bytes());
        let fragment: HashMap<String, String> = fragment.into_owned().collect();
        let address = Url::parse(&url).expect("a URL");
        let secrets = [parameter(&address, "state"), parameter(&back, "code"), fragment["ticket"].clone()];
        (json!({ "flow": fragment["flow"], "ticket": fragment["ticket"] }), secrets.into())
    }

    /// The operation, by this member and under this key, or by this message.
    pub(super) async fn operate(&self, case: &Case, member: &str, key: &str) -> (u16, Value) {
        let answer = match case.op {
            Op::Refresh => return self.deliver("refresh-worker", &case.message).await,
            Op::FirstSync | Op::Sync | Op::SyncRefreshing => return self.deliver("sync-worker", &case.message).await,
            Op::Create => {
                let body = json!({ "provider": GOOGLE });
                self.ask(&case.account, member, &routes::CREATE, Some(&body), Some(key)).await
            }
            Op::Connect => self.ask(&case.account, member, &routes::CONNECT, Some(&json!({})), None).await,
            // A flow belongs to the member who started it.
            Op::Complete | Op::Reconnect => {
                self.ask(&case.account, "ada", &routes::COMPLETE, Some(&case.body), None).await
            }
            Op::Pause => self.ask(&case.account, member, &routes::PAUSE, None, Some(key)).await,
            Op::Resume => self.ask(&case.account, member, &routes::RESUME, None, Some(key)).await,
            Op::Disconnect | Op::DisconnectShared => {
                self.ask(&case.account, member, &routes::DISCONNECT, None, Some(key)).await
            }
            Op::Delete | Op::DeleteShared => self.ask(&case.account, member, &routes::DELETE, None, Some(key)).await,
        };
        (answer.status, answer.body)
    }

    async fn deliver(&self, function: &str, message: &Value) -> (u16, Value) {
        let answer = self.invoke(function, sqs_event(std::slice::from_ref(message)), time_of(function)).await;
        let failed = answer["batchItemFailures"].as_array().is_some_and(|failed| !failed.is_empty());
        (if failed { 500 } else { 200 }, answer)
    }

    /// A request past the gateway, as a member who administers.
    pub(super) async fn ask(
        &self,
        account: &str,
        member: &str,
        route: &Route,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Answer {
        let person = Person::admin(account, member);
        let mut event = http_event(route, &[("provider", GOOGLE)], Some(&person), body);
        if let Some(key) = key {
            event["headers"]["idempotency-key"] = json!(key);
        }
        Answer::of_event(&self.invoke(route.function, event, time_of(route.function)).await)
    }

    /// Notes that a person was told something of the integration as it is or was.
    pub(super) fn told(&self, case: &mut Case, what: Told, of: &Integration) {
        let at = self.faults.ledger().position();
        case.marks.push(Mark { at, what, id: of.id, dataset: of.dataset });
    }

    /// Everything that is stored of the tenant that nobody touches, but for what expires by itself.
    pub(super) async fn picture_of_other(&self) -> Vec<Value> {
        let stored = self.integration_of(OTHER).await;
        let (own, hung, records) =
            (format!("ACCOUNT#{OTHER}"), format!("INTEGRATION#{}", stored.id), format!("RECORDS#{}", stored.dataset));
        let mine = |item: &Value| {
            let pk = item["PK"]["S"].as_str().unwrap_or_default();
            let refreshes = item["SK"]["S"] == "CREDENTIAL" || item["SK"]["S"] == "CHECKUP";
            pk == own || pk == records || (pk == hung && !refreshes)
        };
        self.items().await.into_iter().filter(mine).collect()
    }

    /// Asserts that exactly the events of the case's calendar are stored, each once.
    pub(super) async fn assert_records(&self, account: &str, email: &str) {
        let calendar = self.sandbox().google().calendar(email, email).expect("a calendar");
        self.assert_events(account, &calendar).await;
        let resource = ResourceId::parse(email).expect("a calendar");
        let resources = self.integration_of(account).await.settings.resources;
        assert_eq!(resources, [resource], "the calendar that was chosen for the person");
    }
}

/// The lines of an integration's history among these items.
pub(super) fn lines_of(of: Option<&Integration>, items: &[Value]) -> Vec<Value> {
    let Some(of) = of else { return vec![] };
    let pk = format!("INTEGRATION#{}", of.id);
    let is_line = |item: &&Value| {
        item["PK"]["S"] == pk.as_str() && item["SK"]["S"].as_str().is_some_and(|sk| sk.starts_with("HISTORY#"))
    };
    items.iter().filter(is_line).cloned().collect()
}

/// The person who agrees has this account at the provider.
fn consent(email: &str) -> Consent {
    Consent { account: Some(email.to_owned()), ..Consent::default() }
}

/// As much time as the template gives a function.
pub(super) fn time_of(function: &str) -> TimeDelta {
    TimeDelta::seconds(match function {
        "sync-worker" | "lifecycle-worker" => 120,
        "schedule-health" => 240,
        "refresh-worker" => 60,
        "oauth-complete" | "connect" => 29,
        _ if function.starts_with("schedule") || function == "relay" => 50,
        _ => 15,
    })
}
