//! How many requests may be pushed: each is a row, and for public clients anybody can push (RFC 9126 §2.3, architecture.md).

use std::{collections::HashMap, sync::Mutex};

use crate::domain::{client::Client, clock::Timestamp, tenant::Tenant};

use super::{Flows, Visitor};

/// Of a public client's share, what one network may take.
const SHARE_OF_NETWORK: u32 = 10;

/// A window of one minute, for the whole process.
pub struct PushBudget {
    per_minute: u32,
    window: Mutex<Window>,
}

/// Never larger than what it lets pass: who is refused leaves no entry.
#[derive(Default)]
struct Window {
    minute: i64,
    pushed: HashMap<String, u32>,
}

impl PushBudget {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, window: Mutex::default() }
    }

    /// Whether one more fits into this minute; `network` is told of public clients only.
    pub fn take(&self, client: &str, network: Option<&str>, now: Timestamp) -> bool {
        let minute = now.as_millis().div_euclid(60_000);
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.minute != minute {
            *window = Window { minute, pushed: HashMap::new() };
        }
        let of_network = network.map(|network| format!("{client} {network}"));
        let count = |key: &str| window.pushed.get(key).copied().unwrap_or_default();
        let share = (self.per_minute / SHARE_OF_NETWORK).max(1);
        let room = count(client) < self.per_minute && of_network.as_ref().is_none_or(|key| count(key) < share);
        if room {
            for key in of_network.into_iter().chain([client.to_owned()]) {
                *window.pushed.entry(key).or_default() += 1;
            }
        }
        room
    }
}

impl Flows {
    pub(super) fn may_push(&self, tenant: &Tenant, client: &Client, visitor: &Visitor, now: Timestamp) -> bool {
        let network = client.authentication.is_public().then(|| visitor.address_prefix().unwrap_or_default());
        self.0.pushes.take(&format!("{} {}", tenant.id, client.id), network.as_deref(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_its_minute_and_the_next_begins_anew() {
        let budget = PushBudget::new(2);
        let at = Timestamp::from_seconds(600);
        assert_eq!([0; 3].map(|_| budget.take("a", None, at)), [true, true, false]);
        assert!(budget.take("b", None, at), "another client has its own");
        assert!(budget.take("a", None, Timestamp::from_seconds(660)));
    }

    #[test]
    fn one_network_cannot_take_all_of_a_public_client() {
        let budget = PushBudget::new(20);
        let at = Timestamp::from_seconds(600);
        assert_eq!([0; 3].map(|_| budget.take("a", Some("192.0.2.0/24"), at)), [true, true, false]);
        assert!(budget.take("a", Some("198.51.100.0/24"), at));
    }
}
