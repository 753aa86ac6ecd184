//! A stack that runs.

use crate::data::DataFolder;
use crate::drain::Busy;
use crate::issuer::Member;
use crate::local_routes::Desk;
use crate::options::Data;
use crate::runner::InvokeError;
use crate::template::Stack;
use embedded_aws::EmbeddedAws;
use sandbox::Sandbox;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

/// How long a stop waits for work under way.
const FAREWELL: Duration = Duration::from_secs(5);

/// A schedule could not be fired.
#[derive(Debug, thiserror::Error)]
pub enum FireError {
    /// The template has no such schedule.
    #[error("there is no schedule {0}")]
    Unknown(String),
    /// Its function had no answer.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
}

/// A stack that runs until it is stopped or dropped.
pub struct Running {
    /// The API and the page.
    pub api: Url,
    /// The AWS endpoint.
    pub aws: Url,
    /// The sandbox.
    pub sandbox: Url,
    pub(crate) desk: Arc<Desk>,
    pub(crate) imitation: Sandbox,
    pub(crate) real_google: bool,
    pub(crate) data: Data,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) tasks: JoinSet<()>,
    /// Held until the end: it is the claim on the data folder.
    pub(crate) _folder: Option<DataFolder>,
}

impl Running {
    /// What the template says.
    pub fn stack(&self) -> &Stack {
        &self.desk.stack
    }

    /// The embedded AWS, unless another one is used.
    pub fn embedded(&self) -> Option<&EmbeddedAws> {
        self.desk.embedded.as_ref()
    }

    /// The sandbox without the wire.
    pub fn imitation(&self) -> &Sandbox {
        &self.imitation
    }

    /// The metrics so far, as `/_local/metrics` answers them.
    pub fn metrics(&self) -> Value {
        self.desk.metrics.report()
    }

    /// An access token of a member of an account.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn token(&self, member: Member, account: &str) -> Result<String, jsonwebtoken::errors::Error> {
        self.desk.issuer.access_token(member, account)
    }

    /// Fires a schedule and waits for its function's answer, not for the work it starts.
    ///
    /// # Errors
    /// There is no such schedule, or its function had no answer.
    pub async fn fire(&self, schedule: &str) -> Result<Value, FireError> {
        let found = self.stack().schedule(schedule).ok_or_else(|| FireError::Unknown(schedule.to_owned()))?;
        Ok(self.desk.ticks.fire(found).await?)
    }

    /// Waits until no queue that a function takes from holds a message.
    ///
    /// # Errors
    /// There is still work after this long.
    pub async fn drained(&self, limit: Duration) -> Result<(), Busy> {
        self.desk.drain.wait(limit).await
    }

    /// Stops: nothing new is begun, what is under way gets a few seconds. What is left in flight is due again at the
    /// next start.
    pub async fn stop(mut self) {
        // The receivers are the tasks; with none left there is nothing to stop.
        let _ = self.stop.send(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, all).await.is_err() {
            self.tasks.shutdown().await;
        }
    }

    pub(crate) fn sandbox_line(&self) -> String {
        let google = if self.real_google { "(Google is the real one)" } else { "" };
        format!("{}_sandbox/ {google}", self.sandbox).trim_end().to_owned()
    }

    pub(crate) fn data_line(&self) -> String {
        match &self.data {
            Data::Memory => "in memory".to_owned(),
            Data::Folder(path) => format!("{}  (--fresh forgets it)", path.display()),
        }
    }
}
