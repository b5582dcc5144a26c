//! Proven facts: which factor, whose, when, and by what.

use serde::{Deserialize, Serialize};

use crate::domain::{account::Account, acr::Acr, clock::Timestamp, ids::AccountId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    University,
    SecondPassword,
    AuthKey,
    /// A code of the authenticator app.
    Authenticator,
    /// In place of a code of the app: worth a mailed key, never the app (SR-29).
    RecoveryCode,
}

/// One factor, proven once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub factor: Factor,
    pub account: AccountId,
    pub at: Timestamp,
    /// What proved it: the upstream's id, the credential version, the auth key's id, the app's step, the recovery code's number.
    pub evidence: String,
}

/// All that a login or session has proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proofs(Vec<Proof>);

impl Proofs {
    /// Adds a fact; a later proof of the same factor takes the place of an earlier one.
    pub fn add(&mut self, proof: Proof) {
        self.0.retain(|kept| kept.factor != proof.factor);
        self.0.push(proof);
    }

    /// When `account` proved a factor, if that still counts: a second password that was replaced since,
    /// a key sent to an address that was replaced since, or an app that was removed since, proves nothing any more.
    pub fn at(&self, factor: Factor, account: &Account) -> Option<Timestamp> {
        let proof = self.0.iter().find(|proof| proof.factor == factor && proof.account == account.id)?;
        let stands = match factor {
            Factor::University => true,
            Factor::SecondPassword => account.second_password.as_ref().is_some_and(|kept| proof.at >= kept.changed_at),
            Factor::AuthKey => account.email.as_ref().is_some_and(|kept| proof.at >= kept.confirmed_at),
            Factor::Authenticator | Factor::RecoveryCode => {
                account.authenticator.as_ref().is_some_and(|kept| proof.at >= kept.enrolled_at)
            }
        };
        stands.then_some(proof.at)
    }

    /// The highest class that these proofs reach, and the oldest proof it rests on (SR-5: that is `auth_time`).
    pub fn reach(&self, account: &Account) -> Option<(Acr, Timestamp)> {
        Acr::ALL.into_iter().rev().find_map(|acr| self.auth_time(acr, account).map(|at| (acr, at)))
    }

    /// When the oldest proof that a class rests on was given.
    pub fn auth_time(&self, acr: Acr, account: &Account) -> Option<Timestamp> {
        // Each row is one factor, given by any of its proofs.
        const FACTORS: [&[Factor]; 2] = [&[Factor::University], &[Factor::SecondPassword]];
        const KEY: &[Factor] = &[Factor::AuthKey, Factor::RecoveryCode, Factor::Authenticator];
        const APP: &[Factor] = &[Factor::Authenticator];
        let last = match acr {
            Acr::University | Acr::SecondPassword => None,
            Acr::AuthKey => Some(KEY),
            Acr::Authenticator => Some(APP),
        };
        let before = if acr == Acr::University { 1 } else { 2 };
        let newest = |any: &[Factor]| any.iter().filter_map(|factor| self.at(*factor, account)).max();
        FACTORS.into_iter().take(before).chain(last).map(newest).collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// `amr` (RFC 8176): what was proven here. Two passwords are one kind of factor, a mailed key is no `mfa` (SR-19), and
    /// neither is a recovery code, which has a name of its own (SR-29).
    pub fn amr(&self, account: &Account) -> Vec<&'static str> {
        let proven = |factor| self.at(factor, account).is_some();
        let (password, app) = (proven(Factor::SecondPassword), proven(Factor::Authenticator));
        [
            ("pwd", password),
            ("otp", app || proven(Factor::AuthKey)),
            ("recovery", proven(Factor::RecoveryCode)),
            ("mfa", app && password),
        ]
        .into_iter()
        .filter_map(|(method, is_proven)| is_proven.then_some(method))
        .collect()
    }

    /// Without what was proven of one factor.
    #[must_use]
    pub fn without(mut self, factor: Factor) -> Self {
        self.0.retain(|kept| kept.factor != factor);
        self
    }

    /// When the newest of them was given.
    pub fn newest(&self) -> Option<Timestamp> {
        self.0.iter().map(|proof| proof.at).max()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
