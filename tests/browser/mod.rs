//! The page in a real browser, before a whole stack. Where there is no Chromium these tests say so and pass, unless
//! `AURA_REQUIRE_BROWSER=1`.

mod appointments;
mod chrome;
mod connecting;
mod leads;
mod life;
mod looking;
mod tab;

use crate::world::{Plan, World};
use chrome::Chrome;
use tab::Tab;

/// The card that opens Google Calendar's page.
const CARD: &str = "a.card[data-provider=google-calendar]";

/// A world that lives by the browser's clock, with enough events that every week has some.
async fn world() -> World {
    World::of(Plan { real_time: true, events: 2_000, ..Plan::default() }).await
}

/// Opens the page and signs in at the issuer's.
async fn signed_in(chrome: &Chrome, world: &World, member: &str) -> Tab {
    let tab = chrome.open(world.stack.api.as_str()).await;
    tab.click(&format!("button[name=member][value={member}]")).await;
    tab.sees(".cards").await;
    tab
}

/// Signs in as the administrator and opens Google Calendar's page.
async fn at_the_calendar(chrome: &Chrome, world: &World) -> Tab {
    let tab = signed_in(chrome, world, "admin").await;
    tab.click(CARD).await;
    tab.sees(".detail-head [data-action]:not([data-action=back])").await;
    // A reload would take this away.
    tab.value("window.auraSameDocument = true").await;
    tab
}
