//! The whole life of an integration, as a person lives through it on the page.

use super::chrome::Chrome;
use super::tab::Tab;
use super::{at_the_calendar, world};
use crate::world::{DEMO, GOOGLE, World};
use chrono::TimeDelta;
use sandbox::SwitchChange;
use sandbox::google::ADA;
use serde_json::{Value, json};

const DETAIL: &str = "/integrations/google-calendar";
/// The address of the provider's consent page.
const CONSENT: &str = "/google/o/oauth2/";
/// What each line of the history is about, newest first.
const LINES: &str = "[...document.querySelectorAll('[data-line]')].map(({ dataset }) => dataset.why ?? dataset.line)";
/// Longer than an account is kept from connecting again after its grant was revoked.
const REVOKED: TimeDelta = TimeDelta::seconds(61);

#[tokio::test(flavor = "multi_thread")]
async fn ada_goes_through_every_status_and_the_history_tells_it_all() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.admin(DEMO).post("/integrations", &json!({ "provider": GOOGLE })).await.ok();
    let tab = at_the_calendar(&chrome, &world).await;

    tab.sees("[data-status=Draft]").await;
    connects_at_the_second_try(&chrome, &tab).await;
    pauses_after_second_thoughts(&world, &tab).await;
    reconnects_while_paused_and_resumes(&chrome, &world, &tab).await;
    loses_the_grant_and_heals_it(&chrome, &world, &tab).await;
    disconnects_and_connects_again(&chrome, &world, &tab).await;
    reads_the_history(&tab).await;
    deletes(&world, &tab).await;

    assert_eq!(tab.value("window.auraSameDocument").await, true, "nobody had to reload the page");
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_does_is_seen_here_and_takes_a_question_back() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.connected(DEMO).await;
    let tab = at_the_calendar(&chrome, &world).await;

    choose(&tab, "pause").await;
    tab.sees("dialog[data-dialog=pause]").await;
    world.act(DEMO, "pause").await;
    look_again(&tab).await;
    tab.sees("[data-status=Paused]").await;
    nothing_is_asked(&tab).await;

    world.delete(DEMO).await;
    look_again(&tab).await;
    tab.sees("[data-notice=deleted]").await;
    tab.sees("[data-action=connect]").await;
    assert!(!tab.has("[data-status], [data-line], [data-run], [data-event]").await);
    chrome.stop().await;
}

async fn connects_at_the_second_try(chrome: &Chrome, tab: &Tab) {
    tab.click("[data-action=connect]").await;
    let popup = chrome.window(CONSENT).await;
    popup.value("window.close()").await;
    chrome.closed(&popup).await;
    tab.sees("[data-status=Configuring]").await;
    tab.sees(".connect-panel[data-phase=closed]").await;
    tab.click("[data-action=connect-again]").await;
    allow(chrome).await;
    tab.sees("[data-status=Active]").await;
    tab.sees("[data-event]").await;
}

async fn pauses_after_second_thoughts(world: &World, tab: &Tab) {
    choose(tab, "pause").await;
    let said = tab.text("dialog[data-dialog=pause]").await;
    assert!(said.contains("until somebody resumes it") && said.contains("are kept"), "{said}");
    tab.click("[data-action=cancel]").await;
    nothing_is_asked(tab).await;
    choose(tab, "pause").await;
    tab.sees("dialog[data-dialog=pause]").await;
    tab.press("Escape").await;
    nothing_is_asked(tab).await;
    assert_eq!(tab.value("document.activeElement.dataset.action").await, "more", "the focus is back");
    assert_eq!(status(world).await, "Active");

    choose(tab, "pause").await;
    tab.click("[data-action=confirm]").await;
    tab.sees("[data-status=Paused]").await;
    nothing_is_asked(tab).await;
    tab.until("(document.querySelector('[data-standing]')?.innerText ?? '').includes('Paused by you')").await;
    assert!(!tab.has("[data-action=sync], [data-action=pause]").await, "only what is legal is offered");
    assert_eq!(status(world).await, "Paused");
}

async fn reconnects_while_paused_and_resumes(chrome: &Chrome, world: &World, tab: &Tab) {
    tab.click("[data-action=reconnect]").await;
    allow(chrome).await;
    tab.sees("[data-line=reconnected]").await;
    tab.sees("[data-status=Paused]").await;
    assert_eq!(status(world).await, "Paused");
    tab.click("[data-action=resume]").await;
    tab.sees("[data-status=Active]").await;
}

