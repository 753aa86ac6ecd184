//! Listings: full, incremental, and what ends them.

use std::collections::BTreeMap;

use crate::support::{World, encoded, text};
use chrono::Duration;
use sandbox::{
    Fault, FaultKind, PathKind, SwitchChange,
    google::{ADA, ROOM_CALENDAR, TEAM_CALENDAR, TOKYO_CALENDAR},
};
use serde_json::{Value, json};

/// A client's copy: what it has after applying listings in order.
fn apply(copy: &mut BTreeMap<String, Value>, events: Vec<Value>) {
    for event in events {
        let id = text(&event, "id").to_owned();
        match event["status"] == "cancelled" && event.get("recurringEventId").is_none() {
            true => copy.remove(&id),
            false => copy.insert(id, event),
        };
    }
}

fn by_id(events: Vec<Value>) -> BTreeMap<String, Value> {
    events.into_iter().map(|event| (text(&event, "id").to_owned(), event)).collect()
}

fn state(world: &World, calendar: &str) -> BTreeMap<String, Value> {
    by_id(world.sandbox.google().events(ADA, calendar).unwrap())
}

#[tokio::test]
async fn a_full_listing_by_pages_equals_the_state_of_every_calendar() {
    let world = World::new().await;
    let token = world.access_token().await;
    let mut shown = 0;
    for calendar in world.sandbox.google().calendars(ADA).unwrap() {
        let (events, sync_token) = world.all_events(&token, &calendar, &[("maxResults", "7")]).await;
        shown += events.len();
        assert_eq!(by_id(events), state(&world, &calendar));
        assert!(sync_token.is_some());
    }
    let grace = world.sandbox.google().events("grace@example.com", "primary").unwrap().len();
    assert_eq!(shown + grace, 400, "as many events as were ordered");
}

#[tokio::test]
async fn an_incremental_listing_gives_exactly_the_changes() {
    let world = World::new().await;
    let token = world.access_token().await;
    let (events, sync_token) = world.all_events(&token, ADA, &[("maxResults", "2500")]).await;
    let mut copy = by_id(events);
    let mut changed = world.sandbox.google().change_some(ADA, "primary", 25).unwrap();

    let query = [("maxResults", "4"), ("syncToken", sync_token.as_deref().unwrap())];
    let (events, next) = world.all_events(&token, ADA, &query).await;
    let mut told: Vec<String> = events.iter().map(|event| text(event, "id").to_owned()).collect();
    told.sort();
    changed.sort();
    assert_eq!(told, changed);
    assert_eq!(told.len(), 25);
    apply(&mut copy, events);
    assert_eq!(copy, state(&world, ADA));

    let (nothing, _) = world.all_events(&token, ADA, &[("syncToken", next.as_deref().unwrap())]).await;
    assert_eq!(nothing, Vec::<Value>::new());
}

#[tokio::test]
async fn changes_between_two_pages_are_not_lost() {
    let world = World::new().await;
    let token = world.access_token().await;
    let calendar = world.sandbox.google().calendar(ADA, "primary").unwrap();
    let mut copy = BTreeMap::new();
    let (mut page_token, mut sync_token) = (None::<String>, None::<String>);
    for round in 0..60 {
        let mut query = vec![("maxResults", "9")];
        query.extend(page_token.as_deref().map(|token| ("pageToken", token)));
        query.extend(sync_token.as_deref().map(|token| ("syncToken", token)));
        let answer = world.events(&token, ADA, &query).await.json();
        apply(&mut copy, answer["items"].as_array().unwrap().clone());
        page_token = answer["nextPageToken"].as_str().map(str::to_owned);
        sync_token = answer["nextSyncToken"].as_str().map(str::to_owned).or(sync_token);
        if round < 30 {
            calendar.change_some(3);
        } else if page_token.is_none() && answer["items"] == json!([]) {
            assert_eq!(copy, state(&world, ADA));
            return;
        }
    }
    panic!("the listing does not come to an end");
}

#[tokio::test]
async fn a_deleted_series_takes_its_exceptions_along() {
    let world = World::new().await;
    let token = world.access_token().await;
    let calendar = world.sandbox.google().calendar(ADA, "primary").unwrap();
    let time = |hour| json!({ "dateTime": format!("2026-11-23T{hour}:00:00+01:00"), "timeZone": "Europe/Berlin" });
    let series = json!({ "id": "series1", "start": time("09"), "end": time("10"), "recurrence": ["RRULE:FREQ=DAILY"] });
    calendar.insert(series).unwrap();
    calendar.delete("series1_20261124T080000Z").unwrap();
    calendar.update("series1_20261125T080000Z", json!({ "summary": "renamed" })).unwrap();
    let (events, sync_token) = world.all_events(&token, ADA, &[]).await;
    let mut copy = by_id(events);
    let cancelled = &copy["series1_20261124T080000Z"];
    let original = json!({ "dateTime": "2026-11-24T09:00:00+01:00", "timeZone": "Europe/Berlin" });
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["originalStartTime"], original);
    assert_eq!(copy["series1_20261125T080000Z"]["recurringEventId"], "series1");

    calendar.delete("series1").unwrap();
    let (events, _) = world.all_events(&token, ADA, &[("syncToken", &sync_token.unwrap())]).await;
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event.as_object().unwrap().keys().eq(["kind", "id", "status"])));
    apply(&mut copy, events);
    assert_eq!(copy, state(&world, ADA));
}

