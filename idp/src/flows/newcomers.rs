//! Logins that began a moment ago: whoever comes to one without its cookie refuses cookies (journeys J-14, E-03).

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::domain::{clock::Timestamp, ids::LoginId};

use super::Flows;

/// A redirect is followed within this.
const MOMENT: Duration = Duration::from_secs(20);
const MOST: usize = 1024;

/// In memory only, and no more than that many: without it, such a browser would be sent around in a circle.
#[derive(Default)]
pub struct Newcomers(Mutex<VecDeque<(LoginId, Timestamp)>>);

impl Newcomers {
    pub fn note(&self, login: &LoginId, now: Timestamp) {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while begun.front().is_some_and(|(_, at)| now.since(*at) > MOMENT) || begun.len() >= MOST {
            begun.pop_front();
        }
        begun.push_back((login.clone(), now));
    }

    fn forget(&self, login: &LoginId) {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = begun.iter().rposition(|(id, _)| id == login) {
            begun.remove(place);
        }
    }

    fn has(&self, login: &LoginId, now: Timestamp) -> bool {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.iter().any(|(id, at)| id == login && now.since(*at) <= MOMENT)
    }
}

impl Flows {
    /// A browser is sent to this login now.
    pub(super) fn note_begun(&self, login: &LoginId) {
        self.0.newcomers.note(login, self.now());
    }

    /// The browser came to this login with its cookie: whoever comes without it later has lost it, not refused it.
    pub fn has_arrived(&self, login: &LoginId) {
        self.0.newcomers.forget(login);
    }

    /// Whether a browser was sent to this login just now.
    pub fn has_just_begun(&self, login: &LoginId) -> bool {
        self.0.newcomers.has(login, self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_new_for_a_moment_and_the_oldest_give_way() {
        let (newcomers, now) = (Newcomers::default(), Timestamp::from_seconds(1000));
        let id = |n: usize| LoginId::new(format!("AAAA{n:04}"));
        for n in 0..=MOST {
            newcomers.note(&id(n), now);
        }
        assert!(!newcomers.has(&id(0), now) && newcomers.has(&id(1), now));
        assert!(!newcomers.has(&id(1), now.plus(MOMENT + Duration::from_secs(1))));
        newcomers.forget(&id(2));
        assert!(!newcomers.has(&id(2), now) && newcomers.has(&id(3), now));
    }
}
