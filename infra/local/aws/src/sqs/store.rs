//! The database of queues and messages. SQLite's write-ahead log makes every change whole or absent
//! after a crash.

use crate::{AwsError, OpenError};
use rusqlite::{Connection, Transaction};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// `handle` is the nonce of the latest receipt handle, absent before the first receive.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        name TEXT PRIMARY KEY,
        attributes TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        modified_ms INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS messages (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        queue TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        system TEXT NOT NULL,
        sent_ms INTEGER NOT NULL,
        visible_ms INTEGER NOT NULL,
        receives INTEGER NOT NULL DEFAULT 0,
        first_received_ms INTEGER,
        handle TEXT
    );
    CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_ms, sequence);
";

pub(super) struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    pub(super) fn open(data: Option<&Path>) -> Result<Self, OpenError> {
        let path = data.map(|folder| folder.join("queues.sqlite"));
        let damaged = |error: rusqlite::Error| OpenError::Damaged {
            path: path.clone().unwrap_or_else(|| ":memory:".into()),
            reason: error.to_string(),
        };
        let connection = match &path {
            Some(path) => Connection::open(path),
            None => Connection::open_in_memory(),
        }
        .map_err(damaged)?;
        prepare(&connection).map_err(damaged)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Runs one transaction, which counts only if `work` succeeds.
    pub(super) fn transact<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, AwsError> {
        // A transaction that a panic cut off was rolled back.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction().map_err(AwsError::internal)?;
        let outcome = work(&transaction).map_err(StoreError::into_answer)?;
        transaction.commit().map_err(AwsError::internal)?;
        Ok(outcome)
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Survives a killed process; only a power cut may cost the last messages.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(SCHEMA)?;
    // Whoever had received these is gone.
    connection.execute("UPDATE messages SET visible_ms = 0 WHERE handle IS NOT NULL", ())?;
    Ok(())
}

/// What ends a transaction: an answer for the caller, or a failure of the database.
pub(super) enum StoreError {
    Answer(AwsError),
    Database(rusqlite::Error),
}

impl StoreError {
    fn into_answer(self) -> AwsError {
        match self {
            Self::Answer(error) => error,
            Self::Database(error) => AwsError::internal(error),
        }
    }
}

impl From<AwsError> for StoreError {
    fn from(error: AwsError) -> Self {
        Self::Answer(error)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
