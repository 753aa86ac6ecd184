//! A whole stack in this process for one test: nothing kept, free ports, a clock that only the test moves.

mod client;
mod clock;
mod dice;
mod events;
mod faults;
mod gate;
mod ledger;
mod lines;
mod mailbox;
pub(crate) mod provider;
mod tables;
mod tap;
mod twin;

pub(crate) use client::{Answer, Client};
pub(crate) use clock::TestClock;
pub(crate) use dice::Dice;
pub(crate) use events::{Person, http_event, sqs_event};
pub(crate) use faults::{Call, Fault, Faults};
pub(crate) use gate::Gate;
pub(crate) use ledger::{Taken, Write};
pub(crate) use lines::Lines;
pub(crate) use tap::Tap;
pub(crate) use twin::{issued_by, rotating, with_twin};

use chrono::{DateTime, TimeDelta, Utc};
use domain::lifecycle::ErrorReason;
use local::issuer::Member;
use local::{Builder, Functions, Options, Running};
use sandbox::{Consent, Notify, Sandbox};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::entry::{Function, Invocation, Setup};
use shared::store::{Integration, Store};
use shared::usecases::Parts;
use shared::usecases::lifecycle::Lifecycle;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;

/// The demo account.
pub(crate) const DEMO: &str = "demo";
/// The provider that most tests connect.
pub(crate) const GOOGLE: &str = "google-calendar";

/// How a world is made.
#[derive(Default)]
pub(crate) struct Plan {
    /// Workers run only when the test invokes them.
    pub(crate) by_hand: bool,
    /// These too run only when the test invokes them.
    pub(crate) also_by_hand: &'static [&'static str],
    /// The time goes by itself, as it does for a browser.
    pub(crate) real_time: bool,
    /// About how many events the sandbox has.
    pub(crate) events: usize,
    /// Ways out with faults in, or other providers.
    pub(crate) wires: shared::entry::Wires,
    /// What becomes of the product's providers, which know where the sandbox is.
    pub(crate) adapt: Option<twin::Adapt>,
    /// The failure policy's numbers that differ from the defaults, as JSON.
    pub(crate) policy: Option<&'static str>,
    /// The providers that the deployment offers; `None` for all.
    pub(crate) offered: Option<&'static str>,
}

/// A stack, its clock, and the set-up of each of its functions.
pub(crate) struct World {
    pub(crate) stack: Running,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) lines: Arc<Lines>,
    setups: Arc<Mutex<HashMap<String, Setup>>>,
    mail: Mail,
}

/// Workers that a test invokes itself.
const WORKERS: [&str; 3] = ["sync-worker", "refresh-worker", "lifecycle-worker"];

/// What queues delivered to workers that only the test invokes: function and event.
pub(crate) type Mail = Arc<Mutex<Vec<(String, Value)>>>;

struct Idle {
    name: String,
    mail: Mail,
}

#[shared::entry::async_trait]
impl Function for Idle {
    async fn invoke(&self, event: Value, _: Invocation) -> Result<Value, shared::entry::FunctionError> {
        self.mail.lock().expect("mail").push((self.name.clone(), event));
        Ok(json!({ "batchItemFailures": [] }))
    }
}

impl World {
    /// A world whose workers run by themselves, with few events.
    pub(crate) async fn new() -> Self {
        Self::of(Plan { events: 60, ..Plan::default() }).await
    }

    /// A world whose workers run only when the test says so, with few events.
    pub(crate) async fn by_hand() -> Self {
        Self::of(Plan { by_hand: true, events: 60, ..Plan::default() }).await
    }

    pub(crate) async fn of(plan: Plan) -> Self {
        let clock = Arc::new(if plan.real_time { TestClock::real() } else { TestClock::default() });
        let lines = Arc::new(Lines::default());
        let setups = Arc::new(Mutex::new(HashMap::new()));
        let mail = Mail::default();
        let options = Options {
            clock: clock.clone(),
            functions: watched(
                &setups,
                plan.by_hand.then(|| (Arc::clone(&mail), plan.also_by_hand)),
                plan.adapt,
                overrides(plan.policy, plan.offered),
            ),
            usage: usage(),
            wires: plan.wires,
            log: lines.clone(),
            sandbox_events: plan.events,
            ..Options::default()
        };
        let stack = local::start(options).await.expect("the stack starts");
        // Notifications come when a test delivers them.
        stack.imitation().google().set_notify(Notify::Queue);
        Self { stack, clock, lines, setups, mail }
    }

