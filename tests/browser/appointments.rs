//! Appointments that a person makes on the page, and what becomes of them in Google's calendar.

use super::chrome::Chrome;
use super::tab::Tab;
use super::{at_the_calendar, world};
use crate::world::{DEMO, World};
use sandbox::google::ADA;
use serde_json::{Value, json};

const DIALOG: &str = "dialog[data-dialog=appointment]";
const SAVE: &str = "[data-action=save-appointment]";

#[tokio::test(flavor = "multi_thread")]
async fn ada_makes_an_appointment_moves_it_and_cancels_it() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.connected(DEMO).await;
    let tab = at_the_calendar(&chrome, &world).await;

    tab.click("[data-action=new-appointment]").await;
    tab.fill("[data-field=title]", "Tea with Babbage").await;
    tab.fill("[data-field=date]", &today(&tab).await).await;
    tab.fill("[data-field=start]", "14:00").await;
    tab.fill("[data-field=location]", "Marylebone").await;
    tab.fill("[data-field=attendees]", "nobody").await;
    tab.click(SAVE).await;
    let said = tab.text(&format!("{DIALOG} [data-code=invalid_appointment]")).await;
    assert!(said.starts_with("Attendees are e-mail addresses"), "{said}");
    assert_eq!(tab.value("document.activeElement.dataset.field").await, "attendees", "the focus is on what is wrong");
    tab.fill("[data-field=attendees]", "charles@example.com").await;
    tab.click(SAVE).await;
    nothing_is_asked(&tab).await;
    tab.sees("[data-own]").await;
    nothing_waits(&tab).await;
    let event = google_has(&world, "Tea with Babbage");
    assert_eq!(
        (&event["location"], &event["attendees"][0]["email"]),
        (&"Marylebone".into(), &"charles@example.com".into())
    );

    open(&tab).await;
    assert_eq!(tab.value("document.querySelector('[data-field=attendees]').value").await, "charles@example.com");
    tab.fill("[data-field=start]", "05:15").await;
    tab.fill("[data-field=title]", "Early tea").await;
    tab.click(SAVE).await;
    nothing_is_asked(&tab).await;
    tab.until("document.querySelector('[data-own]')?.innerText.includes('Early tea')").await;
    nothing_waits(&tab).await;
    let moved = google_has(&world, "Early tea");
    assert_eq!((&moved["id"], &moved["location"]), (&event["id"], &"Marylebone".into()));
    assert_ne!(moved["start"], event["start"]);
    assert_eq!(length(&moved), length(&event), "the end moves with the start");

    open(&tab).await;
    tab.click("[data-action=cancel-appointment]").await;
    let said = tab.text("dialog[data-dialog=cancel-appointment]").await;
    assert!(said.contains("removed from Google Calendar") && said.contains("tells everybody"), "{said}");
    tab.click("dialog[data-dialog=cancel-appointment] [data-action=cancel]").await;
    tab.until("!document.querySelector('dialog[data-dialog=cancel-appointment]')").await;
    tab.click("[data-action=cancel-appointment]").await;
    tab.click("[data-action=confirm]").await;
    nothing_is_asked(&tab).await;
    tab.until("!document.querySelector('[data-own]')").await;
    nothing_waits(&tab).await;
    world.settled().await;
    assert!(events(&world).iter().all(|event| event["summary"] != "Early tea" || event["status"] == "cancelled"));

    assert_eq!(tab.value("window.auraSameDocument").await, true, "nobody had to reload the page");
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_is_shown_with_its_reason_and_tried_again() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.connected(DEMO).await;
    let tab = at_the_calendar(&chrome, &world).await;
    world.sandbox().google().set_read_only(ADA, true).expect("a calendar");

    tab.click("[data-action=new-appointment]").await;
    tab.fill("[data-field=title]", "Tea with Babbage").await;
    tab.fill("[data-field=date]", &today(&tab).await).await;
    tab.click(SAVE).await;
    let said = tab.text("[data-writes] [data-state=failed]").await;
    assert!(said.contains("Tea with Babbage") && said.contains("Aura may not write to this calendar"), "{said}");
    let line = tab.text("[data-line=write_failed]").await;
    assert!(line.contains("“Tea with Babbage” could not be written to Google Calendar"), "{line}");

    world.sandbox().google().set_read_only(ADA, false).expect("a calendar");
    tab.click("[data-action=retry-write]").await;
    tab.sees("[data-own]").await;
    nothing_waits(&tab).await;
    google_has(&world, "Tea with Babbage");
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_lost_against_google_s_is_told_in_words() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.connected(DEMO).await;
    let tab = at_the_calendar(&chrome, &world).await;
    tab.click("[data-action=new-appointment]").await;
    tab.fill("[data-field=title]", "Tea").await;
    tab.fill("[data-field=date]", &today(&tab).await).await;
    tab.click(SAVE).await;
    tab.sees("[data-own]").await;
    nothing_waits(&tab).await;
    open(&tab).await;

    // Meanwhile somebody moves it and names it anew in Google's own calendar.
    let event = google_has(&world, "Tea");
    let at = |time: &str| json!({ "dateTime": time, "timeZone": "Europe/Berlin" });
    let theirs = json!({
        "summary": "Coffee", "start": at("2031-05-06T07:00:00+02:00"), "end": at("2031-05-06T08:00:00+02:00"),
    });
    let calendar = world.sandbox().google().calendar(ADA, "primary").expect("a calendar");
    calendar.update(event["id"].as_str().expect("an id"), theirs).expect("an event");
    tab.fill("[data-field=start]", "05:15").await;
    tab.fill("[data-field=title]", "Green tea").await;
    tab.click(SAVE).await;

    tab.until("document.querySelectorAll('[data-line=edit_overridden]').length === 2").await;
    let lines =
        tab.value("[...document.querySelectorAll('[data-line=edit_overridden]')].map((line) => line.innerText)").await;
    let lines: Vec<&str> = lines.as_array().expect("lines").iter().filter_map(Value::as_str).collect();
    let told = |start: &str| lines.iter().any(|line| line.starts_with(start));
    assert!(told("Google Calendar’s time was kept for “Green tea”; Aura’s was "), "{lines:?}");
    assert!(told("Aura’s title was kept for “Green tea”; Google Calendar’s was “Coffee”."), "{lines:?}");
    let merged = google_has(&world, "Green tea");
    assert_eq!(merged["id"], event["id"]);
    chrome.stop().await;
}

