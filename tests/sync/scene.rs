//! A world whose only worker is the test, with a plane of faults before everything that a function calls.

use crate::world::{Call, DEMO, Fault, Faults, GOOGLE, Plan, World};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use domain::ids::{AccountId, ProviderSlug, ResourceId};
use sandbox::google::{ADA, CalendarHandle, GRACE};
use sandbox::{Counters, PathKind, SwitchChange};
use serde_json::{Value, json};
use shared::store::{Credential, Integration, Resource, Run, Store, StoredRecord};
use std::ops::Deref;

/// As much time as Lambda gives the sync worker.
pub(crate) const WHOLE: TimeDelta = TimeDelta::seconds(120);
/// Beyond the lease of a worker that had [`WHOLE`], and beyond a token lease.
pub(crate) const BEYOND_THE_LEASE: TimeDelta = TimeDelta::seconds(136);

/// The world, its plane, and a store that the plane does not count.
pub(crate) struct Scene {
    world: World,
    pub(crate) faults: Faults,
    pub(crate) store: Store,
}

impl Deref for Scene {
    type Target = World;
    fn deref(&self) -> &World {
        &self.world
    }
}

impl Scene {
    /// A world with about so many events, 45 of 100 in Ada's own calendar.
    pub(crate) async fn with(events: usize) -> Self {
        Self::of(Plan { events, ..Plan::default() }).await
    }

    /// A world of this plan, whose only worker is the test.
    pub(crate) async fn of(plan: Plan) -> Self {
        let faults = Faults::default();
        let world = World::of(Plan { by_hand: true, wires: faults.wires(), ..plan }).await;
        let store = world.store("runs");
        Self { world, faults, store }
    }

    /// The same, connected and synced once.
    pub(crate) async fn synced(events: usize) -> Self {
        Self::with(events).await.then_synced().await
    }

    /// The same, connected and synced once.
    pub(crate) async fn then_synced(self) -> Self {
        let scene = self;
        scene.connect(DEMO).await.ok();
        assert_eq!(scene.run().await, "succeeded");
        scene.faults.forget();
        scene.sandbox().reset_counters();
        scene
    }

    /// One of Ada's calendars, or of Grace's.
    pub(crate) fn calendar(&self, id: &str) -> CalendarHandle {
        let google = self.sandbox().google();
        google.calendar(ADA, id).or_else(|_| google.calendar(GRACE, id)).expect("a calendar")
    }

    /// No page of the sandbox is longer than this.
    pub(crate) fn page_size(&self, size: usize) {
        self.sandbox().switch(SwitchChange { page_size: Some(size), ..SwitchChange::default() }).expect("a switch");
    }

    /// What reached the sandbox.
    pub(crate) fn requests(&self, kind: PathKind) -> u64 {
        let counters: Counters = self.sandbox().counters();
        counters.of(kind)
    }

    /// One invocation of a sync worker with all its time; its outcome as its log line names it.
    pub(crate) async fn run(&self) -> String {
        self.run_of(DEMO).await
    }

    pub(crate) async fn run_of(&self, account: &str) -> String {
        let answer = self.work(account, WHOLE).await;
        assert_eq!(answer["batchItemFailures"], json!([]), "the message is acknowledged");
        self.lines.outcomes("sync-worker").pop().expect("a line")
    }

    /// A run by the schedule: when the integration is due, the planner sends, and a worker works.
    pub(crate) async fn next_run(&self) -> String {
        self.until_due(DEMO).await;
        assert_eq!(self.plan_syncs().await["sent"], 1);
        self.run().await
    }

    /// The same in a world with other accounts, whose syncs may be due at the same time.
    pub(crate) async fn next_run_alone(&self) -> String {
        self.until_due(DEMO).await;
        self.run().await
    }

    /// Moves the time to when the integration is due.
    pub(crate) async fn until_due(&self, account: &str) {
        let due = self.integration_of(account).await.due_at.expect("a due entry");
        self.clock.advance((due - self.now()).max(TimeDelta::zero()));
    }

    /// Fires the schedule that sends what is due.
    pub(crate) async fn plan_syncs(&self) -> Value {
        let stack = self.stack.stack();
        let schedule = stack.schedules.iter().find(|one| one.name.ends_with("schedule-sync")).expect("the schedule");
        self.stack.fire(&schedule.name).await.expect("a plan")
    }