#[tokio::test]
async fn expired_sync_tokens_are_410_at_any_page() {
    let world = World::with(|options| options.sync_token_age = Some(Duration::days(7))).await;
    let token = world.access_token().await;
    let fresh = async || world.all_events(&token, ADA, &[]).await.1.unwrap();

    let sync_token = fresh().await;
    world.sandbox.google().change_some(ADA, "primary", 10).unwrap();
    let query = [("maxResults", "3"), ("syncToken", &sync_token)];
    let page_token = text(&world.events(&token, ADA, &query).await.json(), "nextPageToken").to_owned();
    world.sandbox.switch(SwitchChange { expire_sync_tokens: true, ..SwitchChange::default() }).unwrap();
    let answer = world.events(&token, ADA, &[&query[..], &[("pageToken", &page_token)]].concat()).await;
    assert_eq!((answer.status, answer.reason().as_str()), (410, "fullSyncRequired"));

    let sync_token = fresh().await;
    world.advance(Duration::days(8));
    let token = world.access_token().await;
    assert_eq!(world.events(&token, ADA, &[("syncToken", &sync_token)]).await.status, 410);

    let sync_token = world.all_events(&token, ADA, &[]).await.1.unwrap();
    world.sandbox.fault(Fault::always(FaultKind::SyncTokenExpired).on(PathKind::Events).after(1).times(1));
    let statuses = [
        world.events(&token, ADA, &[("syncToken", &sync_token)]).await.status,
        world.events(&token, ADA, &[("syncToken", &sync_token)]).await.status,
        world.events(&token, ADA, &[("syncToken", &sync_token)]).await.status,
    ];
    assert_eq!(statuses, [200, 410, 200]);
}

#[tokio::test]
async fn the_eight_parameters_are_refused_with_a_sync_token() {
    let world = World::new().await;
    let token = world.access_token().await;
    let sync_token = world.all_events(&token, ADA, &[("timeMin", "2026-11-01T00:00:00Z")]).await.1.unwrap();
    let time = "2026-11-01T00:00:00Z";
    let forbidden = [
        ("iCalUID", "a"),
        ("orderBy", "updated"),
        ("privateExtendedProperty", "a=b"),
        ("sharedExtendedProperty", "a=b"),
        ("q", "a"),
        ("timeMin", time),
        ("timeMax", time),
        ("updatedMin", time),
        ("showDeleted", "false"),
        ("eventTypes", "default"),
    ];
    for parameter in forbidden {
        let answer = world.events(&token, ADA, &[("syncToken", &sync_token), parameter]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "invalid"), "{parameter:?}");
    }
    let allowed = [("syncToken", sync_token.as_str()), ("singleEvents", "false"), ("maxResults", "10")];
    assert_eq!(world.events(&token, ADA, &allowed).await.status, 200);
}

#[tokio::test]
async fn an_order_suppresses_the_sync_token_and_a_window_does_not() {
    let world = World::new().await;
    let token = world.access_token().await;
    assert_eq!(world.all_events(&token, ADA, &[("orderBy", "updated"), ("maxResults", "20")]).await.1, None);
    let (events, sync_token) = world.all_events(&token, ADA, &[("timeMin", "2026-11-22T00:00:00Z")]).await;
    assert!(sync_token.is_some());
    assert!(events.len() < state(&world, ADA).len());
    let over = |event: &Value| event["end"]["dateTime"].as_str().is_some_and(|end| end < "2026-11-20");
    assert!(!events.iter().any(|event| event.get("recurrence").is_none() && over(event)));
}

#[tokio::test]
async fn a_page_token_is_good_only_for_its_own_query() {
    let world = World::new().await;
    let token = world.access_token().await;
    let answer = world.events(&token, ADA, &[("maxResults", "5")]).await.json();
    let page_token = text(&answer, "nextPageToken");
    for (calendar, query) in [
        (ADA, vec![("pageToken", "nonsense")]),
        (ADA, vec![("pageToken", page_token), ("q", "a")]),
        (TEAM_CALENDAR, vec![("pageToken", page_token)]),
    ] {
        let answer = world.events(&token, calendar, &query).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "invalid"), "{query:?}");
    }
    let answer = world.events(&token, ADA, &[("maxResults", "5"), ("page", "1")]).await;
    assert_eq!(answer.status, 400, "an unknown parameter");
}

