//! DynamoDB: `dynoxide`, served from our endpoint.

mod operations;
mod schema;

use crate::options::{Clock, OpenError};
use crate::{AwsError, folder};
use dynoxide::Database;
use dynoxide::storage_backend::Clock as DynoxideClock;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// DynamoDB's tables. Calls block; the endpoint makes them on threads of their own.
#[derive(Clone)]
pub struct DynamoDb {
    database: Database,
}

impl DynamoDb {
    pub(crate) fn open(data: Option<&Path>, clock: &Clock) -> Result<Self, OpenError> {
        let Some(data) = data else {
            let clock = Arc::new(InjectedClock(Arc::clone(clock)));
            let damaged = |error: dynoxide::DynoxideError| damaged(Path::new(":memory:"), &error);
            return Ok(Self { database: Database::memory_with_clock(clock).map_err(damaged)? });
        };
        folder::make_private(data).map_err(|source| OpenError::Folder { path: data.to_owned(), source })?;
        let path = data.join("dynamodb.sqlite");
        let database = Database::new(&path.to_string_lossy()).map_err(|error| damaged(&path, &error))?;
        Ok(Self { database })
    }

    /// The database itself, for what the handles here do not offer.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Makes a table from CloudFormation's properties of `AWS::DynamoDB::Table` (or a `CreateTable`
    /// request) with its indexes and TTL; what does not concern behaviour, such as backups, is passed
    /// over. A table that exists is kept, and gains the indexes it lacks. Answers whether it is new.
    ///
    /// # Errors
    /// The properties are invalid, or the table exists with other keys.
    pub fn create_table(&self, properties: &Value) -> Result<bool, AwsError> {
        schema::create_table(&self.database, properties)
    }

    /// Deletes the items whose TTL has passed, and answers how many. Nothing else ever does.
    ///
    /// # Errors
    /// The database failed.
    pub fn sweep_ttl(&self) -> Result<usize, AwsError> {
        self.database.sweep_ttl().map_err(|error| operations::refusal("", error))
    }

    pub(crate) fn call(&self, operation: &str, body: &str) -> Result<String, AwsError> {
        operations::run(&self.database, operation, body)
    }
}

fn damaged(path: &Path, error: &dynoxide::DynoxideError) -> OpenError {
    OpenError::Damaged { path: path.to_owned(), reason: error.to_string() }
}

/// Time for streams and TTL. Only a database in memory takes one; on disk dynoxide reads the system's.
struct InjectedClock(Clock);

impl DynoxideClock for InjectedClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from((self.0)().timestamp()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        (self.0)().timestamp_millis() as f64 / 1000.0
    }
}
