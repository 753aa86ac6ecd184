//! What there is of a case when all is quiet, and how it came to be.

use super::case::Case;
use super::stage::{Stage, lines_of};
use crate::world::{Taken, Write};
use chrono::{DateTime, Utc};
use domain::lifecycle::Status;
use serde_json::Value;
use shared::clients::Clients;
use shared::store::{Credential, Integration};
use std::sync::Arc;

/// What a whole world holds, read once for all its cases.
pub(super) struct Whole {
    pub(super) past: History,
    items: Vec<Value>,
    keys: Arc<Vec<(String, String)>>,
    secrets: Vec<(String, bool)>,
    durable: Arc<Vec<String>>,
    clients: Clients,
}

/// What there is of a case.
pub(super) struct Picture {
    pub(super) at: DateTime<Utc>,
    /// The integration as the table has it, raw and read.
    pub(super) now: Option<Value>,
    pub(super) stored: Option<Integration>,
    pub(super) integrations: Vec<Value>,
    pub(super) count: Option<i64>,
    pub(super) credential: Option<Credential>,
    /// What the pointer names, read.
    pub(super) pointed: Option<String>,
    /// The tenant's secrets, and whether each is pending deletion.
    pub(super) secrets: Vec<(String, bool)>,
    /// Every value that Secrets Manager ever took.
    pub(super) durable: Arc<Vec<String>>,
    /// Refresh tokens of the case's provider account that the provider still takes and that reached the process.
    pub(super) live_tokens: Vec<String>,
    /// How many refresh tokens of that account the provider takes, whoever has them.
    pub(super) alive: usize,
    /// What became of the flow that the case began with.
    pub(super) flow: Option<String>,
    pub(super) history: Vec<Value>,
    /// The keys of everything in the table.
    pub(super) keys: Arc<Vec<(String, String)>>,
    pub(super) past: History,
}

impl Whole {
    fn flow(&self, case: &Case) -> Option<String> {
        let pk = format!("FLOW#{}", case.body["flow"].as_str()?);
        let item = self.items.iter().find(|item| item["PK"]["S"] == pk.as_str())?;
        item["state"]["S"].as_str().map(str::to_owned)
    }
}

/// What was written in a world, in order.
#[derive(Clone)]
pub(super) struct History(Arc<Vec<Taken>>);

impl History {
    /// Every call that had its effect.
    pub(super) fn all(&self) -> &[Taken] {
        &self.0
    }

    /// What was written.
    pub(super) fn writes(&self) -> impl Iterator<Item = Write<'_>> {
        self.0.iter().flat_map(Taken::written)
    }

    /// The same with the times in milliseconds.
    pub(super) fn timed_writes(&self) -> impl Iterator<Item = (Write<'_>, i64)> {
        let timed = |taken: &'_ Taken| taken.at.timestamp_millis();
        self.0.iter().flat_map(move |taken| taken.written().into_iter().map(move |write| (write, timed(taken))))
    }

    /// What was written from one position to another.
    pub(super) fn between(&self, from: usize, until: usize) -> impl Iterator<Item = Write<'_>> {
        self.0.iter().take(until).skip(from).flat_map(Taken::written)
    }
}

impl Stage {
    /// What the world holds now.
    pub(super) async fn whole(&self) -> Whole {
        let clients = Clients::new(&self.setup_of_owner("oauth-complete")).expect("clients");
        let taken = self.faults.ledger().taken();
        let stored = taken.iter().filter_map(|taken| taken.call.body["SecretString"].as_str().map(str::to_owned));
        let durable = Arc::new(stored.collect());
        let secrets = self.all_secrets(&clients).await;
        let items = self.items().await;
        let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
        let keys = Arc::new(items.iter().map(|item| (text(item, "PK"), text(item, "SK"))).collect());
        Whole { durable, past: History(Arc::new(taken)), items, keys, secrets, clients }
    }

    async fn all_secrets(&self, clients: &Clients) -> Vec<(String, bool)> {
        let mut pages = clients.secrets().list_secrets().include_planned_deletion(true).into_paginator().send();
        let mut found = vec![];
        while let Some(page) = pages.next().await {
            let page = page.expect("the secrets");
            let named = |secret: &aws_sdk_secretsmanager::types::SecretListEntry| {
                (secret.name().unwrap_or_default().to_owned(), secret.deleted_date().is_some())
            };
            found.extend(page.secret_list().iter().map(named));
        }
        found
    }

    /// What there is of a case.
    pub(super) async fn picture(&self, case: &Case, whole: &Whole) -> Picture {
        let account = format!("ACCOUNT#{}", case.account);
        let own: Vec<&Value> = whole.items.iter().filter(|item| item["PK"]["S"] == account.as_str()).collect();
        let is = |item: &Value, prefix: &str| item["SK"]["S"].as_str().is_some_and(|sk| sk.starts_with(prefix));
        let integrations: Vec<Value> =
            own.iter().filter(|item| is(item, "INTEGRATION#")).map(|it| (*it).clone()).collect();
        let meta = own.iter().find(|item| is(item, "META"));
        let stored = self.found(&case.account).await;
        let credential = match &stored {
            Some(stored) => self.store.credential(stored.id).await.expect("the table"),
            None => None,
        };
        let of_tenant = format!("/grants/{}/", case.account);
        Picture {
            at: self.now(),
            now: integrations.first().cloned(),
            count: meta.and_then(|item| item["count"]["N"].as_str()?.parse().ok()),
            pointed: self.pointed(credential.as_ref(), &whole.clients).await,
            secrets: whole.secrets.iter().filter(|(name, _)| name.contains(&of_tenant)).cloned().collect(),
            durable: Arc::clone(&whole.durable),
            live_tokens: self.live_tokens(&case.email),
            alive: self.sandbox().google().live_refresh_tokens(&case.email),
            flow: whole.flow(case),
            history: lines_of(stored.as_ref(), &whole.items),
            keys: Arc::clone(&whole.keys),
            past: whole.past.clone(),
            integrations,
            stored,
            credential,
        }
    }

    async fn pointed(&self, credential: Option<&Credential>, clients: &Clients) -> Option<String> {
        let pointer = &credential?.pointer;
        let request = clients.secrets().get_secret_value().secret_id(&pointer.secret).version_id(&pointer.version);
        request.send().await.ok()?.secret_string
    }

    fn live_tokens(&self, email: &str) -> Vec<String> {
        let received = self.faults.ledger().refresh_tokens();
        let given = self.sandbox().google().refresh_tokens(email).into_iter();
        let alive = given.filter(|(_, alive)| *alive).map(|(token, _)| token);
        alive.filter(|token| received.contains(token)).collect()
    }
}

impl Stage {
    /// I16: no page is skipped, each record is stored once: what is stored is the provider's calendar.
    pub(super) async fn i16_records_are_the_calendar(&self, case: &Case) {
        let Some(now) = self.found(&case.account).await else { return };
        if now.status == Status::Active {
            self.assert_records(&case.account, &case.email).await;
        }
        if let Some(mate) = &case.mate {
            // A tenant that shares the provider account keeps its grant.
            assert_eq!(self.integration_of(mate).await.status, Status::Active, "the other user of the account");
            assert!(!self.live_tokens(&case.email).is_empty(), "its grant is alive");
            self.assert_records(mate, &case.email).await;
        }
    }
}