#[tokio::test]
async fn sync_tokens_and_state_survive_a_restart() {
    let world = World::new().await;
    let token = world.access_token().await;
    let sync_token = world.all_events(&token, ADA, &[]).await.1.unwrap();
    let changed = world.sandbox.google().change_some(ADA, "primary", 8).unwrap();
    let kept = world.sandbox.export();

    let again = World::with(|options| options.restore = Some(kept)).await;
    assert!(again.sandbox.restored());
    assert_eq!(state(&again, ADA), state(&world, ADA));
    let (events, _) = again.all_events(&token, ADA, &[("syncToken", &sync_token)]).await;
    assert_eq!(events.len(), changed.len());
    again.sandbox.google().calendar(ADA, "primary").unwrap().delete(&changed[0]).unwrap();

    let other = World::with(|options| options.restore = Some(json!({ "version": 0 }))).await;
    assert!(!other.sandbox.restored());
}

#[tokio::test]
async fn data_are_the_same_for_the_same_seed_and_rich() {
    let (one, two) = (World::new().await, World::new().await);
    let other = World::with(|options| options.seed = 2).await;
    assert_eq!(state(&one, ADA), state(&two, ADA));
    assert_ne!(state(&one, ADA), state(&other, ADA));

    let rich = World::with(|options| options.events = 4_000).await;
    let all = rich.sandbox.google().events(ADA, "primary").unwrap();
    let some = |test: &dyn Fn(&Value) -> bool| all.iter().any(test);
    assert!(some(&|event| event.get("recurrence").is_some()), "series");
    assert!(some(&|event| event["status"] == "cancelled" && event.get("recurringEventId").is_some()));
    assert!(some(&|event| event["status"] == "tentative"));
    assert!(some(&|event| event["visibility"] == "private"));
    assert!(some(&|event| event["start"].get("date").is_some()), "all day");
    assert!(some(&|event| event.get("attendees").is_some()));
    assert!(some(&|event| event.get("conferenceData").is_some()));
    assert!(some(&|event| event["description"].as_str().is_some_and(|text| text.len() > 2_000)));
    for script in ['会', 'ا', 'Σ', '🚀'] {
        assert!(some(&|event| event["summary"].as_str().is_some_and(|title| title.contains(script))), "{script}");
    }
    let gap = |event: &Value| event["start"]["dateTime"].as_str().map(|at| at[16..].to_owned());
    let window = all.iter().filter(|event| event["summary"] == "On call, midnight to midnight");
    let offsets: Vec<_> =
        window.map(|event| (gap(event), event["end"]["dateTime"].as_str().unwrap()[16..].to_owned())).collect();
    assert!(!offsets.is_empty() && offsets.iter().all(|(start, end)| start.as_ref() != Some(end)), "{offsets:?}");
}

#[tokio::test]
async fn lesser_roles_see_less() {
    let world = World::with(|options| options.events = 2_000).await;
    let rooms = world.sandbox.google().events(ADA, ROOM_CALENDAR).unwrap();
    assert!(!rooms.is_empty() && rooms.iter().all(|event| event.get("summary").is_none()));
    let tokyo = world.sandbox.google().events(ADA, TOKYO_CALENDAR).unwrap();
    let private = |event: &&Value| event["visibility"] == "private";
    assert!(tokyo.iter().filter(private).count() > 0);
    assert!(tokyo.iter().filter(private).all(|event| event.get("summary").is_none()));
}

#[tokio::test]
async fn the_calendar_list_pages_filters_and_syncs() {
    let world = World::new().await;
    let token = world.access_token().await;
    let list = async |query: &[(&str, &str)]| {
        world.get(&format!("/google/calendar/v3/users/me/calendarList?{}", encoded(query)), &token).await.json()
    };
    let first = list(&[("maxResults", "3")]).await;
    let second = list(&[("maxResults", "3"), ("pageToken", text(&first, "nextPageToken"))]).await;
    let ids = [first["items"].as_array().unwrap().clone(), second["items"].as_array().unwrap().clone()].concat();
    let ids: Vec<&str> = ids.iter().map(|entry| text(entry, "id")).collect();
    assert_eq!(ids, [ADA, TEAM_CALENDAR, TOKYO_CALENDAR, ROOM_CALENDAR]);
    assert_eq!(list(&[("minAccessRole", "writer")]).await["items"].as_array().unwrap().len(), 2);

    world.sandbox.google().unshare(ADA, TEAM_CALENDAR).unwrap();
    let changed = list(&[("syncToken", text(&second, "nextSyncToken"))]).await;
    assert_eq!(changed["items"].as_array().unwrap().len(), 1);
    assert_eq!((&changed["items"][0]["id"], &changed["items"][0]["deleted"]), (&json!(TEAM_CALENDAR), &json!(true)));
    let answer = world.events(&token, TEAM_CALENDAR, &[]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (404, "notFound"));
}
