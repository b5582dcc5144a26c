//! The one place that says what a login still owes (product.md, The gates).

use super::{
    attempts::Lock,
    need::Need,
    proofs::{Factor, Proofs},
};
use crate::domain::{
    account::Account,
    acr::Acr,
    policy::{AfterSetup, Policy},
};

/// Where a login stands: each gate is one page of the journeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// P-01: the university has not said who.
    SignIn,
    /// P-02.
    RegisterEmail,
    /// P-03: an address waits for its confirmation.
    EmailSent,
    /// P-05: with `sign-in-again` this login has done its part.
    EmailRegistered,
    /// P-06.
    SetSecondPassword,
    /// D-01: with `sign-in-again` this login has done its part.
    SecondPasswordSet,
    /// P-07.
    SecondPassword,
    /// P-25.
    Locked(Lock),
    /// P-17: a live session is asked for more, and no key was sent yet.
    SendAuthKey,
    /// P-08.
    AuthKey,
    /// P-34.
    Authenticator,
    /// P-31: everything is proven, and the person has not agreed to what the client asks for.
    Consent,
    /// What the request demands is beyond this account: the client is told so.
    Unmet,
    Done,
}

/// All the facts that the gate depends on.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, true or not whatever the others are")]
pub struct Standing<'a> {
    pub policy: &'a Policy,
    pub need: &'a Need,
    /// None until the university has answered.
    pub account: Option<&'a Account>,
    pub proofs: &'a Proofs,
    /// An unconfirmed address waits for its link, asked for by this login.
    pub email_pending: bool,
    /// The lock on the account's second password, if any.
    pub lock: Option<Lock>,
    /// A key may be made without a press of P-17: this login passed its second password by a POST.
    pub key_asked: bool,
    /// This login was sent a key, though its account has an app: the student chose so on P-34.
    pub key_chosen: bool,
    /// The client is one that people are asked about, and the answer is still to be given.
    pub consent_due: bool,
}

/// What this login still owes before a code may be issued.
pub fn next(standing: &Standing<'_>) -> Gate {
    let Standing { policy, need, proofs, .. } = standing;
    let Some(account) = standing.account else { return Gate::SignIn };
    let Some(university_at) = proofs.at(Factor::University, account) else { return Gate::SignIn };
    let again = policy.after_setup == AfterSetup::SignInAgain;
    let second_at = proofs.at(Factor::SecondPassword, account);

    if policy.email.enrolment {
        match &account.email {
            // J-18: whoever knows only the university's password shall not take a cleared account over.
            None if account.second_password.is_some() && policy.second_password.required && second_at.is_none() => {
                return second_password_gate(standing);
            }
            None if standing.email_pending => return Gate::EmailSent,
            None => return Gate::RegisterEmail,
            Some(email) if again && email.registered_at > university_at => return Gate::EmailRegistered,
            Some(_) => {}
        }
    }
    if policy.second_password.required {
        match &account.second_password {
            None => return Gate::SetSecondPassword,
            Some(kept) if again && kept.set_at > university_at => return Gate::SecondPasswordSet,
            Some(_) if second_at.is_none() => return second_password_gate(standing),
            Some(_) => {}
        }
    }
    if need.acr >= Acr::AuthKey
        && let Some(gate) = key_gate(standing, account)
    {
        return gate;
    }
    match proofs.reach(account) {
        Some((reached, _)) if reached >= need.acr && standing.consent_due => Gate::Consent,
        Some((reached, _)) if reached >= need.acr => Gate::Done,
        _ => Gate::SignIn,
    }
}

fn second_password_gate(standing: &Standing<'_>) -> Gate {
    standing.lock.clone().map_or(Gate::SecondPassword, Gate::Locked)
}

