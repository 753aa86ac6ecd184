//! Leads on the page: forms are chosen, their fields are mapped, a test lead is sent, and what came is seen.

use super::chrome::Chrome;
use super::tab::Tab;
use super::{signed_in, world};
use crate::world::{DEMO, World};
use sandbox::facebook::{BAKERY, CATERING_FORM, NEWSLETTER_FORM};
use serde_json::{Value, json};

const FACEBOOK: &str = "/integrations/facebook-lead-ads";
const CARD: &str = "a.card[data-provider=facebook-lead-ads]";
/// The address of the provider's consent page.
const CONSENT: &str = "/dialog/oauth";
const DIALOG: &str = "dialog[data-dialog=mapping]";
const SAVE_FIELDS: &str = "[data-action=save-mapping]";

#[tokio::test(flavor = "multi_thread")]
async fn ada_maps_a_form_sees_what_a_sample_becomes_and_a_test_lead_comes_just_so() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = connected(&chrome, &world).await;

    choose(&tab, CATERING_FORM).await;
    edit_fields(&tab, CATERING_FORM).await;
    tab.until(&contact_is("E-mail", "@")).await;
    tab.fill(&question("post_code", "[data-target]"), "property").await;
    tab.fill(&question("post_code", "[data-property]"), "zip").await;
    tab.until(&contact_is("property:zip", "")).await;
    tab.fill(&question("ihre_nachricht", "[data-target]"), "field:company").await;
    let taken = tab.text(&question("ihre_nachricht", ".line-problem")).await;
    assert!(!taken.is_empty(), "two answers for one field");
    tab.fill(&question("ihre_nachricht", "[data-target]"), "key").await;
    tab.until(&format!("document.querySelector({}).hidden", json!(question("ihre_nachricht", ".line-problem")))).await;
    tab.fill(&question("phone_number", "[data-answer]"), "030 1234567").await;
    tab.sees(&question("phone_number", ".line-problem")).await;
    tab.fill("[data-country]", "DE").await;
    tab.until(&contact_is("Phone", "+49301234567")).await;
    tab.click(SAVE_FIELDS).await;
    tab.until(&format!("!document.querySelector('{DIALOG}')")).await;
    assert_eq!(settings(&world).await["forms"], json!({}), "they wait for the other settings");
    tab.click("[data-action=save]").await;
    tab.sees("[data-status=Active]").await;
    let saved = &settings(&world).await["forms"][form(CATERING_FORM)];
    assert_eq!(
        (&saved["fields"]["post_code"], &saved["defaultCountry"]),
        (&json!({ "property": "zip" }), &json!("DE"))
    );

    tab.click(&figures(CATERING_FORM, "[data-action=test-lead]")).await;
    tab.sees(&figures(CATERING_FORM, "[data-phase=arrived]")).await;
    tab.click("[data-action=show-test-lead]").await;
    let lead = tab.text(".lead-fold[open] .lead-details:has(.facts)").await;
    assert!(lead.contains("zip") && lead.contains("Catering-Anfrage"), "{lead}");
    tab.until(&format!(
        "Number(document.querySelector({}).innerText) > 0",
        json!(figures(CATERING_FORM, "[data-tile=webhook] dd"))
    ))
    .await;
    tab.sees(&figures(CATERING_FORM, "[data-tile=none-missing]")).await;
    assert_eq!(tab.value("window.auraSameDocument").await, true, "nobody had to reload the page");
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_form_that_is_saved_are_saved_at_once_and_never_lost_unasked() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = connected(&chrome, &world).await;
    choose(&tab, CATERING_FORM).await;
    tab.click("[data-action=save]").await;
    tab.sees("[data-status=Active]").await;

    edit_fields(&tab, CATERING_FORM).await;
    tab.fill(&question("post_code", "[data-target]"), "property").await;
    tab.fill(&question("post_code", "[data-property]"), "größe").await;
    tab.click(SAVE_FIELDS).await;
    assert_eq!(tab.value("document.activeElement.dataset.property !== undefined").await, true, "the focus is on it");
    tab.sees(&question("post_code", ".line-problem")).await;
    world.admin(DEMO).patch(&format!("{FACEBOOK}/settings"), &json!({ "intervalMinutes": 60 })).await.ok();
    look_again(&tab).await;
    tab.until("document.querySelector('[data-setting=intervalMinutes]').value === '60'").await;
    tab.press("Escape").await;
    tab.click("dialog[data-dialog=discard] [data-action=cancel]").await;
    tab.fill(&question("post_code", "[data-property]"), "zip").await;
    tab.click(SAVE_FIELDS).await;
    tab.until(&format!("!document.querySelector('{DIALOG}')")).await;
    let saved = &settings(&world).await["forms"][form(CATERING_FORM)];
    assert_eq!(saved["fields"]["post_code"], json!({ "property": "zip" }));
    assert_eq!(tab.value("document.activeElement.dataset.action").await, "edit-fields");

    edit_fields(&tab, CATERING_FORM).await;
    tab.fill(&question("post_code", "[data-target]"), "field:company").await;
    tab.press("Escape").await;
    tab.click("dialog[data-dialog=discard] [data-action=confirm]").await;
    tab.until("!document.querySelector('dialog')").await;
    assert_eq!(&settings(&world).await["forms"][form(CATERING_FORM)], saved);
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_older_leads_gets_only_new_ones() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = connected(&chrome, &world).await;

    choose(&tab, NEWSLETTER_FORM).await;
    tab.click("[data-setting=backfill]").await;
    tab.click("[data-action=save]").await;
    tab.sees("[data-status=Active]").await;
    let said = tab.text(&format!(".option-more[data-form='{}']", form(NEWSLETTER_FORM))).await;
    assert!(said.contains("Leads since"), "{said}");
    assert!(!visible(&tab, "[data-setting=backfill]").await, "nothing is chosen anew");
    world.settled().await;
    tab.until("[...document.querySelectorAll('[data-run]')].some((run) => run.innerText.includes('Settings changed') && run.dataset.outcome === 'succeeded')").await;
    assert_eq!(world.admin(DEMO).get(&format!("{FACEBOOK}/records?limit=1")).await.ok()["records"], json!([]));
    assert_eq!(tab.text(&figures(NEWSLETTER_FORM, "[data-tile=backfill] dd")).await, "0");

    choose(&tab, CATERING_FORM).await;
    assert!(visible(&tab, "[data-setting=backfill]").await);
    assert_eq!(tab.value("document.querySelector('[data-setting=backfill]').checked").await, true);
    tab.click("[data-action=save]").await;
    tab.sees("[data-lead][data-via=backfill]").await;
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_that_ends_is_said_quietly_first_and_aloud_two_weeks_before() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = connected(&chrome, &world).await;

    let quiet = tab.text("[data-access]").await;
    assert!(quiet.starts_with("Access until"), "{quiet}");
    answers_become(&tab, "it.account.accessEndsAt = new Date(Date.now() + 864e5).toISOString()").await;
    look_again(&tab).await;
    let said = tab.text("[data-notice=access]").await;
    assert!(said.contains("Facebook ends Aura’s access on") && said.contains("unless you connect again"), "{said}");
    assert!(!tab.has("[data-access]").await, "it is not said twice");
    tab.sees("[data-action=renew-access]").await;
    chrome.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_says_of_a_failure_is_quoted_as_it_stands() {
    let Some(chrome) = Chrome::start().await else { return };
    let world = world().await;
    let tab = connected(&chrome, &world).await;

    let words = json!({ "reason": "<b>Your Page</b> is under review.", "resolution": "Wait a day." });
    let trouble = json!({ "failures": 2, "message": "It failed.", "since": world.now(), "warned": false, "frozen": false, "explanation": words });
    answers_become(&tab, &format!("it.trouble = {trouble}")).await;
    look_again(&tab).await;
    assert_eq!(tab.text("[data-explained]").await, "Facebook says: <b>Your Page</b> is under review. Wait a day.");
    chrome.stop().await;
}

