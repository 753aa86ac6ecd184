//! How the embedded services are opened, and why that can fail.

use crate::{AwsError, Call};
use chrono::{DateTime, Utc};
use std::path::PathBuf;
use std::sync::Arc;

/// Says what time it is. Everything that depends on time asks it (except DynamoDB's TTL sweep of a
/// database on disk, see `docs/decisions/0011`).
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Sees every call before it is admitted.
pub type Observe = Arc<dyn Fn(&Call) + Send + Sync>;

/// Decides whether a call may proceed; its error is answered in the service's place.
pub type Admit = Arc<dyn Fn(&Call) -> Result<(), AwsError> + Send + Sync>;

/// How to open [`EmbeddedAws`](crate::EmbeddedAws).
#[derive(Clone)]
pub struct Options {
    /// The folder for everything that survives a restart; `None` keeps it in memory.
    pub data: Option<PathBuf>,
    /// What time it is.
    pub clock: Clock,
    /// The region in ARNs.
    pub region: String,
    /// The account number in ARNs and queue URLs: 12 digits.
    pub account_id: String,
    /// The base of queue URLs that [`Sqs::queue_url`](crate::Sqs::queue_url) gives, without a slash at its end. Over the wire
    /// the caller's `Host` is used instead; a queue is found by the last segment of any URL.
    pub endpoint: String,
    /// The request log.
    pub observe: Option<Observe>,
    /// Permissions and injected faults; `None` admits everything.
    pub admit: Option<Admit>,
}

impl Options {
    /// In memory, in `us-east-1`, for account 000000000000, admitting everything.
    pub fn new(clock: Clock) -> Self {
        Self {
            data: None,
            clock,
            region: "us-east-1".to_owned(),
            account_id: "000000000000".to_owned(),
            endpoint: "http://127.0.0.1:4566".to_owned(),
            observe: None,
            admit: None,
        }
    }
}

/// Why the embedded services cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be made, read or written.
    #[error("cannot use the data folder {}: {source}", path.display())]
    Folder {
        /// The folder or the file in it.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another process, or another `EmbeddedAws` of this one, has the folder open.
    #[error("the data folder {} is in use by another process", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// A file in the folder is not what it should be.
    #[error("{} cannot be read: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
