//! EventBridge: `PutEvents` with its positional results, and the buses it puts to. Accepted events are
//! handed to whoever subscribed, which is how the local stack runs its rules.

mod buses;
mod check;
mod put;

use crate::options::{Clock, Options};
use crate::{AwsError, error};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// The latest events that [`Events::events`] remembers.
const REMEMBERED: usize = 10_000;

/// An event that a bus accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What `PutEvents` answered as `EventId`.
    pub id: String,
    /// The bus's name.
    pub bus: String,
    /// Who sent it.
    pub source: String,
    /// What it is.
    pub detail_type: String,
    /// Its content, always a JSON object.
    pub detail: Value,
    /// ARNs that it concerns.
    pub resources: Vec<String>,
    /// The sender's time, or the time of arrival.
    pub time: DateTime<Utc>,
    /// The account that owns the bus.
    pub account: String,
    /// The region of the bus.
    pub region: String,
}

impl Event {
    /// The event as rules match it and targets receive it.
    pub fn envelope(&self) -> Value {
        json!({
            "version": "0",
            "id": self.id,
            "detail-type": self.detail_type,
            "source": self.source,
            "account": self.account,
            "time": self.time.to_rfc3339_opts(SecondsFormat::Secs, true),
            "region": self.region,
            "resources": self.resources,
            "detail": self.detail,
        })
    }
}

/// The buses. Cloning is cheap and gives the same buses.
#[derive(Clone)]
pub struct Events {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    clock: Clock,
    region: String,
    account_id: String,
}

struct State {
    buses: BTreeSet<String>,
    log: VecDeque<Event>,
    subscribers: Vec<mpsc::UnboundedSender<Event>>,
}

impl Events {
    pub(crate) fn new(options: &Options) -> Self {
        let state =
            State { buses: BTreeSet::from(["default".to_owned()]), log: VecDeque::new(), subscribers: Vec::new() };
        let inner = Inner {
            state: Mutex::new(state),
            clock: Arc::clone(&options.clock),
            region: options.region.clone(),
            account_id: options.account_id.clone(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The latest accepted events, oldest first, at most 10,000.
    pub fn events(&self) -> Vec<Event> {
        self.lock().log.iter().cloned().collect()
    }

    /// Every event accepted from now on, in order, none left out.
    pub fn subscribe(&self) -> mpsc::UnboundedReceiver<Event> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.lock().subscribers.push(sender);
        receiver
    }

    /// Makes a bus; one that exists is kept. Buses are not kept on disk: whoever needs them makes them
    /// at every start.
    ///
    /// # Errors
    /// The name is invalid.
    pub fn ensure_bus(&self, name: &str) -> Result<(), AwsError> {
        buses::check_name(name)?;
        self.lock().buses.insert(name.to_owned());
        Ok(())
    }

    pub(crate) fn call(&self, operation: &str, body: Value) -> Result<Value, AwsError> {
        match operation {
            "PutEvents" => put::put_events(self, error::read(body)?),
            "CreateEventBus" => buses::create(self, &error::read(body)?),
            "DescribeEventBus" => buses::describe(self, &error::read(body)?),
            "ListEventBuses" => buses::list(self, &error::read(body)?),
            "DeleteEventBus" => buses::delete(self, &error::read(body)?),
            unknown => Err(AwsError::unknown_operation(unknown)),
        }
    }

    fn accept(&self, event: Event) {
        let mut state = self.lock();
        state.subscribers.retain(|subscriber| subscriber.send(event.clone()).is_ok());
        if state.log.len() == REMEMBERED {
            state.log.pop_front();
        }
        state.log.push_back(event);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No change can be left half done by a panic, so a poisoned lock is as good as any.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bus_arn(&self, name: &str) -> String {
        format!("arn:aws:events:{}:{}:event-bus/{name}", self.inner.region, self.inner.account_id)
    }
}
