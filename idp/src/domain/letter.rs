//! Letters: what a mail says, before any language or layout.

use std::time::Duration;

use super::{clock::Timestamp, secret::Secret};

/// One mail of journeys part 5 with what it tells.
#[derive(Clone, Debug)]
pub enum Letter {
    /// M-01.
    ConfirmEmail { url: Secret, code: Secret, lifetime: Duration, expires_at: Timestamp },
    /// M-02.
    AuthKey { key: Secret, reference: String, lifetime: Duration, expires_at: Timestamp, sent_at: Timestamp },
    /// M-07 (set).
    SecondPasswordSet { at: Timestamp },
    /// M-09.
    RepeatedFailures { at: Timestamp, lock: Duration },
}

impl Letter {
    /// The name of its template (`mail/<name>.txt`).
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ConfirmEmail { .. } => "confirm-email",
            Self::AuthKey { .. } => "auth-key",
            Self::SecondPasswordSet { .. } => "second-password-set",
            Self::RepeatedFailures { .. } => "repeated-failures",
        }
    }
}
