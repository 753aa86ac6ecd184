//! Being told by a provider that something changed.

use super::{Access, AppCredentials, LeadNotice};
use crate::error::ProviderError;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ProviderAccountId, ResourceId};
use domain::lead::Owner;
use http::HeaderMap;
use secrecy::SecretString;
use url::Url;

/// A request that claims to come from the provider. Nothing in it is to be believed.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
}

/// What a delivery has to be verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The application's own secret.
    App,
    /// The token of one subscription, by the id that the delivery names.
    Subscription(String),
}

/// What a delivery is verified with.
#[derive(Debug)]
pub enum Proof<'a> {
    /// The application's credentials; several while its secret is being replaced.
    App(&'a [AppCredentials]),
    /// SHA-256 of the token that the subscription was made with.
    Subscription(&'a [u8; 32]),
}

/// A delivery is not what it claims to be. Why is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery is refused")]
pub struct Refused;

/// A delivery whose sender is known. Only a provider's `verify` makes one.
#[derive(Debug, Clone)]
pub struct Verified {
    pub(crate) notices: Vec<Notice>,
}

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something that this subscription watches changed.
    Changed {
        /// The subscription's id.
        subscription: String,
    },
    /// Somebody sent a form.
    Lead(LeadNotice),
}

/// What a provider posts when a person removed the application, or asks for the deletion of what it knows of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The person's account at the provider.
    pub user: ProviderAccountId,
    /// When the provider says that it was made.
    pub issued_at: Option<DateTime<Utc>>,
}

/// What a subscription is made with.
#[derive(Debug, Clone, Copy)]
pub struct SubscribeRequest<'a> {
    /// The application.
    pub app: &'a AppCredentials,
    /// What is watched.
    pub resource: &'a ResourceId,
    /// The subscription's id, never used before.
    pub id: &'a str,
    /// The token that deliveries carry, 256 bits, base64url.
    pub token: &'a SecretString,
    /// Where deliveries go.
    pub address: &'a Url,
    /// How long it should last. The provider may make it shorter.
    pub until: DateTime<Utc>,
    /// The provider's own name of the subscription that this one renews: one that is alive may be kept.
    pub former: Option<&'a str>,
}

/// A subscription that ends.
#[derive(Debug, Clone, Copy)]
pub struct EndingSubscription<'a> {
    /// The application.
    pub app: &'a AppCredentials,
    /// What is watched.
    pub resource: &'a ResourceId,
    /// Its id.
    pub id: &'a str,
    /// The provider's own name of it.
    pub remote: &'a str,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// The provider's own name of what is watched: to end the subscription with.
    pub remote: String,
    /// Until when it lasts.
    pub until: DateTime<Utc>,
}

/// Why there is no subscription.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// The provider does not tell of changes of this resource, ever: it is polled, and that is not an error.
    #[error("cannot be watched")]
    Unwatchable,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] ProviderError),
}

/// Being told of changes.
#[async_trait]
pub trait Webhook: Send + Sync {
    /// What the delivery has to be verified with.
    fn claim(&self, delivery: &Delivery<'_>) -> Result<Claim, Refused>;

    /// Verifies the raw delivery, in constant time, before anything else of it is read.
    fn verify(&self, delivery: &Delivery<'_>, proof: &Proof<'_>) -> Result<Verified, Refused>;

    /// What a verified delivery says; often nothing.
    fn parse(&self, verified: Verified) -> Vec<Notice> {
        verified.notices
    }

    /// What to answer when the provider asks, with this query, whether the address is ours. A provider that never asks
    /// refuses.
    fn handshake(&self, _query: &[(String, String)], _apps: &[AppCredentials]) -> Result<String, Refused> {
        Err(Refused)
    }

    /// Verifies, in constant time, and reads a body that carries a signed request.
    fn signed_request(&self, _body: &[u8], _apps: &[AppCredentials]) -> Result<SignedRequest, Refused> {
        Err(Refused)
    }

    /// What has to be subscribed to for this resource: itself, or what it belongs to.
    fn watched(&self, resource: &ResourceId) -> ResourceId {
        resource.clone()
    }

    /// The owner of forms that is watched under this name, where leads are told by owner.
    fn owner(&self, _watched: &ResourceId) -> Option<Owner> {
        None
    }

    /// Whether a subscription serves every tenant that has chosen what it watches: it lives as long as one of them.
    fn is_shared(&self) -> bool {
        false
    }

    /// For so long a subscription is asked. It is made anew when a quarter of the time is left.
    fn lasts(&self) -> TimeDelta {
        TimeDelta::days(7)
    }

    /// Whether each resource has a subscription of its own, which has to be made and renewed.
    fn subscribes(&self) -> bool;

    /// Makes a subscription. There is no renewal: another one is made before it ends, and then it is ended.
    async fn subscribe(&self, access: &Access, request: &SubscribeRequest<'_>) -> Result<Subscribed, SubscribeError>;

    /// Ends a subscription. One that has ended is a success.
    async fn unsubscribe(&self, access: &Access, ending: &EndingSubscription<'_>) -> Result<(), ProviderError>;
}
