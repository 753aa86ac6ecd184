//! Where a case runs: a back end, the product's clients for it, and names that no other case has.

mod clock;
mod lost;
mod resources;

pub(crate) use clock::HandClock;
pub(crate) use resources::OwnQueue;

use embedded_aws::{EmbeddedAws, Options};
use shared::clients::Clients;
use shared::clock::{Clock, SystemClock};
use shared::config::Vars;
use shared::entry::log::{LineSink, Log};
use shared::entry::{Setup, Wires};
use shared::random::Random;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The region of everything here.
const REGION: &str = "eu-central-1";

/// A place for one case.
#[derive(Clone)]
pub(crate) struct Bench {
    /// Where AWS answers.
    endpoint: String,
    /// Part of every name that the case makes.
    own: String,
    /// The time by which the product writes.
    pub(crate) clock: Arc<HandClock>,
}

struct Silence;

impl LineSink for Silence {
    fn line(&self, _: &str) {}
}

impl Bench {
    /// A place at this endpoint.
    pub(crate) fn at(endpoint: &str) -> Self {
        let own = Random::new().uuid_v7(SystemClock.now());
        Self { endpoint: endpoint.to_owned(), own: own.simple().to_string(), clock: Arc::default() }
    }

    /// A place at an embedded AWS of its own, which lives by the real time and ends with the test.
    pub(crate) async fn embedded() -> Self {
        let options = Options { region: REGION.to_owned(), ..Options::new(Arc::new(|| SystemClock.now())) };
        let aws = EmbeddedAws::open(options).expect("the embedded AWS opens");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { aws.serve(listener, std::future::pending()).await });
        Self::at(&endpoint)
    }

    /// A name that no other case has.
    pub(crate) fn name(&self, what: &str) -> String {
        format!("backends-{}-{what}", self.own)
    }

    /// A token that no other case has: 32 characters.
    pub(crate) fn token(&self) -> String {
        self.own.clone()
    }

    /// The product's clients.
    pub(crate) fn clients(&self) -> Clients {
        self.clients_by(Wires::default())
    }

    /// The product's clients on a way on which the first answer of this operation is lost.
    pub(crate) fn clients_losing(&self, operation: &'static str) -> Clients {
        self.clients_by(Wires { aws: Some(lost::losing(operation)), ..Wires::default() })
    }

    fn clients_by(&self, wires: Wires) -> Clients {
        let vars = [
            ("AWS_REGION", REGION),
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_ACCESS_KEY_ID", "AKIABACKENDS"),
            ("AWS_SECRET_ACCESS_KEY", "backends"),
        ];
        let vars: HashMap<_, _> = vars.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let setup = Setup { vars: Vars::new(vars), clock: self.clock.clone(), wires, log: Log::to(Arc::new(Silence)) };
        Clients::new(&setup).expect("clients")
    }
}

/// The error code of a failed call.
pub(crate) fn code<T, E>(outcome: Result<T, E>) -> String
where
    E: aws_sdk_sqs::error::ProvideErrorMetadata,
{
    outcome.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_else(|| "no error".to_owned())
}
