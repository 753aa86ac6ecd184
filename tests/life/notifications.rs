//! Notifications of the provider: subscriptions made, renewed and ended, and deliveries that are verified, collapsed, or
//! have no effect.

use super::OWN;
use crate::sync::scene::Scene;
use crate::world::{Call, DEMO, Fault, GOOGLE, Plan};
use chrono::TimeDelta;
use sandbox::google::{ADA, ChannelView, GRACE, TEAM_CALENDAR, TOKYO_CALENDAR};
use sandbox::{Consent, Notification, NotificationMode, PathKind, SwitchChange};
use serde_json::json;
use shared::store::Watch;

const ANOTHER: &str = "another";

impl Scene {
    async fn watched() -> Self {
        let scene = Self::of(Plan { events: 20, ..Plan::default() }).await;
        scene.connect(DEMO).await.ok();
        scene.background().await;
        scene
    }

    fn channels(&self) -> Vec<ChannelView> {
        self.sandbox().google().channels()
    }

    /// Delivers what the provider has sent; the answers.
    async fn told(&self) -> Vec<u16> {
        let mut answers = vec![];
        for notification in self.sandbox().google().take_notifications() {
            answers.push(notification.deliver().await.expect("an answer"));
        }
        self.settled().await;
        answers
    }

    /// A delivery with other headers than the provider's.
    async fn forged(&self, like: &Notification, headers: &[(&str, &str)]) -> u16 {
        let answer = Notification::new(&like.address, headers).deliver().await.expect("an answer");
        self.settled().await;
        answer
    }

    async fn is_asked(&self) -> bool {
        self.integration().await.has_request()
    }
}