    /// The time by which everything runs.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The sandbox without the wire.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.stack.imitation()
    }

    /// An administrator of an account, over HTTP through the gateway.
    pub(crate) fn admin(&self, account: &str) -> Client {
        let token = self.stack.token(Member::Admin, account).expect("a token");
        Client::new(self.stack.api.clone(), Some(token))
    }

    /// A viewer of an account.
    pub(crate) fn viewer(&self, account: &str) -> Client {
        let token = self.stack.token(Member::Viewer, account).expect("a token");
        Client::new(self.stack.api.clone(), Some(token))
    }

    /// Somebody without a token, or with this one.
    pub(crate) fn stranger(&self, token: Option<&str>) -> Client {
        Client::new(self.stack.api.clone(), token.map(str::to_owned))
    }

    /// The set-up of a function, as its template environment makes it.
    pub(crate) fn setup(&self, function: &str) -> Setup {
        self.setups.lock().expect("setups").get(function).cloned().expect("a function of the template")
    }

    /// The table, with the permissions of a function.
    pub(crate) fn store(&self, function: &str) -> Store {
        let setup = self.setup(function);
        Parts::new(&setup).expect("parts").store().expect("a table")
    }

    /// The set-up of a function with every permission, for what no function does.
    pub(crate) fn setup_of_owner(&self, function: &str) -> Setup {
        let setup = self.setup(function);
        let mut vars = setup.vars.map().clone();
        vars.insert("AWS_ACCESS_KEY_ID".into(), "AKIAOWNER".into());
        Setup { vars: shared::config::Vars::new(vars), ..setup }
    }

    /// Does to the account's Google integration what its administrator asks for: `pause`, `resume`, `disconnect`.
    pub(crate) async fn act(&self, account: &str, action: &str) -> Value {
        self.admin(account).post(&format!("/integrations/{GOOGLE}/{action}"), &json!({})).await.ok()
    }

    /// Deletes the account's Google integration.
    pub(crate) async fn delete(&self, account: &str) {
        let answer = self.admin(account).json("DELETE", &format!("/integrations/{GOOGLE}"), &json!({}), &[]).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// A check of the account's Google integration found this, as a worker would say it.
    pub(crate) async fn found_out(&self, account: &str, outcome: Result<(), ErrorReason>) {
        self.found_out_about(&self.stored(account).await, outcome).await;
    }

    /// A check of the integration as it was then found this.
    pub(crate) async fn found_out_about(&self, checked: &Integration, outcome: Result<(), ErrorReason>) {
        let setup = self.setup("test");
        let parts = Parts::new(&setup).expect("parts");
        let store = parts.store().expect("a table");
        let (publisher, requests) = (parts.publisher(&store), parts.requests(&store));
        let lifecycle = Lifecycle::new(store, publisher.expect("a bus"), requests.expect("a queue"));
        lifecycle.checked(checked, outcome, domain::history::Actor::System).await.expect("a signal");
    }

    /// The account's Google integration as the table has it.
    pub(crate) async fn stored(&self, account: &str) -> shared::store::Integration {
        let account = domain::ids::AccountId::parse(account).expect("an account");
        let provider = domain::ids::ProviderSlug::parse(GOOGLE).expect("a slug");
        self.store("get").integration(&account, &provider).await.expect("the table").expect("an integration")
    }

    /// A fresh instance of a function, as after a cold start.
    pub(crate) fn function(&self, name: &str) -> Arc<dyn Function> {
        let functions = local::functions::all();
        functions[name](&self.setup(name)).expect("the function starts")
    }

    /// Invokes a function with this much time left.
    pub(crate) async fn invoke(&self, name: &str, event: Value, left: TimeDelta) -> Value {
        let invocation = Invocation::new("test", self.now() + left);
        self.function(name).invoke(event, invocation).await.expect("an answer")
    }

    /// Invokes an HTTP function directly as this person, past the gateway.
    pub(crate) async fn call(
        &self,
        route: &shared::api::routes::Route,
        path: &[(&str, &str)],
        person: &Person,
        body: &Value,
    ) -> Answer {
        let event = http_event(route, path, Some(person), Some(body));
        Answer::of_event(&self.invoke(route.function, event, TimeDelta::seconds(29)).await)
    }

    /// Lets a sync worker take the message about the account's integration, with this much time left.
    pub(crate) async fn work(&self, account: &str, left: TimeDelta) -> Value {
        let message = self.message(account).await;
        self.invoke("sync-worker", sqs_event(&[message]), left).await
    }

    /// The sync message about the account's integration as it is now.
    pub(crate) async fn message(&self, account: &str) -> Value {
        let integration = self.admin(account).get("/integrations/google-calendar").await.ok();
        json!({ "account": account, "provider": GOOGLE, "integration": integration["id"] })
    }

    /// Opens the consent page of an authorization address and decides; the address that the browser is sent to.
    pub(crate) fn consent(&self, authorization_url: &str, consent: &Consent) -> Url {
        let url = Url::parse(authorization_url).expect("an authorization URL");
        self.sandbox().consent(&url, consent).expect("the consent page accepts")
    }

    /// Follows a consent's redirect to the callback; the fragment of the return page as a map.
    pub(crate) async fn follow(&self, redirect: &Url) -> HashMap<String, String> {
        let answer = self.stranger(None).get_url(redirect.clone()).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        let location = Url::parse(answer.header("location")).expect("a location");
        let fragment = location.fragment().unwrap_or_default();
        url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
    }

    /// Connects Google Calendar for an account up to the end of `/oauth/complete`.
    pub(crate) async fn connect(&self, account: &str) -> Answer {
        self.connect_as(account, &Consent::default()).await
    }

    pub(crate) async fn connect_as(&self, account: &str, consent: &Consent) -> Answer {
        let admin = self.admin(account);
        let started = admin.post("/integrations/google-calendar/connect", &json!({})).await.ok();
        let url = started["authorizationUrl"].as_str().expect("a URL");
        let back = self.follow(&self.consent(url, consent)).await;
        admin.post("/oauth/complete", &json!({ "flow": back["flow"], "ticket": back["ticket"] })).await
    }

    /// Connects and waits until the first sync is done. For worlds whose workers run by themselves.
    pub(crate) async fn connected(&self, account: &str) -> Value {
        self.connect(account).await.ok();
        self.settled().await;
        self.admin(account).get("/integrations/google-calendar").await.ok()
    }

    /// What queues have delivered to workers that only the test invokes, in the order of delivery.
    pub(crate) async fn delivered(&self) -> Vec<(String, Value)> {
        self.settled().await;
        std::mem::take(&mut *self.mail.lock().expect("mail"))
    }

    /// Waits until no queue holds work.
    pub(crate) async fn settled(&self) {
        self.stack.drained(Duration::from_secs(60)).await.expect("the work gets done");
    }
}

