//! Removing what is of no more use, in small transactions (SR-94).

use std::time::Duration;

use crate::domain::clock::Timestamp;

use super::{Store, StoreError};

/// How long things are kept after their end. Audit rows end by [`Store::drop_sealed_audit`].
#[derive(Clone, Debug)]
pub struct Retention {
    /// Logins after their end, auth keys and one-time URLs after they were made: daily limits count them.
    pub logins: Duration,
    /// The longest that a session can live.
    pub sessions: Duration,
    /// Letters after they were made, without their bodies.
    pub letters: Duration,
}

/// How many rows went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub rows: u64,
}

impl Store {
    /// Removes all that has ended; at most 500 rows a transaction, so that nobody waits long.
    pub async fn purge(&self, now: Timestamp, retention: &Retention) -> Result<Purged, StoreError> {
        todo!()
    }
}
