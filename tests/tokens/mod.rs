//! Access tokens and the grants behind them.

mod askers;
mod crashes;
mod fences;
mod refreshes;
mod schedules;
mod suspicion;
mod vault;

use crate::sync::scene::Scene;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use domain::ids::ProviderSlug;
use providers::Provider;
use sandbox::{Rotation, SwitchChange};
use shared::usecases::Parts;
use shared::usecases::access::Tokens;
use std::sync::Arc;

impl Scene {
    /// What hands out access, as in a fresh instance of the sync worker, and the provider.
    fn tokens(&self) -> (Tokens, Arc<dyn Provider>) {
        let setup = self.setup("sync-worker");
        let parts = Parts::new(&setup).expect("parts");
        let tokens = parts.tokens(&parts.store().expect("a table")).expect("tokens");
        let registry = parts.registry().expect("a registry");
        let slug = ProviderSlug::parse(crate::world::GOOGLE).expect("a slug");
        (tokens, registry.find(&slug).expect("Google").clone())
    }

    /// Moves the time to a minute before the access token expires, so that it has to be refreshed before use.
    async fn almost_expired(&self) {
        let expires = self.credential().await.access.expect("access").expires_at.expect("an end");
        self.clock.advance(expires - TimeDelta::minutes(1) - self.now());
    }

    /// How the sandbox treats refresh tokens.
    fn rotation(&self, rotation: Rotation) {
        self.sandbox().switch(SwitchChange { rotation: Some(rotation), ..SwitchChange::default() }).expect("a switch");
    }

    /// The credential item as the table has it.
    pub(crate) async fn credential_item(&self, account: &str) -> serde_json::Value {
        let id = self.integration_of(account).await.id;
        let items = self.items_of(&format!("INTEGRATION#{id}")).await;
        items.into_iter().find(|item| item["SK"]["S"] == "CREDENTIAL").expect("a credential item")
    }
}

/// A flat map of the table's JSON as an attribute: a sealed access token, a journal.
pub(crate) fn attribute(access: &serde_json::Value) -> AttributeValue {
    let map = access["M"].as_object().expect("a map").iter().map(|(name, value)| {
        let text = value["S"].as_str().map(|text| AttributeValue::S(text.to_owned()));
        let number = value["N"].as_str().map(|number| AttributeValue::N(number.to_owned()));
        (name.clone(), text.or(number).expect("a text or a number"))
    });
    AttributeValue::M(map.collect())
}
