//! The browser's single sign-on session, and when it may answer a request without a page.

use std::time::Duration;

use super::{
    account::Account,
    authorization_request::Prompt,
    clock::Timestamp,
    ids::{AccountId, SessionId, TenantId},
    login::{Need, Proofs},
    policy::SessionPolicy,
    secret::TokenKey,
};

#[derive(Clone, Debug)]
pub struct Session {
    /// `sid`: stays through step-ups.
    pub id: SessionId,
    /// The key of the cookie's token: new at every raise (SR-2).
    pub key: TokenKey,
    pub tenant: TenantId,
    pub account: AccountId,
    pub proofs: Proofs,
    pub created_at: Timestamp,
    /// Written at most once a minute.
    pub used_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A use is written when the last written one is this old.
pub const TOUCH_EVERY: Duration = Duration::from_mins(1);

impl Session {
    pub fn is_live(&self, policy: &SessionPolicy, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.created_at.plus(policy.absolute) && now < self.used_at.plus(policy.idle)
    }

    /// Whether something was proven in it after `since`: a step-up keeps the session's own age.
    pub fn is_proven_after(&self, since: Timestamp) -> bool {
        self.proofs.newest().is_some_and(|newest| newest > since)
    }

    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now.since(self.used_at) >= TOUCH_EVERY
    }
}

/// Whether a session's proofs are fresh enough: `max_age` counts from the oldest of them (SR-5).
pub fn is_fresh(proofs: &Proofs, account: &Account, need: &Need, prompt: Prompt, now: Timestamp) -> bool {
    if prompt == Prompt::Login {
        return false;
    }
    let Some((_, oldest)) = proofs.reach(account) else { return false };
    need.max_age.is_none_or(|max_age| now.since(oldest) <= max_age)
}
