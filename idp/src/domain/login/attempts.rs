//! The attempt ledger: wrong tries per account and factor, kept through tabs, logins, re-issues and restarts (SR-17, SR-24).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;

/// Tries of one factor of one account. A try is counted before it is compared; only success clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Wrong tries with no right one between them.
    pub in_a_row: u32,
    /// Tries since `window_began_at`.
    pub in_window: u32,
    pub window_began_at: Timestamp,
    pub last_at: Timestamp,
    pub locked_until: Option<Timestamp>,
}

/// The numbers that a ledger is held against.
#[derive(Clone, Debug)]
pub struct Rules {
    pub max_attempts: u32,
    pub window: Duration,
    pub lock: Duration,
    pub max_in_a_row: u32,
    /// Whether the third and fourth wrong try in a row make the next one wait.
    pub slows_down: bool,
}

/// Why a factor cannot be tried now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lock {
    Until(Timestamp),
    /// Only a reset or the office ends it.
    UntilReset,
}

/// What becomes of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may be compared; it counts already.
    Counted {
        last_before_lock: bool,
    },
    /// Too early after wrong ones: neither compared nor counted.
    TooEarly {
        wait: Duration,
    },
    Locked(Lock),
}

impl Ledger {
    pub fn lock(&self, rules: &Rules, now: Timestamp) -> Option<Lock> {
        if self.in_a_row >= rules.max_in_a_row {
            return Some(Lock::UntilReset);
        }
        self.locked_until.filter(|until| now < *until).map(Lock::Until)
    }

    /// Counts one try, or says why there is none.
    pub fn spend(&mut self, rules: &Rules, now: Timestamp) -> Attempt {
        if let Some(lock) = self.lock(rules, now) {
            return Attempt::Locked(lock);
        }
        let wait = now.until(self.last_at.plus(self.pause(rules)));
        if !wait.is_zero() {
            return Attempt::TooEarly { wait };
        }
        if self.in_window == 0 || now.since(self.window_began_at) >= rules.window {
            (self.in_window, self.window_began_at) = (0, now);
        }
        self.in_window += 1;
        self.in_a_row += 1;
        self.last_at = now;
        let last_before_lock = self.in_window >= rules.max_attempts || self.in_a_row >= rules.max_in_a_row;
        if self.in_window >= rules.max_attempts {
            // Set before the compare, so that tries side by side find it; success takes it back.
            self.locked_until = Some(now.plus(rules.lock));
            self.in_window = 0;
        }
        Attempt::Counted { last_before_lock }
    }

    /// A counted try that was never compared is given back; the lock it set goes, the tries before it stay.
    pub fn refund(&mut self, rules: &Rules) {
        if self.locked_until.take().is_some() {
            self.in_window = rules.max_attempts;
        }
        self.in_window = self.in_window.saturating_sub(1);
        self.in_a_row = self.in_a_row.saturating_sub(1);
    }

    /// A right try: this factor's count begins anew.
    pub fn clear(&mut self) {
        *self = Self { last_at: self.last_at, ..Self::default() };
    }

    fn pause(&self, rules: &Rules) -> Duration {
        match self.in_window {
            _ if !rules.slows_down => Duration::ZERO,
            0..=2 => Duration::ZERO,
            3 => Duration::from_secs(5),
            _ => Duration::from_secs(15),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules() -> Rules {
        Rules {
            max_attempts: 5,
            window: Duration::from_mins(15),
            lock: Duration::from_mins(15),
            max_in_a_row: 100,
            slows_down: true,
        }
    }

    #[test]
    fn the_fifth_wrong_try_locks_and_the_lock_ends_by_itself() {
        let (mut ledger, rules, mut now) = (Ledger::default(), rules(), Timestamp::from_seconds(1000));
        for last in [false, false, false, false, true] {
            now = now.plus(Duration::from_secs(20));
            assert_eq!(ledger.spend(&rules, now), Attempt::Counted { last_before_lock: last });
        }
        let until = now.plus(rules.lock);
        assert_eq!(ledger.spend(&rules, now.plus(Duration::from_secs(899))), Attempt::Locked(Lock::Until(until)));
        assert!(matches!(ledger.spend(&rules, until), Attempt::Counted { .. }));
    }

    #[test]
    fn the_third_and_fourth_wrong_try_make_the_next_one_wait() {
        let (mut ledger, rules, now) = (Ledger::default(), rules(), Timestamp::from_seconds(1000));
        for _ in 0..3 {
            assert!(matches!(ledger.spend(&rules, now), Attempt::Counted { .. }));
        }
        let before = ledger.clone();
        assert_eq!(ledger.spend(&rules, now), Attempt::TooEarly { wait: Duration::from_secs(5) });
        assert_eq!(ledger, before, "what comes too early is not counted");
        let later = now.plus(Duration::from_secs(5));
        assert!(matches!(ledger.spend(&rules, later), Attempt::Counted { .. }));
        assert_eq!(ledger.spend(&rules, later), Attempt::TooEarly { wait: Duration::from_secs(15) });
    }

    #[test]
    fn a_refund_gives_back_one_try_and_not_those_before_it() {
        let (mut ledger, rules, mut now) = (Ledger::default(), rules(), Timestamp::from_seconds(1000));
        for _ in 0..5 {
            now = now.plus(Duration::from_secs(20));
            ledger.spend(&rules, now);
        }
        ledger.refund(&rules);
        now = now.plus(Duration::from_secs(20));
        assert_eq!(ledger.spend(&rules, now), Attempt::Counted { last_before_lock: true });
        assert!(matches!(ledger.spend(&rules, now), Attempt::Locked(_)));
    }

    #[test]
    fn success_clears_and_a_hundred_in_a_row_end_it() {
        let (mut ledger, rules, mut now) = (Ledger::default(), rules(), Timestamp::from_seconds(1000));
        for _ in 0..99 {
            now = now.plus(Duration::from_secs(1000));
            ledger.spend(&rules, now);
        }
        let mut cleared = ledger.clone();
        cleared.clear();
        assert_eq!(cleared.lock(&rules, now), None);
        now = now.plus(Duration::from_secs(1000));
        assert_eq!(ledger.spend(&rules, now), Attempt::Counted { last_before_lock: true });
        assert_eq!(ledger.lock(&rules, now.plus(Duration::from_secs(100_000))), Some(Lock::UntilReset));
    }

    proptest! {
        /// However tries are spread, no window of 15 minutes sees more than ten compared, and waiting never makes a ledger forget its row.
        #[test]
        fn limits_never_grow_back(gaps in proptest::collection::vec(0..400u64, 1..120)) {
            let (mut ledger, rules, mut now) = (Ledger::default(), rules(), Timestamp::from_seconds(1000));
            let mut compared = Vec::new();
            for gap in gaps {
                now = now.plus(Duration::from_secs(gap));
                let before = ledger.in_a_row;
                if let Attempt::Counted { .. } = ledger.spend(&rules, now) { compared.push(now); prop_assert_eq!(ledger.in_a_row, before + 1); } else { prop_assert_eq!(ledger.in_a_row, before) }
            }
            for start in &compared {
                let seen = compared.iter().filter(|at| *at >= start && at.since(*start) < rules.window).count();
                prop_assert!(seen <= 10, "{} tries in a window", seen);
            }
            prop_assert!(compared.len() <= 100);
        }
    }
}
