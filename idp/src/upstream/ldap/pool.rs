//! So many connections to one directory at once, and one bounded queue before them (SR-77).

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::Connection;
use crate::{domain::clock::Timestamp, upstream::UpstreamError};

const CONNECTIONS: usize = 8;
/// How many may wait for each one that is served.
const QUEUE_FACTOR: usize = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Below what firewalls between us and a directory remember.
const LONGEST_REST: Duration = Duration::from_mins(1);

pub struct Pool {
    /// A place in the house: those served and those waiting.
    places: Semaphore,
    hands: Semaphore,
    resting: Mutex<Vec<(Connection, Timestamp)>>,
    longest_wait: Duration,
}

/// Who holds it may use one connection.
pub struct Turn<'a> {
    _place: SemaphorePermit<'a>,
    _hand: SemaphorePermit<'a>,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            places: Semaphore::new(CONNECTIONS * (1 + QUEUE_FACTOR)),
            hands: Semaphore::new(CONNECTIONS),
            resting: Mutex::default(),
            longest_wait: LONGEST_WAIT,
        }
    }
}

impl Pool {
    pub async fn turn(&self) -> Result<Turn<'_>, UpstreamError> {
        let place = self.places.try_acquire().map_err(|_| UpstreamError::Busy)?;
        match tokio::time::timeout(self.longest_wait, self.hands.acquire()).await {
            Ok(Ok(hand)) => Ok(Turn { _place: place, _hand: hand }),
            Ok(Err(_)) | Err(_) => Err(UpstreamError::Busy),
        }
    }

    /// The connection that was used last, if it is still there.
    pub fn take(&self, _turn: &Turn<'_>, now: Timestamp) -> Option<Connection> {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain_mut(|(connection, since)| now.since(*since) < LONGEST_REST && !connection.is_closed());
        resting.pop().map(|(connection, _)| connection)
    }

    pub fn put_back(&self, connection: Connection, now: Timestamp) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).push((connection, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_queue_has_an_end_and_nobody_waits_for_ever() {
        let pool = Pool { longest_wait: Duration::from_millis(10), ..Pool::default() };
        let mut served = Vec::new();
        for _ in 0..CONNECTIONS {
            served.push(pool.turn().await.unwrap());
        }
        assert!(matches!(pool.turn().await, Err(UpstreamError::Busy)), "waited long enough");
        let waiting = (0..=CONNECTIONS * QUEUE_FACTOR).map(|_| pool.turn());
        let waited = futures_util::future::join_all(waiting).await;
        assert!(waited.iter().all(Result::is_err));
        served.pop();
        assert!(pool.turn().await.is_ok());
    }
}
