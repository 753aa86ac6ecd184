//! All services together, behind one router.

use crate::options::{Clock, OpenError, Options};
use crate::{DynamoDb, Events, Secrets, Sqs, folder, wire};
use axum::Router;
use axum::extract::State;
use bytes::Bytes;
use std::fs::File;
use std::future::Future;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The embedded services. Cloning is cheap and gives the same services.
#[derive(Clone)]
pub struct EmbeddedAws {
    core: Arc<Core>,
}

pub(crate) struct Core {
    pub(crate) options: Options,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) sqs: Sqs,
    pub(crate) secrets: Secrets,
    pub(crate) events: Events,
    /// Held open: it is the claim on the data folder.
    _lock: Option<File>,
}

impl EmbeddedAws {
    /// Opens the services on the data folder, or in memory.
    ///
    /// Messages that were in flight when the folder was last used are visible again.
    ///
    /// # Errors
    /// The folder cannot be used, is in use elsewhere, or holds something unreadable.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let data = options.data.as_deref();
        let lock = data.map(folder::claim).transpose()?;
        let core = Core {
            dynamodb: DynamoDb::open(data, &options.clock)?,
            sqs: Sqs::open(data, &options)?,
            secrets: Secrets::open(data, &options)?,
            events: Events::new(&options),
            options,
            _lock: lock,
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// The endpoint, to be served on loopback.
    pub fn router(&self) -> Router {
        wire::router(Arc::clone(&self.core))
    }

    /// Answers one request as the endpoint does, without a network in between.
    ///
    /// # Panics
    /// Never: an answer is in memory already.
    pub async fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (parts, body) = request.into_parts();
        let core = State(Arc::clone(&self.core));
        let (parts, body) = wire::handle(core, parts.method, parts.headers, body).await.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("the body is in memory");
        http::Response::from_parts(parts, body)
    }

    /// Serves the endpoint until `shutdown` resolves. Requests under way are finished; long polls end
    /// with what they have.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let sqs = self.core.sqs.clone();
        let ending = async move {
            shutdown.await;
            sqs.close();
        };
        axum::serve(listener, self.router()).with_graceful_shutdown(ending).await
    }

    /// DynamoDB, without the wire.
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.core.dynamodb
    }

    /// SQS, without the wire.
    pub fn sqs(&self) -> &Sqs {
        &self.core.sqs
    }

    /// Secrets Manager, without the wire.
    pub fn secrets(&self) -> &Secrets {
        &self.core.secrets
    }

    /// EventBridge, without the wire.
    pub fn events(&self) -> &Events {
        &self.core.events
    }

    /// The clock that the services were opened with.
    pub fn clock(&self) -> &Clock {
        &self.core.options.clock
    }
}
