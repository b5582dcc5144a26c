//! An upstream that does not answer is left alone for a while (SR-78).

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::UpstreamError;
use crate::domain::clock::Timestamp;

/// So many failures in a row, and the upstream is left alone.
const FAILURES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    closed_until: Timestamp,
}

impl Breaker {
    /// After each pause one call goes through, to see whether the upstream is back.
    pub fn admit(&self, now: Timestamp) -> Result<(), UpstreamError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failures < FAILURES {
            return Ok(());
        }
        if now < state.closed_until {
            return Err(UpstreamError::Unreachable("it did not answer a moment ago".into()));
        }
        state.closed_until = now.plus(PAUSE);
        Ok(())
    }

    pub fn note(&self, away: bool, now: Timestamp) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if away {
            state.failures = state.failures.saturating_add(1);
            state.closed_until = now.plus(PAUSE);
        } else {
            state.failures = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_some_failures_one_call_in_a_while_looks_whether_it_is_back() {
        let (breaker, now) = (Breaker::default(), Timestamp::from_seconds(1000));
        for _ in 0..FAILURES {
            assert!(breaker.admit(now).is_ok());
            breaker.note(true, now);
        }
        assert!(breaker.admit(now).is_err());
        let later = now.plus(PAUSE);
        assert!(breaker.admit(later).is_ok());
        assert!(breaker.admit(later).is_err(), "one at a time");
        breaker.note(false, later);
        assert!(breaker.admit(later).is_ok());
    }
}