/// Whoever has an app is asked for its code in the mailed key's place. A tenant that allows no apps goes by the key alone.
fn key_gate(standing: &Standing<'_>, account: &Account) -> Option<Gate> {
    let Standing { policy, need, proofs, .. } = standing;
    let has_app = policy.allows_apps() && account.authenticator.is_some();
    let proven = |factor| proofs.at(factor, account).is_some();
    if has_app && proven(Factor::Authenticator) {
        return None;
    }
    if need.acr > Acr::AuthKey {
        return Some(if has_app { Gate::Authenticator } else { Gate::Unmet });
    }
    if proven(Factor::AuthKey) || has_app && proven(Factor::RecoveryCode) {
        return None;
    }
    Some(match (has_app && !standing.key_chosen, standing.key_asked) {
        (true, _) => Gate::Authenticator,
        (false, true) => Gate::AuthKey,
        (false, false) => Gate::SendAuthKey,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        authorization_request::{AcrRequest, AuthorizationRequest},
        clock::Timestamp,
        login::Proof,
        policy::{AuthenticatorUse, TwoFactor},
        samples,
    };

    const FACTORS: [Factor; 5] =
        [Factor::University, Factor::SecondPassword, Factor::AuthKey, Factor::Authenticator, Factor::RecoveryCode];

    fn proof(factor: Factor, at: i64) -> Proof {
        Proof { factor, account: samples::account().id, at: Timestamp::from_millis(at), evidence: String::new() }
    }

    fn gate(policy: &Policy, account: &Account, proofs: &Proofs) -> Gate {
        let need = Need::of(policy, Some(&samples::client()), &samples::request().demand(), Some(account)).unwrap();
        next(&Standing {
            policy,
            need: &need,
            account: Some(account),
            proofs,
            email_pending: false,
            lock: None,
            key_asked: true,
            key_chosen: false,
            consent_due: false,
        })
    }

    #[test]
    fn a_new_student_registers_an_address_then_signs_in_again_then_sets_a_second_password() {
        let policy = samples::policy();
        let mut account = samples::account();
        let mut proofs = Proofs::default();
        assert_eq!(gate(&policy, &account, &proofs), Gate::SignIn);
        proofs.add(proof(Factor::University, 10));
        assert_eq!(gate(&policy, &account, &proofs), Gate::RegisterEmail);
        account.email = Some(samples::email(20));
        assert_eq!(gate(&policy, &account, &proofs), Gate::EmailRegistered);
        proofs.add(proof(Factor::University, 30));
        assert_eq!(gate(&policy, &account, &proofs), Gate::SetSecondPassword);
        account.second_password = Some(samples::second_password(40));
        assert_eq!(gate(&policy, &account, &proofs), Gate::SecondPasswordSet);
        proofs.add(proof(Factor::University, 50));
        assert_eq!(gate(&policy, &account, &proofs), Gate::SecondPassword);
        proofs.add(proof(Factor::SecondPassword, 60));
        assert_eq!(gate(&policy, &account, &proofs), Gate::Done);
        account.two_factor = true;
        assert_eq!(gate(&policy, &account, &proofs), Gate::AuthKey);
        proofs.add(proof(Factor::AuthKey, 70));
        assert_eq!(gate(&policy, &account, &proofs), Gate::Done);
    }

    #[test]
    fn a_cleared_address_asks_for_the_second_password_first() {
        let mut account = samples::account();
        account.second_password = Some(samples::second_password(1));
        let mut proofs = Proofs::default();
        proofs.add(proof(Factor::University, 10));
        assert_eq!(gate(&samples::policy(), &account, &proofs), Gate::SecondPassword);
        proofs.add(proof(Factor::SecondPassword, 20));
        assert_eq!(gate(&samples::policy(), &account, &proofs), Gate::RegisterEmail);
    }

    #[test]
    fn a_replaced_second_password_or_address_voids_what_was_proven_by_it() {
        let mut account = samples::account();
        account.email = Some(samples::email(1));
        account.second_password = Some(samples::second_password(1));
        account.two_factor = true;
        let mut proofs = Proofs::default();
        for (factor, at) in [(Factor::University, 10), (Factor::SecondPassword, 20), (Factor::AuthKey, 30)] {
            proofs.add(proof(factor, at));
        }
        assert_eq!(gate(&samples::policy(), &account, &proofs), Gate::Done);
        account.second_password.as_mut().unwrap().changed_at = Timestamp::from_millis(25);
        assert_eq!(gate(&samples::policy(), &account, &proofs), Gate::SecondPassword);
        account.second_password.as_mut().unwrap().changed_at = Timestamp::from_millis(1);
        account.email.as_mut().unwrap().confirmed_at = Timestamp::from_millis(35);
        assert_eq!(gate(&samples::policy(), &account, &proofs), Gate::AuthKey);
    }

    /// An account that has everything, with the university and the second password proven.
    fn with_app() -> (Policy, Account, Proofs) {
        let (mut policy, mut account, mut proofs) = (samples::policy(), samples::account(), Proofs::default());
        policy.authenticator = AuthenticatorUse::Allowed;
        account.email = Some(samples::email(1));
        account.second_password = Some(samples::second_password(1));
        account.two_factor = true;
        account.authenticator = Some(samples::authenticator(1));
        proofs.add(proof(Factor::University, 10));
        proofs.add(proof(Factor::SecondPassword, 20));
        (policy, account, proofs)
    }

    #[test]
    fn whoever_has_an_app_is_asked_for_it_in_the_mailed_key_s_place() {
        let (mut policy, mut account, mut proofs) = with_app();
        assert_eq!(gate(&policy, &account, &proofs), Gate::Authenticator);
        policy.authenticator = AuthenticatorUse::Off;
        assert_eq!(gate(&policy, &account, &proofs), Gate::AuthKey);
        policy.authenticator = AuthenticatorUse::Allowed;
        proofs.add(proof(Factor::Authenticator, 30));
        assert_eq!(gate(&policy, &account, &proofs), Gate::Done);
        policy.authenticator = AuthenticatorUse::Off;
        assert_eq!(gate(&policy, &account, &proofs), Gate::AuthKey, "a tenant without apps goes by the key alone");
        policy.authenticator = AuthenticatorUse::Allowed;
        account.authenticator = Some(samples::authenticator(40));
        assert_eq!(gate(&policy, &account, &proofs), Gate::Authenticator, "the former app proves nothing any more");
        account.authenticator = None;
        assert_eq!(gate(&policy, &account, &proofs), Gate::AuthKey);
        account.two_factor = false;
        assert_eq!(gate(&policy, &account, &proofs), Gate::Done);
    }

    #[test]
    fn what_each_proof_in_the_key_s_place_is_worth() {
        let (policy, account, proven) = with_app();
        for (factor, gate_for_the_app, acr, amr) in [
            (Factor::AuthKey, Gate::Authenticator, Acr::AuthKey, &["pwd", "otp"][..]),
            (Factor::RecoveryCode, Gate::Authenticator, Acr::AuthKey, &["pwd", "recovery"]),
            (Factor::Authenticator, Gate::Done, Acr::Authenticator, &["pwd", "otp", "mfa"]),
        ] {
            let mut proofs = proven.clone();
            proofs.add(proof(factor, 30));
            assert_eq!(gate(&policy, &account, &proofs), Gate::Done, "{factor:?}");
            let need = Need { acr: Acr::Authenticator, max_age: None };
            let standing = Standing {
                policy: &policy,
                need: &need,
                account: Some(&account),
                proofs: &proofs,
                email_pending: false,
                lock: None,
                key_asked: true,
                key_chosen: true,
                consent_due: false,
            };
            assert_eq!(next(&standing), gate_for_the_app, "{factor:?}");
            assert_eq!(proofs.reach(&account), Some((acr, Timestamp::from_millis(10))), "{factor:?}");
            assert_eq!(proofs.amr(&account), amr, "{factor:?}");
        }
    }

    #[test]
    fn somebody_else_s_proofs_prove_nothing() {
        let mut account = samples::account();
        let mut proofs = Proofs::default();
        proofs.add(proof(Factor::University, 10));
        account.id = crate::domain::ids::AccountId(uuid::Uuid::from_u128(99));
        assert_eq!(gate(&samples::policy(), &account, &proofs), Gate::SignIn);
    }

    proptest! {
        /// Whatever was proven in whatever order, nobody is through without every due proof.
        #[test]
        fn no_sequence_of_proofs_is_done_without_the_due_ones(
            given in proptest::collection::vec((0..5usize, 0..100i64), 0..8),
            email_at in proptest::option::of(0..100i64),
            password_at in proptest::option::of(0..100i64),
            app_at in proptest::option::of(0..100i64),
            (allowed, demanded, chosen, consent_due) in any::<(bool, bool, bool, bool)>(),
            two_factor in any::<bool>(), required in any::<bool>(), again in any::<bool>(), asked in any::<bool>(),
        ) {
            let mut policy = samples::policy();
            policy.two_factor = if required { TwoFactor::Required } else { TwoFactor::UserChoice };
            policy.after_setup = if again { AfterSetup::SignInAgain } else { AfterSetup::Continue };
            let mut account = samples::account();
            account.email = email_at.map(samples::email);
            account.second_password = password_at.map(samples::second_password);
            account.two_factor = two_factor;
            account.authenticator = app_at.map(samples::authenticator);
            policy.authenticator = if allowed { AuthenticatorUse::Allowed } else { AuthenticatorUse::Off };
            let mut proofs = Proofs::default();
            for (factor, at) in given {
                proofs.add(proof(FACTORS[factor], at));
            }
            let mut request = samples::request();
            request.acr = AcrRequest { values: vec![Acr::Authenticator], essential: true };
            let need_of = |request: &AuthorizationRequest| Need::of(&policy, Some(&samples::client()), &request.demand(), Some(&account));
            prop_assert_eq!(need_of(&request).is_ok(), allowed && app_at.is_some());
            let request = if demanded && need_of(&request).is_ok() { request } else { samples::request() };
            let need = need_of(&request).unwrap();
            let gate = next(&Standing { policy: &policy, need: &need, account: Some(&account), proofs: &proofs,
                email_pending: false, lock: None, key_asked: asked, key_chosen: chosen, consent_due });
            prop_assert_ne!(&gate, if consent_due { &Gate::Done } else { &Gate::Consent });
            // Nobody is asked to agree before everything is proven.
            if matches!(gate, Gate::Done | Gate::Consent) {
                prop_assert!(proofs.at(Factor::University, &account).is_some());
                prop_assert!(account.email.is_some() && account.second_password.is_some());
                prop_assert!(proofs.at(Factor::SecondPassword, &account).is_some());
                let app = allowed && proofs.at(Factor::Authenticator, &account).is_some();
                let recovered = allowed && proofs.at(Factor::RecoveryCode, &account).is_some();
                let keyed = app || recovered || proofs.at(Factor::AuthKey, &account).is_some();
                prop_assert!(!(two_factor || required) || keyed);
                prop_assert!(need.acr < Acr::Authenticator || app);
                prop_assert_eq!(proofs.amr(&account).contains(&"mfa"), proofs.at(Factor::Authenticator, &account).is_some());
                prop_assert!(proofs.reach(&account).unwrap().0 >= need.acr);
            }
        }
    }
}
