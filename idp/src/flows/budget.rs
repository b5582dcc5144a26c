//! How many audit rows strangers' failures may cause (security.md, decision 6): what is beyond is logged and counted only.

use std::sync::Mutex;

use crate::domain::{audit::AuditEvent, clock::Timestamp};

use super::Flows;

/// A window of one minute, for the whole process.
pub struct StrangerBudget {
    per_minute: u32,
    window: Mutex<(i64, u32)>,
}

impl StrangerBudget {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, window: Mutex::new((0, 0)) }
    }

    /// Whether one more row fits into this minute.
    pub fn take(&self, now: Timestamp) -> bool {
        let minute = now.as_millis().div_euclid(60_000);
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.0 != minute {
            *window = (minute, 0);
        }
        window.1 = window.1.saturating_add(1);
        window.1 <= self.per_minute
    }
}

impl Flows {
    /// Whether a row of the trail may be spent on somebody unknown now.
    pub(super) fn may_note_stranger(&self, now: Timestamp) -> bool {
        self.0.strangers.take(now)
    }

    /// Notes what somebody did who has proven nothing yet.
    pub(super) async fn record_stranger(&self, event: AuditEvent) {
        let name = event.event.as_str();
        metrics::counter!("idp_stranger_events_total", "event" => name).increment(1);
        tracing::info!(target: "audit", event = name, tenant = %event.tenant, detail = ?event.detail, "stranger");
        if self.0.strangers.take(event.at)
            && let Err(error) = self.store.record(event).await
        {
            // Nothing was done that could be undone: a database that is away turns no refusal into an outage.
            tracing::error!(%error, "a stranger's failure is only in the log");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_and_the_next_begins_anew() {
        let budget = StrangerBudget::new(2);
        let at = Timestamp::from_seconds(600);
        assert_eq!([budget.take(at), budget.take(at), budget.take(at)], [true, true, false]);
        assert!(budget.take(Timestamp::from_seconds(660)));
    }
}
