//! What can go wrong with the database.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx::error::DatabaseError};

#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The queue is full, or a connection did not come free in time: 503, come back.
    #[error("the database is too busy")]
    Busy,
    /// The row was saved by somebody else since it was read.
    #[error("the row has changed since it was read")]
    Stale,
    /// A stored value cannot be read as what it should be.
    #[error("stored {what} cannot be read")]
    Corrupt { what: &'static str },
    /// The address of the database is none of ours, or its file cannot be made.
    #[error("the database cannot be opened: {0}")]
    Open(String),
    #[error("database: {0}")]
    Database(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy,
            _ if is_locked(&error) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}

/// PostgreSQL gave this transaction up for another's sake: it may be run again.
pub fn is_conflict(error: &DbErr) -> bool {
    has_code(error, &["40001", "40P01"])
}

/// Another process held the SQLite file longer than the busy timeout.
fn is_locked(error: &DbErr) -> bool {
    has_code(error, &["5", "261", "517"])
}

fn has_code(error: &DbErr, codes: &[&str]) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    let code = cause.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| codes.contains(&code.as_ref()))
}
