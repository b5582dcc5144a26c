//! A forgotten second password: P-14 to P-16.

use serde::Serialize;

use super::Problem;

/// P-14.
#[derive(Clone, Debug, Serialize)]
pub struct ForgotSecondPassword {
    pub action: String,
    pub form_token: String,
    /// Kept input.
    pub email: String,
    /// Lifetime of the link.
    pub minutes: u64,
    pub back: Option<String>,
    pub errors: Vec<Problem>,
}

/// P-15. It says the same of every address, and nothing of a mail.
#[derive(Clone, Debug, Serialize)]
pub struct ResetEmailSent {
    pub action: String,
    pub form_token: String,
    pub minutes: u64,
    /// Digits of the short code.
    pub code_digits: u8,
    pub sign_in: Option<String>,
    pub lost_mailbox: String,
    pub errors: Vec<Problem>,
}

/// P-16. The URL itself is the proof: no form token.
#[derive(Clone, Debug, Serialize)]
pub struct ResetSecondPassword {
    pub action: String,
    /// One address may serve several accounts.
    pub user_id_masked: String,
    pub min_length: u64,
    pub errors: Vec<Problem>,
}
