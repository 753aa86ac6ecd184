//! The life of integrations in virtual time: what people, the clock, the provider and crashes do to them.

mod account;
mod actions;
mod deletion;
mod disconnect;
mod events;
mod failures;
mod fleet;
mod illness;
mod model;
mod notifications;
mod refresh;
mod repairs;
mod sequences;
mod turning;

use crate::sync::scene::Scene;
use crate::world::{DEMO, GOOGLE};
use sandbox::{Fault, FaultKind, PathKind};
use serde_json::{Value, json};

/// The integration that most tests look at.
const OWN: &str = "/integrations/google-calendar";

impl Scene {
    /// What the account's administrator sees of the integration.
    async fn view_of(&self, account: &str) -> Value {
        self.admin(account).get(OWN).await.ok()
    }

    /// The status of the demo account's integration, with the reason in Error.
    async fn status(&self) -> String {
        let view = self.view().await;
        match view["error"]["reason"].as_str() {
            Some(reason) => format!("Error {reason}"),
            None => view["status"].as_str().expect("a status").to_owned(),
        }
    }

    /// The history of an account's integration in short, oldest first: `member status_changed Active Paused pause`.
    async fn story(&self, account: &str) -> Vec<String> {
        let page = self.admin(account).get(&format!("{OWN}/history?limit=100")).await.ok();
        assert_eq!(page["cursor"], Value::Null, "more than a page");
        let mut lines: Vec<String> = page["lines"].as_array().expect("lines").iter().map(told).collect();
        lines.reverse();
        lines
    }

    /// Everything that reached the bus, of one kind.
    async fn heard(&self, kind: &str) -> Vec<Value> {
        let shown = self.stranger(None).get("/_local/events").await.ok();
        let events = shown["events"].as_array().expect("events");
        events::assert_fit(events);
        events.iter().filter(|event| event["detail-type"] == kind).cloned().collect()
    }

    /// How often a metric was counted in all.
    fn counted(&self, metric: &str) -> f64 {
        let report = self.stack.metrics();
        let metrics = report["metrics"].as_array().expect("metrics").iter();
        metrics.filter(|one| one["name"] == metric).filter_map(|one| one["sum"].as_f64()).sum()
    }

    /// A second passes: what comes now is later, also in the history.
    fn tick(&self) {
        self.clock.advance(chrono::TimeDelta::seconds(1));
    }

    /// From now on the provider fails.
    fn outage(&self) {
        self.sandbox().fault(Fault::always(FaultKind::ServerError));
    }

    /// From now on one kind of request fails.
    fn outage_of(&self, kind: PathKind) {
        self.sandbox().fault(Fault::always(FaultKind::ServerError).on(kind));
    }

    /// The provider works again.
    fn works_again(&self) {
        self.sandbox().reset_switches();
    }

    /// Does something as the demo account's administrator, with a key.
    async fn keyed(&self, method: &str, action: &str, key: &str) -> crate::world::Answer {
        let headers = [("idempotency-key", key)];
        self.admin(DEMO).json(method, &format!("{OWN}{action}"), &json!({}), &headers).await
    }

    /// The raw item of an account's integration.
    async fn raw(&self, account: &str) -> Value {
        let items = self.items_of(&format!("ACCOUNT#{account}")).await;
        let sort = format!("INTEGRATION#{GOOGLE}");
        items.into_iter().find(|item| item["SK"]["S"] == sort.as_str()).expect("an integration")
    }

    /// Names of the grants' secrets; whether each is scheduled for deletion.
    fn grants(&self) -> Vec<(String, bool)> {
        let secrets = self.stack.embedded().expect("the embedded AWS").secrets().clone();
        let grants = secrets.names().into_iter().filter(|name| name.contains("/grants/"));
        grants.map(|name| (name.clone(), secrets.value(&name).is_none())).collect()
    }
}

/// A line of the history in short.
fn told(line: &Value) -> String {
    let event = &line["event"];
    let words = ["type", "from", "to", "reason", "code", "why"].iter().filter_map(|name| event[*name].as_str());
    let numbers = ["failures", "minutes"].iter().filter_map(|name| event[*name].as_u64()).map(|it| it.to_string());
    let actor = line["actor"]["kind"].as_str().expect("an actor").to_owned();
    let words = words.map(str::to_owned).chain(numbers);
    std::iter::once(actor).chain(words).collect::<Vec<_>>().join(" ")
}