async fn loses_the_grant_and_heals_it(chrome: &Chrome, world: &World, tab: &Tab) {
    // A click on Sync now while a run is under way asks for nothing.
    tab.sees(".sync[data-running=false]").await;
    tab.sees("[data-action=sync]:not([aria-disabled=true])").await;
    let failed = tab.count("[data-run][data-outcome=failed]").await;
    let revoked = SwitchChange { revoke: Some(ADA.to_owned()), ..SwitchChange::default() };
    world.sandbox().switch(revoked).expect("a switch");
    tab.click("[data-action=sync]").await;
    tab.until(&format!("document.querySelectorAll('[data-run][data-outcome=failed]').length > {failed}")).await;
    // The verdict stands only after a quiet period and a second refusal.
    world.clock.advance(TimeDelta::minutes(3));
    world.stack.fire("schedule-sync").await.expect("an answer");
    world.settled().await;
    tab.click("[data-action=test]").await;
    tab.sees("[data-status=Error]").await;
    let said = tab.text("[data-reason=credentials_expired]").await;
    assert!(said.contains("Please reconnect") && said.contains("Since "), "{said}");

    tab.click("[data-reason] [data-action=remedy]").await;
    allow(chrome).await;
    tab.sees("[data-status=Active]").await;
    assert!(!tab.has("[data-reason]").await);
}

async fn disconnects_and_connects_again(chrome: &Chrome, world: &World, tab: &Tab) {
    choose(tab, "disconnect").await;
    let said = tab.text("dialog[data-dialog=disconnect]").await;
    assert!(said.contains("gives its permission back") && said.contains("what was synced stay"), "{said}");
    tab.click("[data-action=confirm]").await;
    tab.sees("[data-status=Disconnected]").await;
    tab.sees("[data-kept]").await;
    tab.sees("[data-line][data-why=disconnect]").await;
    tab.sees("[data-event]").await;
    assert!(!tab.has("[data-action=sync], [data-action=reconnect], [data-action=disconnect]").await);

    world.settled().await;
    world.clock.advance(REVOKED);
    tab.click("[data-action=connect]").await;
    allow(chrome).await;
    tab.sees("[data-status=Active]").await;
    tab.sees("[data-resource]").await;
}

async fn reads_the_history(tab: &Tab) {
    tab.sees("[data-history] [data-line]").await;
    while tab.has("[data-action=more-history]").await {
        tab.click("[data-action=more-history]").await;
        tab.until("!document.querySelector('[data-action=more-history][aria-disabled]')").await;
    }
    let lines = tab.value(LINES).await;
    let lines = lines.as_array().expect("lines");
    assert_eq!(lines.last(), Some(&json!("created")), "{lines:?}");
    for told in ["connect", "authorize", "test", "pause", "resume", "reconnected", "fail", "disconnect"] {
        assert!(lines.contains(&json!(told)), "{told} is not in {lines:?}");
    }
    let said = tab.text("[data-line][data-why=pause]").await;
    assert!(said.contains("You paused syncing.") && said.contains("Active"), "{said}");
}

async fn deletes(world: &World, tab: &Tab) {
    choose(tab, "delete").await;
    let said = tab.text("dialog[data-dialog=delete]").await;
    assert!(said.contains("removed for good"), "{said}");
    assert_eq!(tab.text("[data-dialog=delete] [data-action=confirm]").await, "Delete Google Calendar");
    tab.click("[data-action=confirm]").await;
    tab.sees("[data-notice=deleted]").await;
    tab.sees("[data-action=connect]").await;
    nothing_is_asked(tab).await;
    assert!(!tab.has("[data-status], [data-line], [data-run], [data-event]").await);
    world.admin(DEMO).get(DETAIL).await.problem(404, "not_found");

    tab.click("a[data-action=back]").await;
    let card = tab.text("a.card[data-provider=google-calendar]").await;
    assert!(card.contains("Not connected"), "{card}");
}

/// Opens the menu and chooses one of the actions in it.
async fn choose(tab: &Tab, action: &str) {
    tab.click("[data-action=more]").await;
    tab.click(&format!("[role=menu] [data-action={action}]")).await;
}

/// Nothing is asked, or not any more.
async fn nothing_is_asked(tab: &Tab) {
    tab.until("!document.querySelector('dialog')").await;
}

/// Gives permission in the provider's window, and waits until it is gone.
async fn allow(chrome: &Chrome) {
    let popup = chrome.window(CONSENT).await;
    popup.click("button[value=allow]").await;
    chrome.closed(&popup).await;
}

/// What coming back to the page does.
async fn look_again(tab: &Tab) {
    tab.value("document.dispatchEvent(new Event('visibilitychange'))").await;
}

async fn status(world: &World) -> Value {
    world.admin(DEMO).get(DETAIL).await.ok()["status"].clone()
}
