//! The browser's single sign-on session, and when it may answer a request without a page.

use std::time::Duration;

use super::{
    account::Account,
    authorization_request::Prompt,
    browser::Browser,
    clock::Timestamp,
    ids::{AccountId, LoginId, SessionId, TenantId},
    login::{Factor, Need, Proofs},
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
    /// The login that began it: what happens in the session belongs to that login's trail.
    pub login: Option<LoginId>,
    /// As it called itself when the session began.
    pub browser: Option<Browser>,
    pub created_at: Timestamp,
    /// Written at most once a minute.
    pub used_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A use is written when the last written one is this old.
pub const TOUCH_EVERY: Duration = Duration::from_mins(1);

impl Session {
    pub fn is_live(&self, policy: &SessionPolicy, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < policy.deadlines(self.created_at, self.used_at).nearest()
    }

    /// Whether something was proven in it after `since`: a step-up keeps the session's own age.
    pub fn is_proven_after(&self, since: Timestamp) -> bool {
        self.proofs.newest().is_some_and(|newest| newest > since)
    }

    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now.since(self.used_at) >= TOUCH_EVERY
    }
}

/// Whether a factor was proven lately enough for a change of the account (P-19, SR-30, SR-34): this very factor within
/// `age`, or the whole login, whose oldest proof is then no older.
/// So P-19, which proves the second password anew, serves for `age` again although the login's age (`auth_time`, SR-5) stays.
pub fn is_proven_lately(proofs: &Proofs, account: &Account, factor: Factor, age: Duration, now: Timestamp) -> bool {
    let lately = |at: Timestamp| now.since(at) <= age;
    proofs.at(factor, account).is_some_and(lately) || proofs.reach(account).is_some_and(|(_, oldest)| lately(oldest))
}

/// Whether a session's proofs are fresh enough: `max_age` counts from the oldest of them (SR-5).
pub fn is_fresh(proofs: &Proofs, account: &Account, need: &Need, prompt: Prompt, now: Timestamp) -> bool {
    if prompt == Prompt::Login {
        return false;
    }
    let Some((_, oldest)) = proofs.reach(account) else { return false };
    need.max_age.is_none_or(|max_age| now.since(oldest) <= max_age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        login::{Factor, Proof},
        samples,
    };

    fn proof(factor: Factor, at: i64) -> Proof {
        Proof { factor, account: samples::account().id, at: Timestamp::from_seconds(at), evidence: String::new() }
    }

    fn proofs(at: i64) -> Proofs {
        let mut proofs = Proofs::default();
        proofs.add(proof(Factor::University, at));
        proofs
    }

    #[test]
    fn a_factor_proven_again_serves_a_change_and_leaves_the_login_s_age() {
        let (mut account, mut proofs) = (samples::account(), proofs(1000));
        account.email = Some(samples::email(0));
        account.second_password = Some(samples::second_password(0));
        proofs.add(proof(Factor::SecondPassword, 1000));
        let age = Duration::from_mins(15);
        let lately =
            |proofs: &Proofs, factor, at| is_proven_lately(proofs, &account, factor, age, Timestamp::from_seconds(at));
        assert!(lately(&proofs, Factor::SecondPassword, 1900) && !lately(&proofs, Factor::SecondPassword, 1901));
        assert!(lately(&proofs, Factor::AuthKey, 1900), "a young login that needed no key");
        proofs.add(proof(Factor::SecondPassword, 2000));
        assert!(lately(&proofs, Factor::SecondPassword, 2900));
        assert!(!lately(&proofs, Factor::AuthKey, 2000), "the second password is no key");
        assert_eq!(proofs.reach(&account).unwrap().1, Timestamp::from_seconds(1000));
        proofs.add(proof(Factor::AuthKey, 2100));
        assert!(lately(&proofs, Factor::AuthKey, 2900));
    }

    #[test]
    fn max_age_counts_from_the_oldest_proof_and_prompt_login_is_never_fresh() {
        let (account, now) = (samples::account(), Timestamp::from_seconds(1000));
        let need =
            |seconds| Need { acr: crate::domain::acr::Acr::University, max_age: Some(Duration::from_secs(seconds)) };
        let fresh = |seconds, prompt| is_fresh(&proofs(990), &account, &need(seconds), prompt, now);
        assert!(fresh(10, Prompt::Unset) && fresh(10, Prompt::SelectAccount));
        assert!(!fresh(9, Prompt::Unset) && !fresh(0, Prompt::Unset) && !fresh(10, Prompt::Login));
    }

    #[test]
    fn a_session_raised_after_a_login_began_is_seen_though_it_is_older_itself() {
        let session = Session {
            id: SessionId(uuid::Uuid::from_u128(1)),
            key: TokenKey::from_stored("k".to_owned()),
            tenant: samples::tenant().id,
            account: samples::account().id,
            proofs: proofs(990),
            login: None,
            browser: None,
            created_at: Timestamp::from_seconds(100),
            used_at: Timestamp::from_seconds(990),
            ended_at: None,
        };
        assert!(session.is_proven_after(Timestamp::from_seconds(500)));
        assert!(!session.is_proven_after(Timestamp::from_seconds(990)));
    }
}
