//! The AWS clients of one function instance: configuration by hand, one HTTP client, each service on first use.
//!
//! No `aws-config`: its credential chain and profile files cost a cold start more than everything else together.
//! The SDK signs with the machine's own clock, because AWS compares signatures with real time.

use crate::config::{ConfigError, Vars};
use crate::entry::Setup;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider as Tls, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::{Host, Url};

/// The roots that AWS endpoints chain to (<https://www.amazontrust.com/repository/>). Reading the machine's whole
/// store instead costs a cold start 8.5 million instructions.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(15);
const ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// The clients of one function instance. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Clients(Arc<Inner>);

struct Inner {
    sdk: SdkConfig,
    sleep: SharedAsyncSleep,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    secrets: OnceLock<aws_sdk_secretsmanager::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    events: OnceLock<aws_sdk_eventbridge::Client>,
}

/// Makes the accessor of one service. Its retry budget is the instance's own: the SDK's default budget is a static, and
/// one function's outage would use up the retries of every other function in the process.
macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident) => {
        $(#[$doc])*
        pub fn $name(&self) -> &$sdk::Client {
            self.0.$name.get_or_init(|| {
                let budget = RetryPartition::custom(stringify!($name)).build();
                let config = $sdk::config::Builder::from(&self.0.sdk).retry_partition(budget).build();
                $sdk::Client::from_conf(config)
            })
        }
    };
}

impl Clients {
    /// Reads `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and where they are set `AWS_SESSION_TOKEN` and
    /// `AWS_ENDPOINT_URL` (plain HTTP is for loopback only). Makes no client and no connection yet.
    pub fn new(setup: &Setup) -> Result<Self, ConfigError> {
        Self::with_sleep(setup, SharedAsyncSleep::new(TokioSleep::new()))
    }

    fn with_sleep(setup: &Setup, sleep: SharedAsyncSleep) -> Result<Self, ConfigError> {
        let vars = &setup.vars;
        let endpoint = endpoint(vars)?;
        let http = setup.wires.aws.clone().unwrap_or_else(|| http_client(endpoint.as_ref()));
        let mut sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(vars.required("AWS_REGION")?.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials(vars)?))
            .http_client(http)
            .retry_config(retries())
            .timeout_config(timeouts())
            // Every answer is read whole within the attempt's timeout, so there is no stream that could stall.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(sleep.clone());
        sdk.set_endpoint_url(endpoint.map(|url| url.as_str().trim_end_matches('/').to_owned()));
        Ok(Self(Arc::new(Inner {
            sdk: sdk.build(),
            sleep,
            dynamodb: OnceLock::new(),
            secrets: OnceLock::new(),
            sqs: OnceLock::new(),
            events: OnceLock::new(),
        })))
    }

    client!(
        /// The table.
        dynamodb, aws_sdk_dynamodb
    );
    client!(
        /// Secrets Manager.
        secrets, aws_sdk_secretsmanager
    );
    client!(
        /// The queues.
        sqs, aws_sdk_sqs
    );
    client!(
        /// The event bus.
        events, aws_sdk_eventbridge
    );

    /// Waits as the clients wait between their own attempts.
    pub(crate) async fn pause(&self, duration: Duration) {
        self.0.sleep.sleep(duration).await;
    }
}

fn credentials(vars: &Vars) -> Result<Credentials, ConfigError> {
    Ok(Credentials::from_keys(
        vars.required("AWS_ACCESS_KEY_ID")?,
        vars.required("AWS_SECRET_ACCESS_KEY")?,
        vars.get("AWS_SESSION_TOKEN").map(str::to_owned),
    ))
}

fn endpoint(vars: &Vars) -> Result<Option<Url>, ConfigError> {
    let variable = "AWS_ENDPOINT_URL";
    if vars.get(variable).is_none() {
        return Ok(None);
    }
    let url = vars.url(variable)?;
    match url.scheme() {
        "https" => Ok(Some(url)),
        "http" if is_loopback(&url) => Ok(Some(url)),
        _ => Err(ConfigError { variable, problem: "must be https, or http on a loopback address" }),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn http_client(endpoint: Option<&Url>) -> SharedHttpClient {
    if endpoint.is_some_and(|url| url.scheme() == "http") {
        return HttpBuilder::new().build_http();
    }
    let trust = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let context = TlsContext::builder().with_trust_store(trust).build().expect("a trust store is all a context needs");
    HttpBuilder::new().tls_provider(Tls::rustls(CryptoMode::Ring)).tls_context(context).build_https()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(LONGEST_BACKOFF)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
