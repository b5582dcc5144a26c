//! The e-mailed key: P-08, P-17, P-30, and the dialogs.

use serde::Serialize;

use super::{MailStatus, Problem};
use crate::domain::clock::Timestamp;

/// P-08.
#[derive(Clone, Debug, Serialize)]
pub struct AuthKey {
    pub action: String,
    pub form_token: String,
    pub email_masked: String,
    /// The key that was sent last; none: a cap kept it back, the errors say so.
    pub sent: Option<SentKey>,
    pub digits: u8,
    /// Lifetime of a key.
    pub minutes: u64,
    pub max_attempts: u64,
    /// The key can no longer be used: the focus is on reissue.
    pub dead: bool,
    /// The mail of the last login came back (J-20).
    pub bounced: bool,
    /// This page again.
    pub check: String,
    pub lost_mailbox: String,
    pub back: String,
    /// What the script asks every few seconds.
    pub status_url: String,
    pub errors: Vec<Problem>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SentKey {
    pub sent_at: Timestamp,
    /// 照合番号.
    pub reference: String,
    pub status: MailStatus,
}

/// P-17.
#[derive(Clone, Debug, Serialize)]
pub struct SendAuthKey {
    pub action: String,
    pub form_token: String,
    pub email_masked: String,
    pub errors: Vec<Problem>,
}

/// P-30.
#[derive(Clone, Debug, Serialize)]
pub struct LostMailbox {
    pub back: Option<String>,
}

/// D-01 to D-04, D-06, D-08; `ok` is where OK leads.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Message {
    SecondPasswordSet { ok: String },
    SecondPasswordChanged { ok: String },
    AuthKeyInvalid { ok: String },
    AuthKeyReissued { ok: String, email_masked: String },
    TwoFactorEnabled { ok: String },
    TwoFactorDisabled { ok: String },
}

impl Message {
    /// `data-message` of the contract.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::SecondPasswordSet { .. } => "second-password-set",
            Self::SecondPasswordChanged { .. } => "second-password-changed",
            Self::AuthKeyInvalid { .. } => "auth-key-invalid",
            Self::AuthKeyReissued { .. } => "auth-key-reissued",
            Self::TwoFactorEnabled { .. } => "two-factor-enabled",
            Self::TwoFactorDisabled { .. } => "two-factor-disabled",
        }
    }

    pub const fn title_id(&self) -> &'static str {
        match self {
            Self::SecondPasswordSet { .. } => "d-01-title",
            Self::SecondPasswordChanged { .. } => "d-02-title",
            Self::AuthKeyInvalid { .. } => "d-03-title",
            Self::AuthKeyReissued { .. } => "d-04-title",
            Self::TwoFactorEnabled { .. } => "d-06-title",
            Self::TwoFactorDisabled { .. } => "d-08-title",
        }
    }
}
