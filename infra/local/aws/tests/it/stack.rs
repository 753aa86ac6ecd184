//! The services on a free loopback port, a clock moved by hand, and SDK clients built without any chain.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_types::SdkConfig;
use aws_types::region::Region;
use chrono::{DateTime, TimeDelta, Utc};
use embedded_aws::{EmbeddedAws, Options};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct HandClock(Arc<Mutex<DateTime<Utc>>>);

impl HandClock {
    fn new() -> Self {
        Self(Arc::new(Mutex::new("2026-11-22T09:00:00Z".parse().unwrap())))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    pub(crate) fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

pub(crate) struct Stack {
    pub(crate) aws: EmbeddedAws,
    pub(crate) clock: HandClock,
    pub(crate) endpoint: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(adjust: impl FnOnce(&mut Options)) -> Self {
        let clock = HandClock::new();
        let read = clock.clone();
        let mut options = Options::new(Arc::new(move || read.now()));
        adjust(&mut options);
        let aws = EmbeddedAws::open(options).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = aws.clone();
        let served = tokio::spawn(async move {
            server
                .serve(listener, async {
                    let _ = stopped.await;
                })
                .await
        });
        Self { aws, clock, endpoint, stop, served }
    }

    /// Stops serving; the data folder is free afterwards.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.served.await.unwrap().unwrap();
    }

    fn config(&self, access_key_id: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.endpoint)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys(access_key_id, "secret", None)))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .sleep_impl(SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new()))
            .retry_config(RetryConfig::disabled())
            .build()
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config("tester"))
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config("tester"))
    }

    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        self.secrets_as("tester")
    }

    pub(crate) fn secrets_as(&self, access_key_id: &str) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config(access_key_id))
    }

    pub(crate) fn events(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.config("tester"))
    }
}

/// The error code of a failed call.
pub(crate) fn code<T: std::fmt::Debug, E>(outcome: Result<T, E>) -> String
where
    E: aws_sdk_sqs::error::ProvideErrorMetadata,
{
    outcome.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_else(|| "no error".to_owned())
}
