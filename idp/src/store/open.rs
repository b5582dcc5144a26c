//! Opening and closing the database, its options, and bringing its schema up to date.

use std::time::Duration;

use super::StoreError;

#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Readers of an SQLite file (4 is plenty), or the pool's size on PostgreSQL.
    pub connections: u32,
    /// How long a request waits for a connection or for its turn in the queue before it is [`StoreError::Busy`].
    pub wait: Duration,
    /// PostgreSQL ends a statement that runs longer.
    pub statement_timeout: Duration,
    /// Entries of each cache.
    pub cache_entries: u64,
    /// How long a cached row counts on PostgreSQL, where other nodes write too.
    pub shared_lifetime: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            connections: 4,
            wait: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            cache_entries: 10_000,
            shared_lifetime: Duration::from_secs(2),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStanding {
    pub name: String,
    pub applied: bool,
}

/// The database of one process; cheap to clone.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// `sqlite://path` (made with mode 0600 if it is not there) or `postgres://…`. The schema is left as it is.
    pub async fn open(url: &str, options: StoreOptions) -> Result<Self, StoreError> {
        todo!()
    }

    pub fn backend(&self) -> Backend {
        todo!()
    }

    /// Brings the schema up to date; of two that try at once, one waits for the other.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        todo!()
    }

    pub async fn migration_status(&self) -> Result<Vec<MigrationStanding>, StoreError> {
        todo!()
    }

    pub async fn schema_is_current(&self) -> Result<bool, StoreError> {
        todo!()
    }

    /// Whether the database answers (`/health/ready`).
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Finishes what is queued and closes the file or the connections.
    pub async fn close(&self) {
        todo!()
    }
}
