//! What a provider gives the suite to be put to the test.

use super::calls::Call;
use super::outcome::Told;
use crate::contract::{Access, AppCredentials, Credential};
use bytes::Bytes;
use domain::failure::FailureClass;
use domain::ids::{ExternalId, ResourceId};
use http::{HeaderMap, Request, Response};

/// Secrets. Each has `canary` in it, which must be seen nowhere but where a secret belongs: specimens write their own
/// tokens like this, too.
pub(crate) const SECRET: &str = "canary-client-secret";
pub(crate) const VERIFY_TOKEN: &str = "canary-verify-token";
pub(crate) const CODE: &str = "canary-code";
pub(crate) const VERIFIER: &str = "canary-verifier-0123456789-0123456789-01234";
pub(crate) const CHANNEL_TOKEN: &str = "canary-channel-token";

/// The state, which stands in the address of the consent page and is none of these.
pub(crate) const STATE: &str = "state-0123456789";
pub(crate) const CLIENT_ID: &str = "app1";
/// The id of a subscription as Aura makes them, and the provider's own name of it.
pub(crate) const CHANNEL: &str = "019365a0-0000-7000-8000-0000000000c1";
pub(crate) const REMOTE: &str = "remote-1";
pub(crate) const ADDRESS: &str = "https://example.com/webhooks/specimen";
/// Where the occurrence starts that is asked for of a series.
pub(crate) const OCCURS: &str = "2026-11-23T08:00:00Z";
/// When answers are given, by the provider's own clock.
pub(crate) const NOW: &str = "Sat, 28 Nov 2026 10:00:00 GMT";
/// What a form or calendar is read from.
pub(crate) const WINDOW_START: &str = "2026-10-01T00:00:00Z";

pub(crate) fn app() -> AppCredentials {
    app_with(SECRET)
}

pub(crate) fn app_with(secret: &str) -> AppCredentials {
    AppCredentials {
        client_id: CLIENT_ID.to_owned(),
        client_secret: secret.into(),
        verify_token: Some(VERIFY_TOKEN.into()),
    }
}

/// What there is at the provider when it is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The first records.
    First,
    /// No more than before, and none is listed again.
    Nothing,
    /// A record that is older than the first ones.
    Older,
    /// A record that is newer than the first ones.
    Newer,
}

/// One provider's side of the wire, and what calls of it are made with.
pub(crate) trait Specimen: Send + Sync {
    /// The provider's slug in the registry.
    fn slug(&self) -> &'static str;

    /// Access that reaches [`Specimen::resource`]; its token is a canary.
    fn access(&self) -> Access;

    /// Every kind of credential there is, with canaries: one that is only checked, one that is replaced, …
    fn credentials(&self) -> Vec<Credential>;

    /// What belongs to the resources, where they are chosen in two steps.
    fn parent(&self) -> Option<ResourceId> {
        None
    }

    /// A calendar, a form, …
    fn resource(&self) -> ResourceId;

    /// The id of an event or a lead.
    fn record(&self) -> ExternalId;

    /// The answer to a request that the provider grants. Lists have more than one page; a pull has several.
    fn answer(&self, request: &Request<Bytes>, stage: Stage) -> Response<Bytes>;

    /// The answer to the same request when the provider refuses it in this way; `None` where it has no such refusal.
    fn refusal(&self, class: FailureClass, request: &Request<Bytes>) -> Option<Response<Bytes>>;

    /// What is told of a refusal where that is another thing than for every provider, and rightly so. `only` is the one
    /// request that is refused; without it everything is.
    fn instead(&self, _call: Call, _class: FailureClass, _only: Option<&Request<Bytes>>) -> Option<Told> {
        None
    }

    /// Whether a call succeeds whatever its answer's body says: the status is all that counts.
    fn takes_any_answer(&self, _call: Call) -> bool {
        false
    }

    /// The answer to a page of a pull whose cursor the provider no longer takes; `None` where cursors are Aura's own.
    fn expired(&self) -> Option<Response<Bytes>>;

    /// The answer of a list that always names the same next page, with or without entries; `None` for what is no list.
    fn endless(&self, request: &Request<Bytes>, entries: bool) -> Option<Response<Bytes>>;

    /// How far a cursor has come, in each of its parts.
    fn reached(&self, cursor: &str) -> Vec<i64>;

    /// Scopes that were granted and are not enough.
    fn too_few_scopes(&self) -> Vec<String>;

    /// The addresses in which the provider wants a secret: the end of the path, and the parameter. No address is logged.
    fn secrets_in_addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Deliveries, each of which has something to tell.
    fn deliveries(&self) -> Vec<String>;

    /// The headers that the provider sends with a delivery when `secret` is the application's, or the channel's token.
    fn sign(&self, body: &[u8], secret: &str) -> HeaderMap;

    /// The header that vouches for a delivery.
    fn voucher(&self) -> &'static str;

    /// The query with which the provider asks whether the address is ours, where it does.
    fn handshake(&self, _verify_token: &str) -> Option<Vec<(String, String)>> {
        None
    }

    /// A body that carries a request signed with this secret, where the provider sends such.
    fn signed_request(&self, _secret: &str) -> Option<String> {
        None
    }
}
