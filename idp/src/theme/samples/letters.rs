//! Samples of mails: every letter in every form it takes.

use std::time::Duration;

use super::{LATER, NOW};
use crate::domain::{
    letter::{AppChange, Letter, ResetLink},
    secret::Secret,
};

const MINUTE: Duration = Duration::from_mins(1);
const LINK: &str = "https://id.example.ac.jp/link/abcdefghijklmnopqrstuvwxyz234567";
const SECOND_LINK: &str = "https://id.example.ac.jp/link/abcdefghijklmnopqrstuvwxyz765432";

/// With a name for each.
pub fn letters() -> Vec<(&'static str, Letter)> {
    let (url, code) = (|| Secret::new(LINK), || Secret::new("482913"));
    let (lifetime, expires_at) = (MINUTE * 30, LATER);
    let first = ResetLink { user_id_masked: "12••••78".to_owned(), url: url(), code: code() };
    let second =
        ResetLink {
            user_id_masked: "34••••90".to_owned(), url: Secret::new(SECOND_LINK), code: Secret::new("119034")
        };
    let key = Letter::AuthKey {
        key: Secret::new("730164"),
        reference: "X7K".to_owned(),
        lifetime: MINUTE * 10,
        expires_at: NOW.plus(MINUTE * 10),
        sent_at: NOW,
    };
    let reset = |links| Letter::ResetSecondPassword { links, lifetime, expires_at };
    vec![
        ("confirm-email", Letter::ConfirmEmail { url: url(), code: code(), lifetime, expires_at }),
        ("auth-key", key),
        ("change-email", Letter::ChangeEmail { url: url(), code: code(), lifetime, expires_at }),
        ("email-changed", Letter::EmailChanged { at: NOW }),
        ("reset-second-password", reset(vec![first.clone()])),
        ("reset-second-password-several", reset(vec![first, second])),
        ("no-second-password", Letter::NoSecondPasswordYet),
        ("second-password-set", Letter::SecondPasswordSet { at: NOW }),
        ("second-password-changed", Letter::SecondPasswordChanged { at: NOW }),
        ("two-factor-on", Letter::TwoFactorChanged { enabled: true, at: NOW }),
        ("two-factor-off", Letter::TwoFactorChanged { enabled: false, at: NOW }),
        ("repeated-failures", Letter::RepeatedFailures { at: NOW, lock: MINUTE * 15 }),
        ("email-cleared", Letter::EmailCleared { at: NOW }),
        ("app-enrolled", Letter::AuthenticatorChanged { change: AppChange::Enrolled, at: NOW }),
        ("app-removed", Letter::AuthenticatorChanged { change: AppChange::Removed, at: NOW }),
        ("app-recovery-code", Letter::AuthenticatorChanged { change: AppChange::RecoveryCodeUsed, at: NOW }),
        ("registration-moved", Letter::RegistrationMoved { at: NOW }),
    ]
}
