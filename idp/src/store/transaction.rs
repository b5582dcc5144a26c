//! One transaction of a rare write, and how it is run, retried and made visible.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExecResult, QueryResult,
    QuerySelect, Select, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::domain::clock::Timestamp;

use super::{Store, StoreError, cache::Changes, error::is_conflict};

/// A deed is run again this often after a stale row or a conflict (SR-96).
const RETRIES: u32 = 3;

/// A running transaction; what is done through it is undone unless its deed ends well.
/// On PostgreSQL accounts and logins are read under a row lock, so that what a deed decides by them holds until it commits;
/// on SQLite there is only one writer at a time.
pub struct Tx {
    pub(super) inner: Arc<Inner>,
}

pub struct Inner {
    db: DatabaseTransaction,
    /// Something that another try may settle went wrong.
    again: AtomicBool,
    changes: Mutex<Changes>,
}

/// How many rows fall into a span of time, and when its first and last were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub count: u32,
    pub oldest_at: Option<Timestamp>,
    pub newest_at: Option<Timestamp>,
}

impl Store {
    /// Runs `deed` in one transaction and commits it; any error rolls it back. `deed` can run up to four times (a stale row,
    /// a conflict), so nothing slow or outward belongs inside. It owns its `Tx` and borrows what it captures:
    ///
    /// ```ignore
    /// let (login, key) = (&login, &key);
    /// self.store.write(|tx| async move {
    ///     tx.save_login(login).await?;
    ///     if !tx.consume_auth_key(key.id, now).await? { return Err(FlowError::Taken); }
    ///     Ok(())
    /// }).await
    /// ```
    pub async fn write<T, E, F, Fut>(&self, deed: F) -> Result<T, E>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        for _ in 0..RETRIES {
            match self.attempt(&deed).await {
                Attempt::Again(_) => tokio::task::yield_now().await,
                Attempt::Over(result) => return result,
            }
        }
        match self.attempt(&deed).await {
            Attempt::Again(result) | Attempt::Over(result) => result,
        }
    }

    async fn attempt<T, E, F, Fut>(&self, deed: &F) -> Attempt<Result<T, E>>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        let db = match self.begin().await {
            Ok(db) => db,
            Err(error) => return Attempt::Over(Err(error.into())),
        };
        let inner = Arc::new(Inner { db, again: AtomicBool::new(false), changes: Mutex::default() });
        let result = deed(Tx { inner: inner.clone() }).await;
        // The deed's own handle ended with its future.
        let Some(inner) = Arc::into_inner(inner) else {
            return Attempt::Over(Err(StoreError::Corrupt { what: "transaction (it outlived its deed)" }.into()));
        };
        match result {
            Ok(value) => match self.commit(inner).await {
                Ok(()) => Attempt::Over(Ok(value)),
                Err(Finish::Conflict) => Attempt::Again(Err(StoreError::Stale.into())),
                Err(Finish::Failed(error)) => Attempt::Over(Err(error.into())),
            },
            Err(error) => {
                let again = inner.again.load(Ordering::Relaxed);
                // An error of the rollback says nothing new: the transaction ends with its connection.
                drop(inner.db.rollback().await);
                if again { Attempt::Again(Err(error)) } else { Attempt::Over(Err(error)) }
            }
        }
    }

    /// In a task of its own: a request that goes away just now must not leave a connection inside a transaction.
    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let writer = self.writer().clone();
        let begun = tokio::spawn(async move { begin(&writer).await });
        begun.await.map_err(|_| StoreError::Busy)?
    }

    /// In a task of its own: what is committed must be forgotten by the caches even if nobody waits any more.
    async fn commit(&self, inner: Inner) -> Result<(), Finish> {
        let caches = self.caches().clone();
        let committed = tokio::spawn(async move {
            let changes = inner.changes.into_inner().unwrap_or_else(PoisonError::into_inner);
            let result = inner.db.commit().await;
            // After a failed COMMIT as well: whether it took effect is unknown.
            caches.forget(&changes);
            result
        });
        match committed.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if is_conflict(&error) => Err(Finish::Conflict),
            Ok(Err(error)) => Err(Finish::Failed(error.into())),
            Err(_) => Err(Finish::Failed(StoreError::Busy)),
        }
    }
}

enum Attempt<R> {
    Over(R),
    Again(R),
}

enum Finish {
    Conflict,
    Failed(StoreError),
}

/// `BEGIN IMMEDIATE` on SQLite, `BEGIN` at read committed on PostgreSQL.
pub async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(writer.begin_with_options(immediate).await?)
}

impl Tx {
    pub(super) fn db(&self) -> &Inner {
        &self.inner
    }

    /// What was read is no longer so: the deed is to be run again.
    pub(super) fn stale(&self) -> StoreError {
        self.inner.again.store(true, Ordering::Relaxed);
        StoreError::Stale
    }

    /// Cached rows that this transaction changes.
    pub(super) fn changes(&self) -> MutexGuard<'_, Changes> {
        self.inner.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn note<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result
            && is_conflict(error)
        {
            self.again.store(true, Ordering::Relaxed);
        }
        result
    }
}

#[async_trait]
impl ConnectionTrait for Inner {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.note(self.db.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.note(self.db.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(self.db.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(self.db.query_all_raw(statement).await)
    }
}

/// Counts what `select` finds, by the column of its making.
pub async fn window<E, C>(db: &C, select: Select<E>, created_at: E::Column) -> Result<Window, StoreError>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    let times: Vec<i64> = select.select_only().column(created_at).into_tuple().all(db).await?;
    Ok(Window {
        count: u32::try_from(times.len()).unwrap_or(u32::MAX),
        oldest_at: times.iter().min().copied().map(Timestamp::from_millis),
        newest_at: times.iter().max().copied().map(Timestamp::from_millis),
    })
}
