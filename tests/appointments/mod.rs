//! Appointments of Aura on their way into Google's calendar, with the sandbox's own state as the oracle.

mod background;
mod basics;
mod book;
mod conflicts;
mod dice;
mod echo;
mod faults;
mod occurrences;
mod oracle;
mod persons;
mod races;
mod steps;
mod subject;
mod telling;
mod verdict;
mod waits;

use crate::openapi::schema::Document;
use crate::sync::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::world::{Answer, DEMO, sqs_event};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use domain::ids::{AppointmentId, ExternalId, ResourceId};
use domain::record::{CalendarEvent, Record};
use sandbox::google::ADA;
use serde_json::{Value, json};
use shared::store::{AppointmentWrite, WriteState};

/// The integration's appointments.
const EVENTS: &str = "/integrations/google-calendar/events";
/// Most rounds of the background until nothing is under way.
const MOST_ROUNDS: usize = 12;

/// The demo account's integration, synced once, with nothing on its way.
async fn office(events: usize) -> Scene {
    let scene = Scene::synced(events).await;
    scene.lose_messages().await;
    scene
}

/// An instant as the API has it, thought of in Berlin.
fn at(instant: &str) -> Value {
    json!({ "kind": "instant", "at": instant, "timeZone": "Europe/Berlin" })
}

/// A day as the API has it.
fn day(date: &str) -> Value {
    json!({ "kind": "date", "date": date })
}

/// An appointment of an hour on the second of April that begins at this full hour of UTC.
fn visit(title: &str, hour: u32) -> Value {
    let (start, end) = (format!("2026-04-02T{hour:02}:00:00Z"), format!("2026-04-02T{:02}:00:00Z", hour + 1));
    json!({ "title": title, "start": at(&start), "end": at(&end) })
}

/// The same in Google's words.
fn google_time(hour: u32) -> Value {
    let time = |hour: u32| json!({ "dateTime": format!("2026-04-02T{hour:02}:00:00Z"), "timeZone": "Europe/Berlin" });
    json!({ "start": time(hour), "end": time(hour + 1) })
}

/// With these fields instead.
fn with(mut body: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().expect("fields") {
        body[name] = value.clone();
    }
    body
}

impl Scene {
    /// Puts an appointment as the account's administrator.
    async fn put(&self, id: &str, body: &Value) -> Answer {
        self.admin(DEMO).json("PUT", &format!("{EVENTS}/{id}"), body, &[]).await
    }

    /// Cancels one.
    async fn cancel(&self, id: &str) -> Answer {
        self.admin(DEMO).raw("DELETE", &format!("{EVENTS}/{id}"), "", &[]).await
    }

    /// The rest of Aura says that an appointment changed, over the bus.
    async fn announce(&self, id: &str, version: u64, content: Option<&Value>) {
        let mut detail = json!({ "account": DEMO, "appointment": id, "version": version });
        if let Some(content) = content {
            detail["content"] = content.clone();
        }
        let path = format!("{}/../docs/events/appointment.changed.json", env!("CARGO_MANIFEST_DIR"));
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
        assert_eq!(Document(schema).wrong_for_all(&detail), Vec::<String>::new(), "{detail}");
        let setup = self.setup_of_owner("relay");
        let clients = shared::clients::Clients::new(&setup).expect("clients");
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(setup.vars.required("BUS_NAME").expect("a bus"))
            .source("aura.calendar")
            .detail_type("appointment.changed")
            .detail(detail.to_string())
            .build();
        let put = clients.events().put_events().entries(entry).send().await.expect("the bus");
        assert_eq!(put.failed_entry_count(), 0);
        self.settled().await;
    }

    /// Lets workers take every message that is there; their outcomes.
    async fn carry(&self) -> Vec<String> {
        let before = self.lines.outcomes("sync-worker").len();
        loop {
            let delivered = self.collected().await;
            if delivered.is_empty() {
                return self.lines.outcomes("sync-worker").split_off(before);
            }
            for (function, event) in delivered {
                assert_eq!(self.invoke(&function, event, WHOLE).await["batchItemFailures"], json!([]));
            }
        }
    }

    /// Loses the messages that are there: whoever should have had them is gone.
    async fn lose_messages(&self) {
        self.collected().await;
    }

    /// Puts an appointment, and a worker carries it out.
    async fn write(&self, id: &str, body: &Value) -> AppointmentWrite {
        assert_eq!(self.put(id, body).await.status, 202);
        self.carry().await;
        self.item(id).await
    }

    /// A worker takes the messages and dies at its first call to the provider, after it had its effect.
    async fn carry_and_die_after_the_provider(&self) {
        self.faults.next(|call| call.is_of_provider(), crate::world::Fault::DieAfter);
        assert_eq!(self.faults.until_death(self.carry()).await, None, "the worker dies");
        self.faults.clear();
    }

