//! What can go wrong with the database.

use sea_orm::DbErr;

#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The queue is full or a connection did not come free in time: 503, come back.
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
