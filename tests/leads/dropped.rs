//! A day on which no webhook arrives: every lead is found, and no budget is used up.

use super::{FACEBOOK, World, people};
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::facebook::{
    Act, BudgetMode, CHLOE, CallKind, Consent, GALLERY, GALLERY_FORM, LeadOrder, SwitchChange, TINY,
};
use serde_json::{Value, json};

/// Calls in a bucket for a busy form.
const BUSY: u64 = 130;
/// Scheduled runs a day at the usual interval.
const QUARTERS: usize = 24 * 4;

impl World {
    /// A day in which the schedule alone works, with something at each full hour.
    async fn a_day(&self, hourly: impl Fn(&Self)) {
        for quarter in 0..QUARTERS {
            if quarter % 4 == 0 {
                hourly(self);
            }
            self.clock.advance(TimeDelta::minutes(15));
            self.schedule("schedule-sync").await;
        }
        self.clock.advance(TimeDelta::minutes(20));
        self.schedule("schedule-sync").await;
    }

    async fn outcomes(&self) -> Vec<Value> {
        let runs = self.admin(DEMO).get(&format!("{FACEBOOK}/runs?limit=100")).await.ok();
        runs["runs"].as_array().expect("runs").iter().map(|run| run["outcome"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_webhook_of_a_day_dropped_each_lead_is_found_within_the_budget() {
    let world = World::of_leads().await;
    world.with_newsletter(DEMO).await;
    let facebook = world.sandbox().facebook();
    // What a busy page has is far more; so many calls are what a day of scheduled runs needs.
    facebook.switch(SwitchChange { budget: Some(BudgetMode::Fixed(BUSY)), ..SwitchChange::default() });
    let before = world.leads(DEMO).await.len();
    world
        .a_day(|world| {
            let order = LeadOrder { lost: true, ..people(10) };
            world.sandbox().facebook().add_leads(&order).expect("leads");
        })
        .await;
    let leads = world.leads(DEMO).await;
    assert_eq!(leads.len(), before + 240);
    assert_eq!(leads.iter().filter(|lead| lead["record"]["via"] == "reconciliation").count(), 240);
    let outcomes = world.outcomes().await;
    assert!(outcomes.len() > QUARTERS / 2 && outcomes.iter().all(|outcome| outcome == "succeeded"), "{outcomes:?}");
    let figures = world.admin(DEMO).get(&format!("{FACEBOOK}/reconciliation")).await.ok();
    assert_eq!((&figures["forms"][0]["missing"], &figures["forms"][0]["waiting"]), (&json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_page_is_read_so_sparingly_that_its_tiny_budget_lasts() {
    let world = World::of_leads().await;
    let act = Act::AssignLeadAccess { page: GALLERY.to_owned(), app: None };
    world.sandbox().facebook().act(act).expect("an act");
    let chloe = Consent { person: Some(CHLOE.to_owned()), pages: Some(vec![GALLERY.to_owned()]), ..Consent::default() };
    world.connect_facebook(DEMO, &chloe).await.ok();
    world.choose_forms(DEMO, &[super::form(GALLERY, GALLERY_FORM)]).await.ok();
    let view = world.admin(DEMO).get(FACEBOOK).await.ok();
    assert_eq!(view["status"], "Active", "{view}");
    // What was there is long ago.
    world.clock.advance(TimeDelta::days(2));
    world.schedule("schedule-sync").await;
    let facebook = world.sandbox().facebook();
    facebook.switch(SwitchChange { budget: Some(BudgetMode::Documented), ..SwitchChange::default() });
    facebook.reset_counters();
    world.a_day(|_| {}).await;
    let asked = facebook.counters().of(CallKind::Leads);
    let view = world.admin(DEMO).get(FACEBOOK).await.ok();
    assert!((20..TINY).contains(&asked), "{asked} readings of a form in a day: {view}");
    assert!(world.outcomes().await.iter().all(|outcome| outcome == "succeeded"));

    // One lead, and it is read with every run again.
    facebook
        .add_leads(&LeadOrder { forms: vec![GALLERY_FORM.into()], lost: true, ..LeadOrder::default() })
        .expect("one");
    for _ in 0..5 {
        world.clock.advance(TimeDelta::minutes(15));
        world.schedule("schedule-sync").await;
    }
    assert!(world.leads(DEMO).await.iter().any(|lead| lead["record"]["via"] == "reconciliation"));
}