/// Every function of the repository, with its set-up noted; with `mail`, workers only note what they are sent.
fn watched(
    setups: &Arc<Mutex<HashMap<String, Setup>>>,
    by_hand: Option<(Mail, &'static [&'static str])>,
    adapt: Option<twin::Adapt>,
    overrides: Overrides,
) -> Functions {
    let watch = |(name, build): (String, Builder)| {
        let (setups, key, adapt) = (Arc::clone(setups), name.clone(), adapt.clone());
        let overrides = overrides.clone();
        let mail = by_hand.clone().filter(|(_, also)| WORKERS.iter().chain(*also).any(|worker| *worker == name));
        let mail = mail.map(|(mail, _)| mail);
        let watched: Builder = Arc::new(move |setup: &Setup| {
            let setup = overridden(twin::adapted(setup, adapt.as_ref()), &overrides);
            setups.lock().expect("setups").insert(key.clone(), setup.clone());
            match &mail {
                Some(mail) => Ok(Arc::new(Idle { name: key.clone(), mail: Arc::clone(mail) }) as Arc<dyn Function>),
                None => build(&setup),
            }
        });
        (name, watched)
    };
    local::functions::all().into_iter().map(watch).collect()
}

/// Variables of functions that differ from the template's.
type Overrides = Vec<(&'static str, &'static str)>;

fn overrides(policy: Option<&'static str>, offered: Option<&'static str>) -> Overrides {
    let named = [("FAILURE_POLICY", policy), ("OFFERED_PROVIDERS", offered)];
    named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A function's set-up with other variables.
fn overridden(setup: Setup, overrides: &Overrides) -> Setup {
    let mut vars = setup.vars.map().clone();
    vars.extend(overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Setup { vars: shared::config::Vars::new(vars), ..setup }
}

/// Notes what is used of the template, where the person who runs the tests wants to know.
fn usage() -> Option<local::Usage> {
    let vars = shared::config::Vars::of_process();
    let folder = vars.get("AURA_TEMPLATE_USED")?;
    Some(local::Usage::noted_in(folder.as_ref()).expect("a folder for notes"))
}
