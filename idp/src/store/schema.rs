//! Bringing the schema up to date.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::{Backend, Store, StoreError, transaction::begin};

/// Any number that nobody else takes: the lock of those who migrate on PostgreSQL.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7239014450231)";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStanding {
    pub name: String,
    pub applied: bool,
}

impl Store {
    /// Brings the schema up to date; of two that try at once, one waits for the other and finds nothing left to do.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // On SQLite `BEGIN IMMEDIATE` is the lock.
        let tx = match self.backend() {
            Backend::Sqlite => begin(self.writer()).await?,
            Backend::Postgres => self.writer().begin().await?,
        };
        if self.backend() == Backend::Postgres {
            tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            tx.execute_unprepared(LOCK).await?;
        }
        Migrator::up(&tx, None).await?;
        tx.commit().await?;
        Ok(())
    }

    pub async fn migration_status(&self) -> Result<Vec<MigrationStanding>, StoreError> {
        let migrations = Migrator::get_migration_with_status_read_only(self.reader()).await?;
        let standing = migrations.iter().map(|migration| MigrationStanding {
            name: migration.name().to_owned(),
            applied: migration.status() == migration::MigrationStatus::Applied,
        });
        Ok(standing.collect())
    }

    pub async fn schema_is_current(&self) -> Result<bool, StoreError> {
        Ok(self.migration_status().await?.iter().all(|migration| migration.applied))
    }
}
