//! The AWS services that the local stack embeds: DynamoDB, SQS, Secrets Manager and EventBridge,
//! answering AWS's own wire protocol on one loopback endpoint.
//!
//! A request names its service and operation in `X-Amz-Target`; [`EmbeddedAws::router`] dispatches on
//! it. What the host needs without a network, polling queues or following events, is on the handles
//! [`EmbeddedAws::sqs`], [`EmbeddedAws::events`], [`EmbeddedAws::secrets`] and
//! [`EmbeddedAws::dynamodb`].
//!
//! Must never: read the system clock (time is [`Options::clock`]), reach beyond loopback, know
//! anything of integrations.

mod dynamodb;
mod embedded;
mod error;
mod events;
mod folder;
mod options;
mod random;
mod secrets;
mod sqs;
mod wire;

pub use dynamodb::DynamoDb;
pub use embedded::EmbeddedAws;
pub use error::AwsError;
pub use events::{Event, Events};
pub use options::{Admit, Clock, Observe, OpenError, Options};
pub use secrets::Secrets;
pub use sqs::{Changes, Counts, Message, Outgoing, Sent, Sqs};
pub use wire::{Call, Service, Target};
