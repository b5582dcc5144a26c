//! The outbox: mails that wait, and when one is tried again (SR-48).

use std::time::Duration;

use super::{
    clock::Timestamp,
    ids::{AccountId, LetterId, LoginId, TenantId},
    secret::Sealed,
};

/// A mail as the store knows it; address and body are sealed, the body is erased once it is of no use.
#[derive(Clone, Debug)]
pub struct OutboxLetter {
    pub id: LetterId,
    pub tenant: TenantId,
    /// `m-01` and so on.
    pub kind: String,
    pub login: Option<LoginId>,
    pub account: Option<AccountId>,
    pub recipient: Sealed,
    /// Keyed HMAC of the canonical address: how many mails went to one address is counted by it (SR-25).
    pub recipient_index: Option<String>,
    /// Sender, subject, text and HTML, as JSON.
    pub body: Option<Sealed>,
    pub state: LetterState,
    pub attempts: u32,
    pub next_attempt_at: Timestamp,
    /// What the receiving server last said, for the help desk.
    pub last_reply: Option<String>,
    pub created_at: Timestamp,
    /// After this its secret is worthless.
    pub expires_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    /// When a report said that it still waits at a later server.
    pub delayed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    Queued,
    /// Tried, and put off by the server: it will be tried again.
    Delayed,
    /// Our own mail server could not be reached: it will be tried again.
    Unsent,
    /// Our mail server took it over.
    Sent,
    /// The receiving server said so.
    Delivered,
    /// The receiving server refused it for good.
    Refused,
    /// It could not be handed over before its secret expired.
    Expired,
}

impl LetterState {
    /// States from which a mail may still be sent.
    pub const WAITING: [Self; 3] = [Self::Queued, Self::Delayed, Self::Unsent];
}

/// What became of a mail, for whoever waits for it (journeys 1.3, 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterStanding {
    pub state: LetterState,
    pub sent_at: Option<Timestamp>,
    pub changed_at: Timestamp,
    /// A later server has it and tries again: true of a mail that is `Sent`.
    pub is_delayed: bool,
}

/// What one try at sending ended in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// Taken over, with the server's words.
    Accepted { reply: String },
    /// A 5xx for this mail: no use in trying again.
    Refused { reply: String },
    /// A 4xx: the server asks to come back.
    Deferred { reply: String },
    /// No server, no connection, no answer.
    Unreachable { reason: String },
}

impl SendOutcome {
    /// For a metric's label.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Deferred { .. } => "deferred",
            Self::Unreachable { .. } => "unreachable",
        }
    }
}

/// Retries go from 5 s to 5 min, doubling, ± a fifth so that many letters do not come at once.
pub fn retry_after(attempts: u32, jitter: u8) -> Duration {
    let base = 5_000_u64.saturating_mul(1 << attempts.saturating_sub(1).min(6)).min(300_000);
    let fifth = base / 5;
    Duration::from_millis(base - fifth + fifth * 2 * u64::from(jitter) / 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_begin_after_five_seconds_and_never_wait_longer_than_six_minutes() {
        assert_eq!(retry_after(1, 127).as_secs(), 4);
        assert_eq!(retry_after(1, 255).as_secs(), 6);
        assert!((240..=360).contains(&retry_after(40, 200).as_secs()));
    }
}
