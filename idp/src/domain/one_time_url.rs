//! One-time URLs: mailed links that a press confirms, never a GET (journeys J-15, J-16).

use super::{
    account::Account,
    clock::Timestamp,
    ids::{AccountId, LetterId, LoginId, SessionId, TenantId},
    language::Language,
    secret::Sealed,
};

/// A link as the store knows it: its token is only in the mail.
#[derive(Clone, Debug)]
pub struct OneTimeUrl {
    /// SHA-256 of the token.
    pub key: String,
    pub tenant: TenantId,
    pub purpose: Purpose,
    pub account: AccountId,
    /// The login that waits for it.
    pub login: Option<LoginId>,
    /// The session that asked for it: it goes on when the others end (J-07).
    pub session: Option<SessionId>,
    /// The address it was sent to and will confirm.
    pub address: Sealed,
    pub address_index: String,
    /// HMAC of the short code.
    pub code_mac: String,
    pub code_tries: u32,
    /// The account's, when it was made: a later change voids the link (SR-38).
    pub credential_version: i64,
    pub state: OneTimeUrlState,
    pub letter: LetterId,
    pub language: Language,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    RegisterEmail,
    ChangeEmail,
    ResetSecondPassword,
}

impl Purpose {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegisterEmail => "register-email",
            Self::ChangeEmail => "change-email",
            Self::ResetSecondPassword => "reset-second-password",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneTimeUrlState {
    Open,
    Used,
    /// A newer mail was sent, the address was corrected, or another link was confirmed.
    Replaced,
}

/// What a link is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkVerdict {
    Good,
    Expired,
    Used,
    Replaced,
}

impl OneTimeUrl {
    pub fn verdict(&self, account: &Account, now: Timestamp) -> LinkVerdict {
        match self.state {
            OneTimeUrlState::Used => LinkVerdict::Used,
            OneTimeUrlState::Replaced => LinkVerdict::Replaced,
            OneTimeUrlState::Open if now >= self.expires_at => LinkVerdict::Expired,
            OneTimeUrlState::Open if self.credential_version != account.credential_version => LinkVerdict::Replaced,
            OneTimeUrlState::Open => LinkVerdict::Good,
        }
    }

    /// Whether this link's address is the one that the account has confirmed: then its page is shown again (J-02 2.3).
    pub fn is_confirmed(&self, account: &Account) -> bool {
        self.purpose != Purpose::ResetSecondPassword
            && self.state == OneTimeUrlState::Used
            && account.email.as_ref().is_some_and(|email| email.index == self.address_index)
    }
}
