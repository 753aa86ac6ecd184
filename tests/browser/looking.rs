//! What a member sees who may only look, and what is seen of a failure.

use super::chrome::Chrome;
use super::{at_the_calendar, signed_in, world};
use crate::world::DEMO;
use chrono::TimeDelta;
use sandbox::SwitchChange;
use sandbox::google::ADA;

#[tokio::test(flavor = "multi_thread")]
async fn vic_sees_the_cards_locked_and_cannot_open_them_with_mouse_or_keyboard() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.connected(DEMO).await;
    let tab = signed_in(&chrome, &world, "viewer").await;

    tab.sees(".card.locked[data-provider=google-calendar] [data-badge=connected]").await;
    assert_eq!(tab.count(".card.locked").await, tab.count("[data-provider]").await);
    assert!(!tab.has(".card a, a.card, .card button").await);

    let tooltip = ".card.locked[data-provider=google-calendar] .tooltip";
    tab.hover(".card.locked[data-provider=google-calendar] h2").await;
    assert_eq!(tab.text(tooltip).await, "Unauthorized Access");
    tab.click(".card.locked[data-provider=google-calendar] h2").await;
    assert_eq!(tab.value("location.hash").await, "");

    tab.value("document.querySelector('.card.locked[data-provider=google-calendar] .lock').focus()").await;
    assert_eq!(tab.text(tooltip).await, "Unauthorized Access");
    tab.press("Enter").await;
    tab.press(" ").await;
    assert_eq!(tab.value("location.hash").await, "");
    assert!(tab.has(".cards").await);
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vic_gets_no_further_by_typing_the_address() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.connected(DEMO).await;
    let tab = signed_in(&chrome, &world, "viewer").await;

    tab.value("location.hash = '#/integrations/google-calendar'").await;
    tab.until("document.querySelector('h1').innerText === 'Unauthorized Access'").await;
    assert!(!tab.has("[data-action]:not([data-action=sign-out]), [data-event], [data-run]").await);
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_taken_back_at_the_provider_shows_the_reason_and_reconnecting_heals_it() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    world.connected(DEMO).await;
    let revoked = SwitchChange { revoke: Some(ADA.to_owned()), ..SwitchChange::default() };
    world.sandbox().switch(revoked).expect("a switch");
    let tab = at_the_calendar(&chrome, &world).await;

    tab.click("[data-action=sync]").await;
    tab.sees("[data-run][data-outcome=failed]").await;
    // The verdict stands only after a quiet period and a second refusal.
    world.clock.advance(TimeDelta::minutes(3));
    world.stack.fire("schedule-sync").await.expect("an answer");
    world.settled().await;
    tab.click("[data-action=test]").await;
    tab.sees("[data-status=Error]").await;
    let said = tab.text("[data-reason]").await;
    assert!(said.contains("Reconnect"), "{said}");
    tab.click("[data-action=reconnect]").await;
    chrome.window("/google/o/oauth2/").await.click("button[value=allow]").await;
    tab.sees("[data-status=Active]").await;
    assert!(!tab.has("[data-reason]").await);
    tab.sees("[data-resource]").await;
    chrome.stop().await;
}
