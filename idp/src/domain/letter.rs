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
    /// M-03, to the new address.
    ChangeEmail { url: Secret, code: Secret, lifetime: Duration, expires_at: Timestamp },
    /// M-04, to the old address.
    EmailChanged { at: Timestamp },
    /// M-05: one link for each account of the address.
    ResetSecondPassword { links: Vec<ResetLink>, lifetime: Duration, expires_at: Timestamp },
    /// M-06.
    NoSecondPasswordYet,
    /// M-07 (set).
    SecondPasswordSet { at: Timestamp },
    /// M-07 (changed or reset).
    SecondPasswordChanged { at: Timestamp },
    /// M-08.
    TwoFactorChanged { enabled: bool, at: Timestamp },
    /// M-09.
    RepeatedFailures { at: Timestamp, lock: Duration },
    /// M-10, to the cleared address.
    EmailCleared { at: Timestamp },
    /// M-11.
    AuthenticatorChanged { change: AppChange, at: Timestamp },
    /// M-12.
    RegistrationMoved { at: Timestamp },
}

/// What was done with an account's authenticator app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppChange {
    Enrolled,
    Removed,
    RecoveryCodeUsed,
}

/// One account's link in M-05; the user ID is shown only where there are several.
#[derive(Clone, Debug)]
pub struct ResetLink {
    pub user_id_masked: String,
    pub url: Secret,
    pub code: Secret,
}

impl Letter {
    /// The name of its template (`mail/<name>.txt`).
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ConfirmEmail { .. } => "confirm-email",
            Self::AuthKey { .. } => "auth-key",
            Self::ChangeEmail { .. } => "change-email",
            Self::EmailChanged { .. } => "email-changed",
            Self::ResetSecondPassword { .. } => "reset-second-password",
            Self::NoSecondPasswordYet => "no-second-password",
            Self::SecondPasswordSet { .. } => "second-password-set",
            Self::SecondPasswordChanged { .. } => "second-password-changed",
            Self::TwoFactorChanged { .. } => "two-factor-changed",
            Self::RepeatedFailures { .. } => "repeated-failures",
            Self::EmailCleared { .. } => "email-cleared",
            Self::AuthenticatorChanged { .. } => "authenticator-changed",
            Self::RegistrationMoved { .. } => "registration-moved",
        }
    }
}
