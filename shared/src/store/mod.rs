//! The DynamoDB table: one file per kind of item. `keys` is the only place that spells a key.
//!
//! Instants in items are numbers (milliseconds since 1970, UTC), so that conditions can compare them; DynamoDB's TTL
//! attribute `expires_at` is in seconds and is a broom, never a clock.

mod account;
mod appointment;
mod change;
mod channel;
mod checkup;
mod chunk;
mod cleanup;
mod connect;
mod credential;
mod due;
mod expression;
mod external;
mod flow;
mod health;
mod history;
mod idempotency;
mod integration;
pub(crate) mod keys;
mod lead;
mod outbox;
mod record;
mod removal;
mod resource;
mod route;
mod run;
mod table;
mod unowned;
mod unread;
mod withdrawal;

pub use account::{Account, AccountNews};
pub use appointment::{Agreed, AppointmentChange, AppointmentWrite, Sent, WriteState};
pub use change::Change;
pub use channel::{Channel, Watch, Watching};
pub use checkup::Checkup;
pub use chunk::{Chunk, MOST_BYTES, MOST_RECORDS, RecordWrite};
pub use cleanup::{Cleanup, ErasedRecord, LeftBehind};
pub use connect::Connecting;
pub use credential::{Again, Credential, Journal, SealedAccess};
pub use due::{Due, ItemName, Nominated};
pub use external::{Holder, Revoking};
pub use flow::{CODE_VALID, EXCHANGE_LIMIT, Flow, FlowState, LOST_AFTER, VALID};
pub use health::FailedRuns;
pub use history::StoredLine;
pub use idempotency::{Idempotency, Remembered, RequestName};
pub use integration::{Connected, ErrorNote, Failure, Integration, NotCreated, OpenRun, Progress, Settings};
pub use lead::{LeadBatch, LeadFigures, MOST_LEADS, NewLead, Seen};
pub use outbox::{OutboxEntry, Published};
pub use record::{Existing, StoredRecord, TOMBSTONE_DAYS};
pub use resource::{LeadsFound, Pulling, Resource};
pub use route::Route;
pub use run::Run;
pub use table::{Conflict, Page, StoreError, Table};
pub use unowned::Unowned;
pub use unread::UnreadLead;
pub use withdrawal::{Withdrawal, WithdrawalState};

use crate::clock::SharedClock;
use crate::random::Random;

/// The table with what every kind of item needs to be written.
#[derive(Clone)]
pub struct Store {
    table: Table,
    clock: SharedClock,
    random: Random,
}

impl Store {
    /// A store over this table.
    pub fn new(table: Table, clock: SharedClock, random: Random) -> Self {
        Self { table, clock, random }
    }

    /// The time by which items are written.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    /// A fresh UUIDv7.
    pub fn new_id(&self) -> uuid::Uuid {
        self.random.uuid_v7(self.clock.now())
    }

    /// A number in 0.0..1.0 for jitter.
    pub fn jitter(&self) -> f64 {
        self.random.jitter()
    }
}
