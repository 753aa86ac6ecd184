//! How the product learns of what a person changed: by its schedule, or because Google tells of it — once, twice, late or,
//! in some histories, not at all.

use super::steps::History;
use crate::world::Dice;
use crate::world::{GOOGLE, http_event};
use chrono::TimeDelta;
use sandbox::{Notification, NotificationMode, SwitchChange};
use serde_json::{Value, json};
use shared::api::routes;

/// How a history is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// Nobody listens: syncs are due.
    Schedule,
    /// Notifications alone start syncs. They may come twice or late, but they come.
    Push,
    /// Some of them are lost, so that in the end the schedule has to find what they said.
    Lossy,
}

impl Telling {
    pub(super) fn by(dice: &mut Dice) -> Self {
        match dice.below(10) {
            0..4 => Self::Schedule,
            4..7 => Self::Push,
            _ => Self::Lossy,
        }
    }

    pub(super) fn is_by_push(self) -> bool {
        self != Self::Schedule
    }

    /// Everything that changed is told of.
    pub(super) fn is_complete(self) -> bool {
        self == Self::Push
    }
}

impl History<'_> {
    /// What becomes of the notifications of the next step. Those that are held back come after it.
    pub(super) fn tell_as_the_dice_say(&mut self) {
        let mode = match (self.telling, self.dice.below(10)) {
            (Telling::Schedule, _) | (_, 0..5) => NotificationMode::Deliver,
            (_, 5..7) => NotificationMode::Duplicate,
            (Telling::Lossy, 7..9) => NotificationMode::Drop,
            _ => NotificationMode::Hold,
        };
        self.tell(mode);
        if mode != NotificationMode::Deliver {
            self.note(format!("notifications: {mode:?}"));
        }
    }

    /// From now on; any mode but `Hold` lets go what was held back.
    pub(super) fn tell(&self, mode: NotificationMode) {
        let change = SwitchChange { notifications: Some(mode), ..SwitchChange::default() };
        self.scene.sandbox().switch(change).expect("a switch");
    }

    /// Begins with nothing told, and with the calendar as it is.
    pub(super) async fn begin_to_listen(&mut self) {
        self.scene.sandbox().google().take_notifications();
        if self.telling.is_by_push() {
            self.sync_when_due(false).await;
            self.hear().await;
        }
        self.note(format!("told by {:?}", self.telling));
    }

    /// Google's notifications arrive; the messages that a sync worker gets by them.
    pub(super) async fn hear(&mut self) -> Vec<Value> {
        let notifications = self.scene.sandbox().google().take_notifications();
        for notification in &notifications {
            let event = delivery(notification);
            let answer = self.warm.webhook.invoke(event, self.invocation(TimeDelta::seconds(10))).await;
            assert_eq!(answer.expect("an answer")["statusCode"], 200, "{notification:?}");
        }
        let mail = self.scene.collected().await;
        let syncs: Vec<Value> = mail.into_iter().map(|(_, event)| event).filter(is_of_a_sync).collect();
        self.note(format!("hears {} notifications: {} messages", notifications.len(), syncs.len()));
        syncs
    }
}

/// What the gateway makes of a notification.
fn delivery(notification: &Notification) -> Value {
    let mut event = http_event(&routes::WEBHOOK, &[("provider", GOOGLE)], None, None);
    for (name, value) in &notification.headers {
        event["headers"][name.to_lowercase()] = json!(value);
    }
    event
}

fn is_of_a_sync(event: &Value) -> bool {
    event["Records"].as_array().into_iter().flatten().any(|record| {
        let body: Value = serde_json::from_str(record["body"].as_str().unwrap_or_default()).unwrap_or_default();
        body.get("integration").is_some()
    })
}