/// The day in the calendar's zone, which is the week that the agenda shows.
async fn today(tab: &Tab) -> String {
    let today = tab.value("new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin' }).format()").await;
    today.as_str().expect("a day").to_owned()
}

async fn open(tab: &Tab) {
    tab.click("[data-own] [data-action=open-appointment]").await;
    tab.sees(DIALOG).await;
}

async fn nothing_is_asked(tab: &Tab) {
    tab.until("!document.querySelector('dialog')").await;
}

async fn nothing_waits(tab: &Tab) {
    tab.until("document.querySelector('[data-writes]').hidden").await;
}

/// The one event of this title in Ada's calendar at Google.
fn google_has(world: &World, title: &str) -> Value {
    let mut found = events(world).into_iter().filter(|event| event["summary"] == title);
    let event = found.next().expect("the event");
    assert!(found.next().is_none(), "{title} is there twice");
    event
}

fn events(world: &World) -> Vec<Value> {
    world.sandbox().google().calendar(ADA, "primary").expect("a calendar").events()
}

fn length(event: &Value) -> chrono::TimeDelta {
    let at = |time: &Value| {
        let text = time["dateTime"].as_str().expect("an instant");
        chrono::DateTime::parse_from_rfc3339(text).expect("an instant")
    };
    at(&event["end"]) - at(&event["start"])
}
