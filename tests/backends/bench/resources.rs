//! A table, a prefix of secrets and queues of a case's own, as `infra/template.yaml` declares them.

use super::Bench;
use local::provision;
use local::template::{self, RedrivePolicy, Stack};
use shared::clients::Clients;
use shared::queue::Queue;
use shared::random::Random;
use shared::store::{Store, Table};
use shared::vault::Vault;

/// A queue of the case.
pub(crate) struct OwnQueue {
    /// Where messages are sent and received.
    pub(crate) url: String,
    /// Where messages go that nobody can handle.
    pub(crate) dead_letters: String,
    /// After so many receives.
    pub(crate) max_receives: u32,
    /// The product's door.
    pub(crate) door: Queue,
}

impl Bench {
    /// What the template declares.
    fn declared(&self) -> Stack {
        local::declared(&local::Options::default().template).expect("the template")
    }

    /// The case's table, made as the template declares it.
    pub(crate) async fn table(&self) -> String {
        let mut table = self.declared().tables.remove(0);
        table.name = self.name("table");
        provision::table(&self.clients(), &table).await.expect("the table is made");
        table.name
    }

    /// The product's store, on a table of the case.
    pub(crate) async fn store(&self) -> Store {
        let table = self.table().await;
        self.store_by(self.clients(), &table)
    }

    /// The product's store on this table, by these clients.
    pub(crate) fn store_by(&self, clients: Clients, table: &str) -> Store {
        Store::new(Table::new(clients, table, Random::new()), self.clock.clone(), Random::new())
    }

    /// The beginning of the names of the case's secrets.
    pub(crate) fn secret_prefix(&self) -> String {
        self.name("secrets")
    }

    /// The product's vault, with secrets of the case.
    pub(crate) fn vault(&self) -> Vault {
        self.vault_by(self.clients())
    }

    /// The product's vault, by these clients.
    pub(crate) fn vault_by(&self, clients: Clients) -> Vault {
        Vault::new(clients, self.secret_prefix(), self.clock.clone())
    }

    /// A queue of the case with its dead-letter queue, made as the template declares the first that has one.
    pub(crate) async fn queue(&self) -> OwnQueue {
        let (stack, mut queue) = (self.declared(), self.declared_queue());
        let redrive = queue.redrive.take().expect("a policy");
        let mut dead = stack.queue(&redrive.target).expect("a dead-letter queue").clone();
        (queue.name, dead.name) = (self.name("queue"), self.name("dead"));
        let clients = self.clients();
        provision::queue(&clients, &dead).await.expect("the dead-letter queue is made");
        let dead_letters = self.queue_url(&dead.name).await;
        queue.redrive = Some(RedrivePolicy { target: self.queue_arn(&dead_letters).await, ..redrive.clone() });
        provision::queue(&clients, &queue).await.expect("the queue is made");
        let url = self.queue_url(&queue.name).await;
        OwnQueue { door: Queue::new(clients, &url), url, dead_letters, max_receives: redrive.max_receives }
    }

    /// The template's first queue that has dead letters.
    pub(crate) fn declared_queue(&self) -> template::Queue {
        self.declared().queues.into_iter().find(|queue| queue.redrive.is_some()).expect("a queue")
    }

    async fn queue_url(&self, name: &str) -> String {
        let found = self.clients().sqs().get_queue_url().queue_name(name).send().await;
        found.expect("the queue is found").queue_url.expect("a URL")
    }

    /// The queue's ARN: the back end is of an account of its own.
    pub(crate) async fn queue_arn(&self, url: &str) -> String {
        self.queue_attributes(url).await.remove("QueueArn").expect("an ARN")
    }

    /// All attributes of a queue.
    pub(crate) async fn queue_attributes(&self, url: &str) -> std::collections::HashMap<String, String> {
        let clients = self.clients();
        let asked = clients.sqs().get_queue_attributes().queue_url(url);
        let answer = asked.attribute_names(aws_sdk_sqs::types::QueueAttributeName::All).send().await;
        let attributes = answer.expect("the attributes").attributes.unwrap_or_default();
        attributes.into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect()
    }
}
