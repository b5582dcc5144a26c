//! The address: P-02 to P-05, P-09 to P-12 and P-23, and what became of a mail.

use serde::Serialize;

use super::Problem;
use crate::domain::clock::Timestamp;

/// P-02.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterEmail {
    pub action: String,
    pub form_token: String,
    /// The address was cleared by the office (J-18): another lead.
    pub again: bool,
    /// The last mail came back (J-20): another address is advised.
    pub bounced: bool,
    /// Kept input.
    pub email: String,
    pub email_confirmation: String,
    /// Lifetime of the link.
    pub minutes: u64,
    pub errors: Vec<Problem>,
}

/// P-09.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeEmail {
    pub action: String,
    pub form_token: String,
    pub user_id_masked: String,
    /// The present address.
    pub current_masked: Option<String>,
    /// The last mail to it came back (J-20).
    pub bounced: bool,
    /// Kept input.
    pub email: String,
    pub email_confirmation: String,
    /// Lifetime of the link.
    pub minutes: u64,
    pub back: String,
    pub errors: Vec<Problem>,
}

/// P-03 and P-10.
#[derive(Clone, Debug, Serialize)]
pub struct EmailSent {
    pub action: String,
    pub form_token: String,
    /// P-10: an address takes another's place, and here is whose.
    pub change_of: Option<String>,
    /// In full, as it was typed.
    pub email: String,
    pub expires_at: Timestamp,
    /// Digits of the short code; none: there is no code to type.
    pub code_digits: Option<u8>,
    pub status: MailStatus,
    /// The mail was sent again just now.
    pub resent: bool,
    /// This page again.
    pub check: String,
    /// P-03.
    pub sign_in: Option<String>,
    /// P-10.
    pub back: Option<String>,
    /// What the script asks every few seconds.
    pub status_url: String,
    pub errors: Vec<Problem>,
}

/// P-04 and P-11. The URL itself is the proof: no form token.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmLink {
    /// P-11.
    pub change: bool,
    pub action: String,
    pub email_masked: String,
    pub user_id_masked: String,
}

/// P-05.
#[derive(Clone, Debug, Serialize)]
pub struct EmailRegistered {
    pub onward: Onward,
}

/// P-12.
#[derive(Clone, Debug, Serialize)]
pub struct EmailChanged {
    pub onward: Onward,
}

/// Where a finished step leads.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "href", rename_all = "kebab-case")]
pub enum Onward {
    SignIn(String),
    Continue(String),
    Back(String),
}

/// P-23.
#[derive(Clone, Debug, Serialize)]
pub struct LinkInvalid {
    /// `E-30` … `E-33`.
    pub code: String,
    pub retry: Option<LinkRetry>,
}

/// What the link was for, and where to ask for a new one.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "href", rename_all = "kebab-case")]
pub enum LinkRetry {
    Register(String),
    Change(String),
    Reset(String),
}

/// What became of a mail (journeys 1.3, 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "at", rename_all = "kebab-case")]
pub enum MailStatus {
    Queued,
    Sent(Timestamp),
    Delivered(Timestamp),
    Delayed,
    Refused,
    /// E-66.
    Failed,
}

impl MailStatus {
    /// As the waiting page's script reads it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent(_) => "sent",
            Self::Delivered(_) => "delivered",
            Self::Delayed => "delayed",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}
