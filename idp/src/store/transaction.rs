//! One transaction of a rare write, and how it is run, retried and made visible.

use crate::domain::clock::Timestamp;

use super::{Store, StoreError};

/// A running transaction; what is done through it is undone unless its deed ends well.
pub struct Tx {}

/// How many rows fall into a span of time, and when its first and last were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub count: u32,
    pub oldest_at: Option<Timestamp>,
    pub newest_at: Option<Timestamp>,
}

impl Store {
    /// Runs `deed` in one transaction and commits it; any error rolls it back. `deed` can run up to four times (a stale row,
    /// a serialization failure), so nothing slow or outward belongs inside. It owns its `Tx` and borrows what it captures:
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
        todo!()
    }
}
