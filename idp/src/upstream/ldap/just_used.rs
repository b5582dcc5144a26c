//! Passwords that were typed here a while ago, as keyed hashes in memory: they may not become a second password (SR-14).

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::domain::{clock::Timestamp, secret::same_bytes};

/// No login lasts longer (`limits.login.absolute`).
const KEPT: Duration = Duration::from_hours(2);
const MOST: usize = 10_000;

/// A keyed hash over person and password.
pub type Mac = [u8; 32];

/// The newest ones only, and never on a disk.
#[derive(Default)]
pub struct JustUsed(Mutex<VecDeque<(Mac, Timestamp)>>);

impl JustUsed {
    pub fn note(&self, mac: Mac, now: Timestamp) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while used.front().is_some_and(|(_, at)| now.since(*at) > KEPT) || used.len() >= MOST {
            used.pop_front();
        }
        used.push_back((mac, now));
    }

    pub fn has(&self, mac: &Mac, now: Timestamp) -> bool {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.iter().any(|(known, at)| now.since(*at) <= KEPT && same_bytes(known, mac))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_for_as_long_as_a_login_may_last() {
        let (used, now) = (JustUsed::default(), Timestamp::from_seconds(1000));
        used.note([1; 32], now);
        assert!(used.has(&[1; 32], now.plus(KEPT)) && !used.has(&[2; 32], now));
        let later = now.plus(KEPT + Duration::from_secs(1));
        assert!(!used.has(&[1; 32], later));
        for _ in 0..MOST {
            used.note([3; 32], later);
        }
        assert!(used.0.lock().unwrap().len() == MOST, "the oldest gave way");
    }
}