/// Changes what the page is told of the integration, for states that no sandbox reaches in a test's time.
async fn answers_become(tab: &Tab, change: &str) {
    let script = format!(
        "(() => {{ const ask = window.fetch; window.fetch = async (...asked) => {{ \
         const answer = await ask(...asked); \
         if (!asked[0].endsWith('{FACEBOOK}')) return answer; \
         const it = await answer.json(); {change}; \
         return new Response(JSON.stringify(it), {{ status: answer.status, headers: answer.headers }}); }}; }})()"
    );
    tab.value(&script).await;
}

/// At Facebook's page, connected through it as whom the consent page suggests.
async fn connected(chrome: &Chrome, world: &World) -> Tab {
    let tab = signed_in(chrome, world, "admin").await;
    tab.click(CARD).await;
    tab.click("[data-action=connect]").await;
    let popup = chrome.window(CONSENT).await;
    popup.click("button[value=allow]").await;
    chrome.closed(&popup).await;
    tab.sees("[data-resource]").await;
    // A reload would take this away.
    tab.value("window.auraSameDocument = true").await;
    tab
}

/// A form of the bakery's page, as it is chosen.
fn form(id: &str) -> String {
    format!("page:{BAKERY}/{id}")
}

async fn choose(tab: &Tab, id: &str) {
    tab.click(&format!("[data-resource='{}'] input", form(id))).await;
}

async fn edit_fields(tab: &Tab, id: &str) {
    tab.click(&format!(".option-more[data-form='{}'] [data-action=edit-fields]", form(id))).await;
    tab.sees(&format!("{DIALOG} [data-question]")).await;
}

/// Something in the line of a question.
fn question(key: &str, part: &str) -> String {
    format!("[data-question='{key}'] {part}")
}

/// Something at the figures of a form.
fn figures(id: &str, part: &str) -> String {
    format!("[data-figures] [data-form='{}'] {part}", form(id))
}

/// Whether a field of the sample's contact has this in it.
fn contact_is(field: &str, part: &str) -> String {
    let selector = json!(format!(".mapping-contact:not([aria-busy]) [data-contact='{field}']"));
    format!("document.querySelector({selector})?.innerText.includes({})", json!(part))
}

async fn visible(tab: &Tab, selector: &str) -> bool {
    tab.value(&format!("document.querySelector({}).checkVisibility()", json!(selector))).await == json!(true)
}

/// Makes the page look at once.
async fn look_again(tab: &Tab) {
    tab.value("document.dispatchEvent(new Event('visibilitychange'))").await;
}

async fn settings(world: &World) -> Value {
    world.admin(DEMO).get(FACEBOOK).await.ok()["settings"].clone()
}
