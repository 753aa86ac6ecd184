//! What a template says, as types, with every reference resolved.

use super::pattern::Pattern;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that runs.
#[derive(Debug, Clone, Default)]
pub struct Stack {
    /// The functions, by package name.
    pub functions: BTreeMap<String, FunctionSpec>,
    /// The routes of the HTTP API.
    pub routes: Vec<Route>,
    /// What runs by the clock.
    pub schedules: Vec<Schedule>,
    /// The queues, dead-letter queues included.
    pub queues: Vec<Queue>,
    /// Which function takes from which queue.
    pub sources: Vec<QueueSource>,
    /// What is delivered from a bus.
    pub rules: Vec<Rule>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The buses.
    pub buses: Vec<Bus>,
    /// The secrets.
    pub secrets: Vec<Secret>,
    /// The HTTP API.
    pub api: Option<Api>,
}

/// A function.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// The package, `functions/<package>`.
    pub package: String,
    /// The name that Lambda would show.
    pub name: String,
    /// The longest that one invocation may take.
    pub timeout: Duration,
    /// Memory in MB, which says how much CPU it would get.
    pub memory: u32,
    /// The variables that the template gives it.
    pub environment: BTreeMap<String, String>,
    /// What its role may do.
    pub permissions: Vec<Permission>,
}

/// One statement of a role that allows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// Actions like `dynamodb:GetItem`; `*` stands for any text.
    pub actions: Vec<String>,
    /// ARNs; `*` stands for any text.
    pub resources: Vec<String>,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET`, … or `ANY`.
    pub method: String,
    /// `/integrations/{provider}`, `/assets/{proxy+}`.
    pub path: String,
    /// The package of the function that answers.
    pub function: String,
    /// Who may call it.
    pub auth: RouteAuth,
}

/// Who may call a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteAuth {
    /// Anybody.
    Public,
    /// Whoever has a token with one of these scopes; no scopes = any valid token.
    Jwt {
        /// The scopes.
        scopes: Vec<String>,
    },
}

/// The HTTP API.
#[derive(Debug, Clone, Default)]
pub struct Api {
    /// Who verifies tokens.
    pub authorizer: Option<Authorizer>,
    /// What other origins may do.
    pub cors: Option<Cors>,
}

/// A JWT authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorizer {
    /// The only issuer.
    pub issuer: String,
    /// One of these must be the token's `aud`, or its `client_id` when it has no `aud`.
    pub audience: Vec<String>,
}

/// The CORS configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cors {
    /// Origins, or `*`.
    pub origins: Vec<String>,
    /// Methods, or `*`.
    pub methods: Vec<String>,
    /// Request headers, or `*`.
    pub headers: Vec<String>,
    /// Answer headers that scripts may read.
    pub expose: Vec<String>,
    /// Whether cookies may be sent.
    pub credentials: bool,
    /// Seconds for which a preflight answer holds.
    pub max_age: Option<u32>,
}

/// Something that runs by the clock.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The event's key in the template, another name for it.
    pub event: String,
    /// How far apart.
    pub every: Duration,
    /// The package of the function.
    pub function: String,
    /// What the function gets instead of the usual event.
    pub input: Option<Value>,
    /// Whether it runs by itself.
    pub enabled: bool,
    /// Which service keeps it.
    pub kind: ScheduleKind,
}

/// The service behind a schedule; their events differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleKind {
    /// An EventBridge rule (SAM's `Schedule`).
    Rule,
    /// EventBridge Scheduler (SAM's `ScheduleV2`).
    Scheduler,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its URL.
    pub url: String,
    /// How long a received message stays hidden.
    pub visibility: Duration,
    /// How long a message is kept.
    pub retention: Duration,
    /// How long a new message stays hidden.
    pub delay: Duration,
    /// Where messages go that nobody can handle.
    pub redrive: Option<RedrivePolicy>,
}

/// Where messages go that nobody can handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedrivePolicy {
    /// The dead-letter queue's ARN.
    pub target: String,
    /// After so many receives.
    pub max_receives: u32,
}

/// A function takes from a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSource {
    /// The queue's ARN.
    pub queue: String,
    /// The package of the function.
    pub function: String,
    /// The most messages of one invocation.
    pub batch: u32,
    /// Whether the function may name single failed messages.
    pub partial: bool,
    /// The most invocations at a time.
    pub concurrency: u32,
    /// Whether it takes at all.
    pub enabled: bool,
}

/// A rule of a bus.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The bus's name.
    pub bus: String,
    /// Which events.
    pub pattern: Pattern,
    /// Where to.
    pub targets: Vec<Target>,
    /// Whether it delivers.
    pub enabled: bool,
}

/// Where a rule delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A function, by package.
    Function(String),
    /// A queue, by ARN.
    Queue(String),
}

/// A bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bus {
    /// Its name.
    pub name: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Types of the attributes in keys: name → `S`, `N` or `B`.
    pub attributes: BTreeMap<String, String>,
    /// Its key.
    pub key: Key,
    /// Its secondary indexes.
    pub indexes: Vec<Index>,
    /// The attribute with the time to live.
    pub ttl: Option<String>,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The partition key.
    pub hash: String,
    /// The sort key.
    pub range: Option<String>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: Key,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection: String,
    /// What `INCLUDE` includes.
    pub include: Vec<String>,
}

/// A secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// What is in it at first.
    pub value: SecretValue,
}

/// What a secret holds when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretValue {
    /// Nothing.
    Empty,
    /// A random text, alone or as one member of a JSON object.
    Generated {
        /// Its length in characters.
        length: usize,
        /// The JSON object it is put into, and under which name.
        template: Option<(String, String)>,
        /// Whether punctuation is left out.
        letters_and_digits: bool,
    },
}

/// An event source as the template spells it; made into the lists above.
#[derive(Debug, Clone)]
pub enum Event {
    /// A route.
    Route(Route),
    /// A schedule.
    Schedule(Schedule),
    /// A queue.
    Queue(QueueSource),
    /// A rule of its own.
    Rule(Rule),
}

impl Stack {
    /// The queue with this ARN.
    pub fn queue(&self, arn: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.arn == arn)
    }

    /// The schedule with this name: its own, its event's, or that of the function it starts.
    pub fn schedule(&self, name: &str) -> Option<&Schedule> {
        let by = |same: fn(&Schedule, &str) -> bool| self.schedules.iter().find(|schedule| same(schedule, name));
        by(|schedule, name| schedule.name == name)
            .or_else(|| by(|schedule, name| schedule.event == name))
            .or_else(|| by(|schedule, name| schedule.function == name))
    }

    /// A variable that every function has with the same value, like the prefix of secrets.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.functions.values().find_map(|function| function.environment.get(name)).map(String::as_str)
    }
}
