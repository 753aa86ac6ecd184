//! World and model side by side.

use super::Sequence;
use crate::world::DEMO;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Sequence {
    /// What is there is what the model says.
    pub(super) async fn agrees(&self) {
        let items = self.scene.items().await;
        let meta = items.iter().find(|item| item["PK"]["S"] == "ACCOUNT#demo" && item["SK"]["S"] == "META");
        let count = meta.and_then(|item| item["count"]["N"].as_str()).unwrap_or("0");
        assert_eq!(count, if self.model.life.is_some() { "1" } else { "0" });
        let has = |sort: &str| items.iter().filter(|item| item["SK"]["S"] == sort).count();
        let connected = self.model.life.as_ref().is_some_and(|life| life.grant.is_some());
        assert_eq!((has("CREDENTIAL"), has("ACCOUNT#demo")), (usize::from(connected), usize::from(connected)));
        let Some(view) = self.found().await else {
            assert!(self.model.life.is_none(), "it is gone");
            return;
        };
        let life = self.model.life.as_ref().expect("it is there");
        assert_eq!(view["connected"], connected);
        let actions: BTreeSet<&str> =
            view["actions"].as_array().expect("actions").iter().filter_map(Value::as_str).collect();
        assert_eq!(actions, self.model.actions());
        let interval = life.interval.max(self.model.shortest);
        assert_eq!(
            (&view["settings"]["intervalMinutes"], &view["sync"]["intervalMinutes"]),
            (&json!(life.interval), &json!(interval))
        );
        let scheduled = ["Active", "Testing"].contains(&life.status);
        assert_eq!(view["sync"]["nextAt"].is_string(), scheduled || view["error"]["nextTryAt"].is_string(), "{view}");
        assert_eq!(self.persons_lines().await, sorted(life.lines.clone()));
    }

    /// The lines of the history that tell of what members did.
    async fn persons_lines(&self) -> Vec<String> {
        let lines = self.scene.story(DEMO).await.into_iter();
        let lines = lines.filter(|line| !line.ends_with(" test") && !line.ends_with(" fail"));
        let ended = |line: &String| line.split_once("connect_ended").map(|(_, code)| format!("connect_ended{code}"));
        let told = lines.filter_map(|line| ended(&line).or_else(|| line.starts_with("member ").then_some(line)));
        sorted(told.collect())
    }

    /// When nothing disturbs any more: what can work does, and no secret is forgotten.
    pub(super) async fn quiesces(&mut self) {
        self.scene.works_again();
        (self.model.outage, self.model.throttled) = (false, false);
        self.scene.live_by(TimeDelta::hours(30), TimeDelta::hours(3), async || false).await;
        self.scene.fire("relay").await;
        let status = if self.model.life.is_some() { self.scene.status().await } else { "none".into() };
        let expected = self.model.life.as_ref().map_or("none", |life| match life.status {
            "Testing" | "Active" | "Error repeated_failures" if self.model.alive => "Active",
            "Testing" | "Active" | "Error repeated_failures" => "Error credentials_expired",
            status => status,
        });
        assert_eq!(status, expected);
        let pointer = match self.scene.found(DEMO).await {
            Some(it) => self.scene.store.credential(it.id).await.expect("the table").map(|it| it.pointer.secret),
            None => None,
        };
        let alive: Vec<String> = self.scene.grants().into_iter().filter(|(_, dead)| !dead).map(|it| it.0).collect();
        assert_eq!(alive, pointer.into_iter().collect::<Vec<_>>(), "each secret is in use or on its way out");
        assert!(self.scene.items_of("CLEANUP#").await.is_empty() && self.scene.items_of("OUTBOX#").await.is_empty());
        if status == "Active" {
            for calendar in self.scene.integration().await.settings.resources {
                self.scene.assert_equal(DEMO, calendar.as_str()).await;
            }
        }
        assert_eq!(self.scene.counted("repairs"), 0.0);
        self.scene.heard("integration.changed").await;
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
