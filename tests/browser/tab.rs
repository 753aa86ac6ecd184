//! A window of the browser, and what a person does in it.

use super::chrome::{GLANCE, PATIENCE};
use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::target::TargetId;
use chromiumoxide::layout::Point;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// An answer that takes longer comes from a document that is gone.
const ANSWER: Duration = Duration::from_secs(5);

/// A window.
pub(super) struct Tab(Page);

impl Tab {
    pub(super) fn of(page: Page) -> Self {
        Self(page)
    }

    pub(super) fn id(&self) -> &TargetId {
        self.0.target_id()
    }

    /// Where it stands; empty while it is between two places.
    pub(super) async fn address(&self) -> String {
        self.value("location.href").await.as_str().unwrap_or_default().to_owned()
    }

    /// What an expression is in the page now; null while the page is between two documents.
    pub(super) async fn value(&self, expression: &str) -> Value {
        match timeout(ANSWER, self.0.evaluate_expression(expression)).await {
            Ok(Ok(answer)) => answer.value().cloned().unwrap_or_default(),
            _ => Value::Null,
        }
    }

    /// Waits until an expression is neither false, null, zero nor empty, and gives what it is.
    pub(super) async fn until(&self, expression: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let value = self.value(expression).await;
            if ![json!(null), json!(false), json!(0), json!("")].contains(&value) {
                return value;
            }
            if Instant::now() > deadline {
                let (at, text) = (self.address().await, self.value("document.body.innerText").await);
                panic!("{expression} does not come true at {at}:\n{}", text.as_str().unwrap_or_default());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until something is to be seen.
    pub(super) async fn sees(&self, selector: &str) {
        self.until(&format!(
            "{}?.checkVisibility({{ visibilityProperty: true, opacityProperty: true }})",
            one(selector)
        ))
        .await;
    }

    /// Waits until something is to be seen, and reads it.
    pub(super) async fn text(&self, selector: &str) -> String {
        self.sees(selector).await;
        self.value(&format!("{}?.innerText", one(selector))).await.as_str().unwrap_or_default().to_owned()
    }

    /// Whether something is there now.
    pub(super) async fn has(&self, selector: &str) -> bool {
        self.count(selector).await > 0
    }

    /// How many there are now.
    pub(super) async fn count(&self, selector: &str) -> u64 {
        self.value(&format!("document.querySelectorAll({}).length", json!(selector))).await.as_u64().unwrap_or_default()
    }

    /// Clicks with the mouse, once the thing stands still and nothing lies over it.
    pub(super) async fn click(&self, selector: &str) {
        let point = self.point(selector).await;
        self.0.click(point).await.expect("a click");
    }

    /// Writes into a field, or chooses what has this value.
    pub(super) async fn fill(&self, selector: &str, value: &str) {
        self.sees(selector).await;
        let write = format!(
            "(() => {{ const it = {}; it.value = {}; \
             ['input', 'change'].forEach((name) => it.dispatchEvent(new Event(name, {{ bubbles: true }}))); \
             return it.value; }})()",
            one(selector),
            json!(value)
        );
        assert_eq!(self.value(&write).await, value, "{selector}");
    }

    /// Lays the mouse on something.
    pub(super) async fn hover(&self, selector: &str) {
        let point = self.point(selector).await;
        self.0.move_mouse(point).await.expect("a movement");
    }

    /// Presses a key on whatever has the focus.
    pub(super) async fn press(&self, key: &str) {
        self.0.find_element("body").await.expect("a body").press_key(key).await.expect("a key");
    }

    async fn point(&self, selector: &str) -> Point {
        self.until(&format!("{}?.scrollIntoView({{ block: 'center' }}) ?? true", one(selector))).await;
        let place = format!(
            "(() => {{ const it = {}; if (!it) return null; const box = it.getBoundingClientRect(); \
             const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]; \
             const top = document.elementFromPoint(x, y); \
             const still = window.aura_place === `${{x}},${{y}}`; window.aura_place = `${{x}},${{y}}`; \
             return still && (it.contains(top) || it.closest('label')?.contains(top)) ? [x, y] : null; }})()",
            one(selector)
        );
        let place = self.until(&place).await;
        Point::new(place[0].as_f64().expect("x"), place[1].as_f64().expect("y"))
    }
}

/// The first one of a selector, as an expression.
fn one(selector: &str) -> String {
    format!("document.querySelector({})", json!(selector))
}
