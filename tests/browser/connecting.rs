//! Connecting in a popup, and what comes after it.

use super::chrome::Chrome;
use super::tab::Tab;
use super::{at_the_calendar, world};
use crate::world::{DEMO, World};
use sandbox::google::{ADA, GRACE, TEAM_CALENDAR};
use sandbox::{Fault, FaultKind, PathKind, SwitchChange};
use serde_json::{Value, json};
use shared::clock::Clock;

const DETAIL: &str = "/integrations/google-calendar";

#[tokio::test(flavor = "multi_thread")]
async fn ada_connects_in_a_popup_sees_the_events_chooses_a_second_calendar_and_syncs() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = at_the_calendar(&chrome, &world).await;

    tab.click("[data-action=connect]").await;
    let popup = chrome.window("/google/o/oauth2/").await;
    popup.click(&format!("input[name=account][value='{GRACE}']")).await;
    popup.click("button[value=allow]").await;
    chrome.closed(&popup).await;
    tab.sees("[data-status=Active]").await;
    assert_eq!(tab.text(".account").await, GRACE);
    tab.sees("[data-event]").await;

    let team = format!("[data-resource='{TEAM_CALENDAR}'] input");
    tab.click(&team).await;
    tab.click("[data-action=save]").await;
    tab.sees("[data-saved]").await;
    runs_are_listed(&tab, 2).await;
    tab.until(&format!("document.querySelector(\"{team}\").checked")).await;

    meeting_today(&world, "Tea with Babbage");
    slow_events(&world);
    tab.click("[data-action=sync]").await;
    tab.until(
        "(document.querySelector('.sync[data-running=true] [data-progress]')?.innerText ?? '').includes('calendars done')",
    )
    .await;
    tab.sees(".sync[data-running=false]").await;
    runs_are_listed(&tab, 3).await;
    let newest = tab.text("[data-run]").await;
    assert!(newest.contains("Sync now") && newest.contains("1 created"), "{newest}");
    tab.until(
        "[...document.querySelectorAll('[data-event]')].some((event) => event.innerText.includes('Tea with Babbage'))",
    )
    .await;

    assert_eq!(tab.value("window.auraSameDocument").await, true, "nobody had to reload the page");
    tab.click("a[data-action=back]").await;
    tab.sees("[data-provider=google-calendar] [data-badge=connected]").await;
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_denies_is_told_so_and_everything_stays_as_it_was() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let before = world.connected(DEMO).await;
    let tab = at_the_calendar(&chrome, &world).await;

    tab.click("[data-action=reconnect]").await;
    let popup = chrome.window("/google/o/oauth2/").await;
    popup.click("button[value=deny]").await;
    chrome.closed(&popup).await;
    let said = tab.text(".connect-panel[data-phase=failed] [data-code=denied]").await;
    assert!(said.contains("Permission was not given") && said.contains("nothing has changed"), "{said}");
    tab.sees("[data-status=Active]").await;
    assert_eq!(tab.text(".account").await, ADA);
    assert_eq!(lasting(&world.admin(DEMO).get(DETAIL).await.ok()), lasting(&before));
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_popups_is_told_so_and_connects_in_a_tab() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = at_the_calendar(&chrome, &world).await;

    tab.value("window.open = () => null").await;
    tab.click("[data-action=connect]").await;
    let said = tab.text(".connect-panel[data-phase=blocked]").await;
    assert!(said.contains("Your browser blocked the window"), "{said}");
    tab.click("[data-action=open-tab]").await;
    let other = chrome.window("/google/o/oauth2/").await;
    other.click("button[value=allow]").await;
    tab.sees("[data-status=Active]").await;
    tab.until("document.querySelector('.connect-panel').innerText === ''").await;
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_the_popup_can_start_again() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = at_the_calendar(&chrome, &world).await;

    tab.click("[data-action=connect]").await;
    let popup = chrome.window("/google/o/oauth2/").await;
    popup.value("window.close()").await;
    chrome.closed(&popup).await;
    let said = tab.text(".connect-panel[data-phase=closed]").await;
    assert!(said.contains("The window was closed"), "{said}");
    tab.click("[data-action=connect-again]").await;
    chrome.window("/google/o/oauth2/").await.click("button[value=allow]").await;
    tab.sees("[data-status=Active]").await;
    chrome.stop().await;
}

/// Waits until the history has so many runs, all of them ended well.
async fn runs_are_listed(tab: &Tab, runs: u64) {
    let all = "document.querySelectorAll('[data-run]').length";
    let good = "document.querySelectorAll('[data-run][data-outcome=succeeded]').length";
    tab.until(&format!("{all} === {runs} && {good} === {runs}")).await;
}

/// A whole day, so that it is today in every zone of a browser.
fn meeting_today(world: &World, title: &str) {
    let today = world.clock.now().date_naive();
    let event = json!({
        "summary": title,
        "start": { "date": today },
        "end": { "date": today.succ_opt().expect("a day") },
    });
    let calendar = world.sandbox().google().calendar(GRACE, "primary").expect("a calendar");
    calendar.insert(event).expect("an event");
}

/// Each listing takes long enough to be watched.
fn slow_events(world: &World) {
    let slow = Fault { delay_ms: 1_500, ..Fault::always(FaultKind::Slow) };
    let change = SwitchChange { faults: vec![slow.on(PathKind::Events)], ..SwitchChange::default() };
    world.sandbox().switch(change).expect("a switch");
}

/// What of an integration must not have changed.
fn lasting(integration: &Value) -> Value {
    let fields = ["id", "status", "connected", "account", "error", "settings", "actions"];
    fields.into_iter().map(|field| (field.to_owned(), integration[field].clone())).collect()
}
