//! The provider's answer to a consent: consumes the state, keeps the code sealed for a minute, and hands a finish
//! ticket to the browser that consented. Nothing of the query is echoed; every failure ends on the same page.

use crate::digest::sha256_hex;
use crate::random::Random;
use crate::seal::{KeysError, Purpose, SealKeys};
use crate::store::{Flow, FlowState, Store, StoreError};
use crate::usecases::connect::flow_context;
use domain::history::{Actor, HistoryEvent, HistoryLine};
use domain::ids::ProviderSlug;
use providers::{ConsentAnswers, Issuer};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// Takes providers' answers.
#[derive(Clone)]
pub struct Callback {
    /// The table.
    pub store: Store,
    /// What the providers' answers look like.
    pub answers: ConsentAnswers,
    /// Seals the code.
    pub keys: Arc<SealKeys>,
    /// The fixed page of the web app.
    pub return_page: Url,
}

/// Where the browser goes, and what the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The return page with flow and ticket, or an error, in its fragment.
    pub location: String,
    /// The distinct internal outcome.
    pub outcome: &'static str,
}

/// Something that we stand on failed; the browser may try the same address again.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing keys failed.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

impl Callback {
    /// Takes one answer. `query` is `None` when a parameter came twice.
    pub async fn take(
        &self,
        provider: Option<ProviderSlug>,
        query: Option<&BTreeMap<String, String>>,
    ) -> Result<Return, CallbackError> {
        let Some(query) = query else { return Ok(self.refused(None, "duplicated_parameter")) };
        let Some(state) = query.get("state").filter(|state| !state.is_empty()) else {
            return Ok(self.refused(None, "no_state"));
        };
        let Some(flow) = self.store.flow(&sha256_hex(state.as_bytes())).await? else {
            return Ok(self.refused(None, "unknown_state"));
        };
        if let Some(outcome) = self.unusable(&flow, provider.as_ref(), query.get("iss").map(String::as_str)) {
            return Ok(self.refused(Some(&flow), outcome));
        }
        match (self.code(&flow.provider, query), query.get("error")) {
            (Some(code), None) if !code.is_empty() => self.returned(&flow, code).await,
            (None, Some(error)) if error == "access_denied" => self.ended(&flow, "denied").await,
            (None, Some(_)) => self.ended(&flow, "provider_error").await,
            _ => self.ended(&flow, "invalid").await,
        }
    }

    /// The code, under the first of the names by which the provider sends it.
    fn code<'a>(&self, provider: &ProviderSlug, query: &'a BTreeMap<String, String>) -> Option<&'a String> {
        let names = self.answers.find(provider).map_or(&["code"][..], |answer| answer.code_parameters);
        names.iter().find_map(|name| query.get(*name))
    }

    /// Why an answer to this flow cannot be taken. The time is compared here: DynamoDB's TTL is no clock.
    fn unusable(&self, flow: &Flow, provider: Option<&ProviderSlug>, iss: Option<&str>) -> Option<&'static str> {
        if flow.state != FlowState::Started {
            return Some("used_state");
        }
        if self.store.now() >= flow.valid_until {
            return Some("expired");
        }
        if provider != Some(&flow.provider) {
            return Some("other_provider");
        }
        let issuer = self.answers.find(&flow.provider).and_then(|answer| answer.issuer.as_ref());
        (!issuer_matches(issuer, iss)).then_some("wrong_issuer")
    }

    async fn returned(&self, flow: &Flow, code: &str) -> Result<Return, CallbackError> {
        let ticket = Random::new().token256();
        let code = SecretString::from(code.to_owned());
        let sealed = self.keys.seal(Purpose::Code, &code, &flow_context(&flow.name)).await?;
        let hash = sha256_hex(ticket.expose_secret().as_bytes());
        match self.store.flow_returned(flow, &sealed, &hash).await {
            Ok(()) => Ok(Return {
                location: self.page(&[("flow", &flow.name), ("ticket", ticket.expose_secret())]),
                outcome: "returned",
            }),
            Err(error) if error.is_conflict() => Ok(self.refused(Some(flow), "used_state")),
            Err(error) => Err(error.into()),
        }
    }

    async fn ended(&self, flow: &Flow, outcome: &'static str) -> Result<Return, CallbackError> {
        let line =
            HistoryLine { actor: Actor::Provider, event: HistoryEvent::ConnectEnded { code: outcome.to_owned() } };
        match self.store.end_flow(flow, FlowState::Started, outcome, &line).await {
            Ok(()) => Ok(Return { location: self.page(&[("flow", &flow.name), ("error", outcome)]), outcome }),
            Err(error) if error.is_conflict() => Ok(self.refused(Some(flow), "used_state")),
            Err(error) => Err(error.into()),
        }
    }

    /// The page learns no more than whether the flow was too old.
    fn refused(&self, flow: Option<&Flow>, outcome: &'static str) -> Return {
        let code = if outcome == "expired" { "expired" } else { "invalid" };
        let location = match flow {
            Some(flow) => self.page(&[("flow", &flow.name), ("error", code)]),
            None => self.page(&[("error", code)]),
        };
        Return { location, outcome }
    }

    fn page(&self, fragment: &[(&str, &str)]) -> String {
        let mut page = self.return_page.clone();
        let fragment = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fragment).finish();
        page.set_fragment(Some(&fragment));
        page.into()
    }
}

/// RFC 9207 §2.4: compared by exact text; where it is promised its absence is an error.
fn issuer_matches(issuer: Option<&Issuer>, iss: Option<&str>) -> bool {
    match (issuer, iss) {
        (Some(issuer), Some(iss)) => issuer.name == iss,
        (Some(issuer), None) => !issuer.promised,
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_compared_by_exact_text_and_must_come_where_it_is_promised() {
        let google = |promised| Issuer { name: "https://accounts.google.com".into(), promised };
        assert!(issuer_matches(Some(&google(true)), Some("https://accounts.google.com")));
        assert!(!issuer_matches(Some(&google(false)), Some("https://accounts.google.com/")));
        assert!(!issuer_matches(Some(&google(true)), None));
        assert!(issuer_matches(Some(&google(false)), None));
        assert!(issuer_matches(None, Some("anything")));
    }
}