    /// Lets a worker that dies at a call be followed by others until its run has ended.
    pub(crate) async fn finish(&self, account: &str) {
        for _ in 0..40 {
            if self.integration_of(account).await.run.is_none() {
                return;
            }
            self.until_due(account).await;
            assert_ne!(self.plan_syncs().await["sent"], 0, "a run without a worker is sent again");
            self.run_of(account).await;
        }
        panic!("the run never ends");
    }

    /// A worker that dies at its call number `call`; whether it lived that long.
    pub(crate) async fn die_at(&self, account: &str, call: usize) -> bool {
        let message = self.message(account).await;
        self.faults.nth(call, Call::of_worker, Fault::DieBefore);
        let event = crate::world::sqs_event(&[message]);
        let died = self.faults.until_death(self.invoke("sync-worker", event, WHOLE)).await.is_none();
        self.faults.clear();
        died
    }

    pub(crate) async fn integration(&self) -> Integration {
        self.integration_of(DEMO).await
    }

    pub(crate) async fn integration_of(&self, account: &str) -> Integration {
        self.found(account).await.expect("an integration")
    }

    pub(crate) async fn found(&self, account: &str) -> Option<Integration> {
        let account = AccountId::parse(account).expect("an account");
        self.store.integration(&account, &ProviderSlug::parse(GOOGLE).expect("a slug")).await.expect("the table")
    }

    pub(crate) async fn credential(&self) -> Credential {
        let id = self.integration().await.id;
        self.store.credential(id).await.expect("the table").expect("a credential")
    }

    /// The runs, newest first.
    pub(crate) async fn runs(&self, account: &str) -> Vec<Run> {
        let id = self.integration_of(account).await.id;
        self.store.runs(id, 100, None).await.expect("the table").items
    }

    /// Every stored record of a calendar, tombstones included.
    pub(crate) async fn records(&self, account: &str, calendar: &str) -> Vec<StoredRecord> {
        let dataset = self.integration_of(account).await.dataset;
        let resource = ResourceId::parse(calendar).expect("a calendar");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.records_of(dataset, &resource, 500, after).await.expect("the table");
            found.extend(page.items);
            match page.next {
                Some(next) => after = Some(next),
                None => return found,
            }
        }
    }

    /// What is kept of a calendar besides its records.
    pub(crate) async fn resource(&self, account: &str, calendar: &str) -> Option<Resource> {
        let id = self.integration_of(account).await.id;
        let resources = self.store.resources(id).await.expect("the table");
        resources.into_iter().find(|resource| resource.resource.as_str() == calendar)
    }

    /// Chooses calendars, over HTTP.
    pub(crate) async fn choose(&self, calendars: &[&str]) -> Value {
        let path = "/integrations/google-calendar/settings";
        self.admin(DEMO).patch(path, &json!({ "resources": calendars })).await.ok()
    }

    /// Ends an open run, or begins the one that is due.
    pub(crate) async fn finish_or_begin(&self) {
        if self.integration().await.run.is_none() && self.integration().await.due_at.is_some_and(|at| at <= self.now())
        {
            self.run().await;
        }
        self.finish(DEMO).await;
    }

    /// Writes an attribute of an item, past every rule.
    pub(crate) async fn set(&self, item: &Value, attribute: &str, value: AttributeValue) {
        let setup = self.setup("oauth-complete");
        let clients = shared::clients::Clients::new(&setup).expect("clients");
        let key = |name: &str| AttributeValue::S(item[name]["S"].as_str().expect("a key").to_owned());
        let update = clients.dynamodb().update_item().key("PK", key("PK")).key("SK", key("SK"));
        let update = update.table_name(setup.vars.required("TABLE_NAME").expect("a name"));
        let update = update.update_expression("SET #name = :value").expression_attribute_names("#name", attribute);
        update.expression_attribute_values(":value", value).send().await.expect("the table");
    }

    /// The integration as a person sees it.
    pub(crate) async fn view(&self) -> Value {
        self.admin(DEMO).get("/integrations/google-calendar").await.ok()
    }
}
