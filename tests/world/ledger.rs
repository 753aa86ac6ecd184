//! What the far ends of a world took and gave: the history against which a test holds the state in the end.

use super::Call;
use super::clock::TestClock;
use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::clock::Clock;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};

/// A call of AWS that had its effect, and when it was answered.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) call: Call,
    pub(crate) at: DateTime<Utc>,
}

/// One item that a call wrote.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Write<'a> {
    pub(crate) pk: &'a str,
    pub(crate) sk: &'a str,
    /// `Put`, `Update` or `Delete`.
    pub(crate) kind: &'static str,
    /// What DynamoDB was asked.
    pub(crate) asked: &'a Value,
}

/// The history.
#[derive(Default)]
pub(crate) struct Ledger {
    clock: OnceLock<Arc<TestClock>>,
    taken: Mutex<Vec<Taken>>,
    /// The names by which replays are recognised.
    names: Mutex<HashSet<String>>,
    tokens: Mutex<Vec<(String, bool)>>,
}

impl Ledger {
    /// Tells the time by this clock.
    pub(crate) fn timed_by(&self, clock: &Arc<TestClock>) {
        // Whoever comes second has the same clock.
        let _ = self.clock.set(Arc::clone(clock));
    }

    pub(super) fn took(&self, call: Call) {
        let at = self.clock.get().map_or(DateTime::UNIX_EPOCH, |clock| clock.now());
        let mut taken = self.taken.lock().expect("the ledger");
        // The SDK's own second try of a transaction, or of a put of a secret, is a replay without an effect.
        let name = |call: &Call| call.body["ClientRequestToken"].as_str().map(str::to_owned);
        let replay = name(&call).is_some_and(|name| !self.names.lock().expect("the ledger").insert(name));
        if !replay {
            taken.push(Taken { call, at });
        }
    }

    /// Notes the tokens of an answer that its caller has read.
    pub(super) fn received(&self, answer: &[u8]) {
        let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return };
        let mut tokens = self.tokens.lock().expect("the ledger");
        for (name, lasting) in [("refresh_token", true), ("access_token", false)] {
            tokens.extend(answer[name].as_str().map(|token| (token.to_owned(), lasting)));
        }
    }

    /// Every call that had its effect, in the order of the answers.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("the ledger").clone()
    }

    /// Those after so many others.
    pub(crate) fn taken_since(&self, position: usize) -> Vec<Taken> {
        self.taken.lock().expect("the ledger").split_at(position).1.to_vec()
    }

    /// How many calls had their effect so far.
    pub(crate) fn position(&self) -> usize {
        self.taken.lock().expect("the ledger").len()
    }

    /// Every token that reached the process.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.tokens.lock().expect("the ledger").iter().map(|(token, _)| token.clone()).collect()
    }

    /// The refresh tokens among them.
    pub(crate) fn refresh_tokens(&self) -> Vec<String> {
        let tokens = self.tokens.lock().expect("the ledger");
        tokens.iter().filter(|(_, lasting)| *lasting).map(|(token, _)| token.clone()).collect()
    }
}

impl Taken {
    /// The items that it wrote.
    pub(crate) fn written(&self) -> Vec<Write<'_>> {
        let body = &self.call.body;
        match self.call.op.as_str() {
            "TransactWriteItems" => {
                let actions = body["TransactItems"].as_array().into_iter().flatten();
                actions
                    .filter_map(|action| {
                        ["Put", "Update", "Delete"].into_iter().find_map(|kind| of(kind, &action[kind]))
                    })
                    .collect()
            }
            "PutItem" => of("Put", body).into_iter().collect(),
            "UpdateItem" => of("Update", body).into_iter().collect(),
            "DeleteItem" => of("Delete", body).into_iter().collect(),
            _ => vec![],
        }
    }
}

fn of<'a>(kind: &'static str, asked: &'a Value) -> Option<Write<'a>> {
    let key = &asked[if kind == "Put" { "Item" } else { "Key" }];
    Some(Write { pk: key["PK"]["S"].as_str()?, sk: key["SK"]["S"].as_str()?, kind, asked })
}

impl<'a> Write<'a> {
    /// The value that an attribute gets, as DynamoDB's JSON; none if the write leaves or removes it.
    pub(crate) fn value(&self, attribute: &str) -> Option<&'a Value> {
        if self.kind == "Put" {
            return self.asked["Item"].get(attribute);
        }
        let expression = self.asked["UpdateExpression"].as_str()?;
        let (_, rest) = expression.split_once(&format!("#{attribute} = "))?;
        let placeholder = rest.split([',', ' ']).next()?;
        self.asked["ExpressionAttributeValues"].get(placeholder)
    }

    /// Whether it takes an attribute away.
    pub(crate) fn removes(&self, attribute: &str) -> bool {
        let removed = self.asked["UpdateExpression"].as_str().and_then(|text| text.split_once("REMOVE "));
        removed.is_some_and(|(_, names)| names.split(", ").any(|name| name == format!("#{attribute}")))
            || self.kind == "Delete"
            || self.kind == "Put" && self.asked["Item"].get(attribute).is_none()
    }
}