    /// The background runs until no appointment is under way.
    async fn rest(&self) {
        for _ in 0..MOST_ROUNDS {
            self.schedule("relay").await;
            self.plan_syncs().await;
            self.carry().await;
            if self.pending().await == 0 {
                return;
            }
            self.later(BEYOND_THE_LEASE);
        }
        panic!("still under way after {MOST_ROUNDS} rounds");
    }

    async fn schedule(&self, function: &str) {
        let stack = self.stack.stack();
        let schedule = stack.schedules.iter().find(|one| one.name.ends_with(function)).expect("the schedule");
        self.stack.fire(&schedule.name).await.expect("an answer");
    }

    async fn pending(&self) -> usize {
        let id = self.integration().await.id;
        let page = self.store.appointments(id, 500, None).await.expect("the table");
        page.items.iter().filter(|item| item.state == WriteState::Pending).count()
    }

    /// A sync when it is due.
    async fn pull(&self) {
        assert_eq!(self.next_run_alone().await, "succeeded");
    }

    /// The item of an appointment.
    async fn item(&self, id: &str) -> AppointmentWrite {
        let id = AppointmentId::parse(id).expect("an id");
        let integration = self.integration().await.id;
        self.store.appointment(integration, &id).await.expect("the table").expect("an item")
    }

    /// State, and the code of a failure.
    async fn standing(&self, id: &str) -> (WriteState, Option<String>) {
        let item = self.item(id).await;
        (item.state, item.failure)
    }

    /// What `GET …/events/writes` shows of an appointment.
    async fn write_view(&self, id: &str) -> Option<Value> {
        let shown = self.viewer(DEMO).get(&format!("{EVENTS}/writes?limit=100")).await.ok();
        shown["writes"].as_array().expect("writes").iter().find(|one| one["appointment"] == id).cloned()
    }

    /// Every event in one of Ada's calendars that says it is of this appointment.
    fn marked(&self, calendar: &str, id: &str) -> Vec<Value> {
        let events = self.calendar(calendar).events().into_iter();
        events.filter(|event| event["extendedProperties"]["private"]["auraAppointment"] == id).collect()
    }

    /// The one event of an appointment in Ada's own calendar.
    fn only(&self, id: &str) -> Value {
        let mut marked = self.marked(ADA, id);
        assert_eq!(marked.len(), 1, "{marked:?}");
        marked.remove(0)
    }

    /// The id of that event.
    fn event_of(&self, id: &str) -> String {
        self.only(id)["id"].as_str().expect("an id").to_owned()
    }

    /// A person changes the appointment's event in Google.
    fn person(&self, id: &str, patch: Value) {
        self.calendar(ADA).update(&self.event_of(id), patch).expect("a change");
    }

    /// A person deletes it.
    fn person_deletes(&self, id: &str) {
        self.calendar(ADA).delete(&self.event_of(id)).expect("a deletion");
    }

    /// The record of an event of Ada's own calendar; `None` when it is gone.
    async fn event_record(&self, event: &str) -> Option<CalendarEvent> {
        let integration = self.integration().await;
        let (resource, id) = (ResourceId::parse(ADA).expect("an id"), ExternalId::parse(event).expect("an id"));
        let stored = self.store.record(&integration, &resource, &id).await.expect("the table")?;
        match stored.record().expect("a record") {
            Some(Record::CalendarEvent(event)) => Some(event),
            _ => None,
        }
    }

    /// The details of the events of one kind that reached the bus, of any account.
    async fn bus(&self, kind: &str) -> Vec<Value> {
        self.settled().await;
        let shown = self.stranger(None).get("/_local/events").await.ok();
        let events = shown["events"].as_array().expect("events").iter();
        events.filter(|event| event["detail-type"] == kind).map(|event| event["detail"].clone()).collect()
    }

    /// How often an event was told of as changed by the provider's side.
    async fn told_of(&self, event: &str) -> Vec<String> {
        let all = self.bus("records.changed").await;
        let changes = all.iter().flat_map(|detail| detail["changes"].as_array().expect("changes"));
        let of_it = changes.filter(|change| change["id"] == event);
        of_it.map(|change| change["change"].as_str().expect("a change").to_owned()).collect()
    }

    /// Lines of the integration's history of one type, newest first.
    async fn lines_of(&self, kind: &str) -> Vec<Value> {
        let page = self.admin(DEMO).get("/integrations/google-calendar/history?limit=100").await.ok();
        let lines = page["lines"].as_array().expect("lines").iter().map(|line| line["event"].clone());
        lines.filter(|event| event["type"] == kind).collect()
    }

    /// The message about an appointment, as the queue carries it.
    async fn message_of(&self, id: &str) -> Value {
        let item = self.item(id).await;
        sqs_event(&[json!({ "account": DEMO, "write": item.name() })])
    }
}