fn header<'a>(notification: &'a Notification, name: &str) -> &'a str {
    notification.header(name).expect("a header")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_at_the_provider_is_synced_when_it_tells_without_any_schedule() {
    let scene = Scene::watched().await;
    let [channel] = scene.channels().try_into().expect("one channel");
    assert_eq!((channel.calendar.as_str(), channel.account.as_str()), (ADA, ADA));
    assert_eq!(scene.told().await, [200], "the sync message");
    assert!(!scene.is_asked().await, "which says nothing");
    scene.calendar(ADA).change_some(3);
    assert_eq!(scene.told().await, [200]);
    assert!(scene.is_asked().await);
    scene.work_off().await;
    scene.assert_equal(DEMO, ADA).await;
    assert_eq!(scene.runs(DEMO).await.iter().filter(|run| run.trigger == domain::run::Trigger::Webhook).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_one_run_and_what_is_told_during_a_run_is_read_by_another() {
    let scene = Scene::watched().await;
    scene.told().await;
    let before = scene.runs(DEMO).await.len();
    let twice = SwitchChange { notifications: Some(NotificationMode::Duplicate), ..SwitchChange::default() };
    scene.sandbox().switch(twice).expect("a switch");
    for _ in 0..5 {
        scene.calendar(ADA).change_some(1);
    }
    assert_eq!(scene.told().await, [200; 10]);
    scene.work_off().await;
    assert_eq!(scene.runs(DEMO).await.len(), before + 1);
    scene.assert_equal(DEMO, ADA).await;

    scene.calendar(ADA).change_some(1);
    scene.told().await;
    let gate = scene.faults.hold(|call| call.is("events"));
    let meanwhile = async {
        gate.reached().await;
        scene.calendar(ADA).change_some(1);
        assert_eq!(scene.told().await, [200, 200]);
        gate.open();
    };
    tokio::join!(scene.work_off(), meanwhile);
    scene.background().await;
    scene.assert_equal(DEMO, ADA).await;
    assert_eq!(scene.runs(DEMO).await.len(), before + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_foreign_and_incomplete_deliveries_have_no_effect() {
    let scene = Scene::watched().await;
    scene.told().await;
    let consent = Consent { account: Some(GRACE.to_owned()), ..Consent::default() };
    scene.connect_as(ANOTHER, &consent).await.ok();
    scene.background().await;
    let grace = scene.sandbox().google().take_notifications().pop().expect("the sync message");
    scene.calendar(ADA).change_some(1);
    let real = scene.sandbox().google().take_notifications().pop().expect("a notification");
    let (id, token) = (header(&real, "x-goog-channel-id"), header(&real, "x-goog-channel-token"));
    let foreign = header(&grace, "x-goog-channel-token");
    let exists = ("x-goog-resource-state", "exists");
    for (headers, status) in [
        (vec![("x-goog-channel-id", id), ("x-goog-channel-token", "guess"), exists], 401),
        (vec![("x-goog-channel-id", id), ("x-goog-channel-token", foreign), exists], 401),
        (vec![("x-goog-channel-id", id), exists], 401),
        (vec![("x-goog-channel-token", token), exists], 401),
        (vec![("x-goog-channel-id", "no-such-channel"), ("x-goog-channel-token", token), exists], 200),
        (vec![("x-goog-channel-id", id), ("x-goog-channel-token", token)], 401),
        (vec![], 401),
    ] {
        assert_eq!(scene.forged(&real, &headers).await, status, "{headers:?}");
        assert!(!scene.is_asked().await, "{headers:?}");
    }
    assert_eq!(real.deliver().await.expect("an answer"), 200);
    scene.settled().await;
    assert!(scene.is_asked().await, "the real one");
    assert!(!scene.integration_of(ANOTHER).await.has_request());
    let everything = format!("{:?} {:?}", scene.items().await, scene.lines.all());
    assert!(!everything.contains(token), "the token is kept as its hash");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_answered_well_only_when_the_queue_has_it() {
    let scene = Scene::watched().await;
    scene.told().await;
    scene.calendar(ADA).change_some(1);
    let real = scene.sandbox().google().take_notifications().pop().expect("a notification");
    let sends = |call: &Call| call.caller == "WEBHOOK" && call.is("SendMessage");
    scene.faults.always(sends, Fault::Refuse(403, "AccessDenied"));
    assert_eq!(real.deliver().await.expect("an answer"), 503);
    scene.faults.clear();
    assert_eq!(real.deliver().await.expect("an answer"), 200, "the provider's repetition");
    scene.settled().await;
    assert!(scene.is_asked().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_renewed_with_overlap_before_it_ends() {
    let scene = Scene::watched().await;
    let [first] = scene.channels().try_into().expect("one channel");
    scene.told().await;
    scene.live(TimeDelta::days(5)).await;
    assert_eq!(scene.channels()[0].id, first.id, "not before three quarters are over");
    scene.live(TimeDelta::days(1)).await;
    let [second] = scene.channels().try_into().expect("one channel");
    assert!(second.id != first.id && second.expiration > first.expiration);
    // What the former one still tells finds nobody.
    scene.told().await;
    scene.calendar(ADA).change_some(1);
    assert_eq!(scene.told().await, [200]);
    assert!(scene.is_asked().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_while_paused_and_everything_ends_with_the_grant() {
    let scene = Scene::watched().await;
    scene.told().await;
    scene.act(DEMO, "pause").await;
    scene.background().await;
    assert_eq!((scene.channels().len(), scene.integration().await.watches), (0, vec![]));
    scene.act(DEMO, "resume").await;
    scene.background().await;
    assert_eq!(scene.channels().len(), 1);

    scene.act(DEMO, "disconnect").await;
    scene.live(TimeDelta::minutes(5)).await;
    assert_eq!((scene.requests(PathKind::Stop), scene.channels().len()), (2, 0));
    assert_eq!(scene.requests(PathKind::Revoke), 1);
    scene.connect(DEMO).await.ok();
    scene.background().await;
    assert_eq!(scene.channels().len(), 1);
    scene.delete(DEMO).await;
    scene.live(TimeDelta::minutes(5)).await;
    assert_eq!((scene.requests(PathKind::Stop), scene.channels().len()), (3, 0));
    assert!(!format!("{:?}", scene.items().await).contains("#channel#"), "no route is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_whose_message_is_lost_is_mended_and_what_is_told_meanwhile_starts_nothing() {
    let scene = Scene::watched().await;
    scene.told().await;
    scene.act(DEMO, "pause").await;
    drop(scene.delivered().await);
    scene.calendar(ADA).change_some(1);
    assert_eq!(scene.told().await, [200]);
    assert!(!scene.is_asked().await);
    // Each integration is looked at about once a day.
    scene.live(TimeDelta::hours(49)).await;
    assert_eq!(scene.channels().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_subscribed_to_before_it_was_interrupted_is_ended() {
    let scene = Scene::of(Plan { events: 20, ..Plan::default() }).await;
    scene.connect(DEMO).await.ok();
    let gate = scene.faults.hold(|call| call.is_of_provider() && call.is("events"));
    let meanwhile = async {
        gate.reached().await;
        assert_eq!(scene.channels().len(), 1);
        scene.act(DEMO, "pause").await;
        gate.open();
    };
    tokio::join!(scene.work_off(), meanwhile);
    scene.background().await;
    assert_eq!((scene.channels().len(), scene.integration().await.watches), (0, vec![]));
    assert!(!format!("{:?}", scene.items().await).contains("#channel#"), "no route is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_calendars_are_watched_and_one_that_cannot_be_is_polled() {
    let scene = Scene::watched().await;
    scene.choose(&[ADA, TEAM_CALENDAR, TOKYO_CALENDAR]).await;
    scene.background().await;
    let calendars = |scene: &Scene| {
        let mut calendars: Vec<_> = scene.channels().into_iter().map(|channel| channel.calendar).collect();
        calendars.sort();
        calendars
    };
    assert_eq!(calendars(&scene), [ADA, TEAM_CALENDAR]);
    assert_eq!(scene.status().await, "Active");
    let asked = scene.requests(PathKind::Watch);
    scene.live(TimeDelta::hours(6)).await;
    assert_eq!(scene.requests(PathKind::Watch), asked, "nobody insists");
    let polled = |watch: &Watch| watch.resource.as_str() == TOKYO_CALENDAR && watch.channel.is_none();
    assert!(scene.integration().await.watches.iter().any(polled));

    scene.choose(&[TEAM_CALENDAR]).await;
    scene.background().await;
    assert_eq!(calendars(&scene), [TEAM_CALENDAR]);
    scene.told().await;
    scene.calendar(ADA).change_some(1);
    assert_eq!(scene.told().await, Vec::<u16>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_makes_no_channel_is_polled_and_asked_again() {
    let scene = Scene::of(Plan { events: 20, ..Plan::default() }).await;
    scene.outage_of(PathKind::Watch);
    scene.connect(DEMO).await.ok();
    scene.background().await;
    assert_eq!((scene.status().await.as_str(), scene.channels().len()), ("Active", 0));
    scene.assert_equal(DEMO, ADA).await;
    scene.works_again();
    scene.live(TimeDelta::hours(2)).await;
    assert_eq!(scene.channels().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_tells_nothing_any_more_is_noticed_by_what_the_schedule_finds_and_made_anew_once() {
    let scene = Scene::watched().await;
    let [first] = scene.channels().try_into().expect("one channel");
    scene.told().await;
    let silent = |mode| SwitchChange { notifications: Some(mode), ..SwitchChange::default() };
    scene.sandbox().switch(silent(NotificationMode::Drop)).expect("a switch");
    let lost = async || scene.heard("integration.webhook_lost").await.len();
    for round in 0..6 {
        scene.clock.advance(TimeDelta::minutes(1));
        let day = json!({ "date": "2026-04-02" });
        let event = json!({ "summary": format!("Round {round}"), "start": day, "end": { "date": "2026-04-03" } });
        scene.calendar(ADA).insert(event).expect("an event");
        scene.clock.advance(TimeDelta::minutes(4));
        scene.live(TimeDelta::minutes(20)).await;
        if round == 0 {
            assert_eq!((lost().await, &scene.channels()[0].id), (0, &first.id), "once may be the provider's delay");
        }
    }
    let [second] = scene.channels().try_into().expect("one channel");
    assert_eq!((lost().await, second.id != first.id), (1, true));
    scene.assert_equal(DEMO, ADA).await;
    assert!(scene.story(DEMO).await.contains(&"provider notifications_lost".to_owned()));

    // The new channel tells.
    scene.sandbox().switch(silent(NotificationMode::Deliver)).expect("a switch");
    let event = json!({ "summary": "Told", "start": { "date": "2026-04-02" }, "end": { "date": "2026-04-03" } });
    scene.calendar(ADA).insert(event).expect("an event");
    assert_eq!(scene.told().await, [200]);
    scene.work_off().await;
    assert_eq!(scene.integration().await.watches[0].unheard, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_for_a_provider_that_does_not_tell_is_not_found() {
    let scene = Scene::watched().await;
    let body = json!({});
    let client = scene.admin(DEMO);
    assert_eq!(client.post("/webhooks/nobody", &body).await.status, 404);
    assert_eq!(client.post(&format!("/webhooks/{GOOGLE}"), &body).await.status, 401);
    assert_eq!(client.get(&format!("{OWN}/events/writes")).await.status, 200);
}
