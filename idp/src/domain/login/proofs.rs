//! Proven facts: which factor, whose, when, and by what.

use serde::{Deserialize, Serialize};

use crate::domain::{account::Account, acr::Acr, clock::Timestamp, ids::AccountId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    University,
    SecondPassword,
    AuthKey,
}

/// One factor, proven once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub factor: Factor,
    pub account: AccountId,
    pub at: Timestamp,
    /// What proved it: the upstream's id, the credential version, the auth key's id.
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
    /// or a key sent to an address that was replaced since, proves nothing any more.
    pub fn at(&self, factor: Factor, account: &Account) -> Option<Timestamp> {
        let proof = self.0.iter().find(|proof| proof.factor == factor && proof.account == account.id)?;
        let stands = match factor {
            Factor::University => true,
            Factor::SecondPassword => account.second_password.as_ref().is_some_and(|kept| proof.at >= kept.changed_at),
            Factor::AuthKey => account.email.as_ref().is_some_and(|kept| proof.at >= kept.confirmed_at),
        };
        stands.then_some(proof.at)
    }

    /// The highest class that these proofs reach, and the oldest proof it rests on (SR-5: that is `auth_time`).
    pub fn reach(&self, account: &Account) -> Option<(Acr, Timestamp)> {
        let university = self.at(Factor::University, account)?;
        let Some(second) = self.at(Factor::SecondPassword, account) else {
            return Some((Acr::University, university));
        };
        let oldest = university.min(second);
        match self.at(Factor::AuthKey, account) {
            Some(key) => Some((Acr::AuthKey, oldest.min(key))),
            None => Some((Acr::SecondPassword, oldest)),
        }
    }

    /// When the oldest proof that a class rests on was given.
    pub fn auth_time(&self, acr: Acr, account: &Account) -> Option<Timestamp> {
        let factors: &[Factor] = match acr {
            Acr::University => &[Factor::University],
            Acr::SecondPassword => &[Factor::University, Factor::SecondPassword],
            Acr::AuthKey => &[Factor::University, Factor::SecondPassword, Factor::AuthKey],
            Acr::Authenticator => return None,
        };
        factors.iter().map(|factor| self.at(*factor, account)).collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// `amr` (RFC 8176): what was proven here. Two passwords are one kind of factor, a mailed key is no `mfa` (SR-19).
    pub fn amr(&self, account: &Account) -> Vec<&'static str> {
        let mut methods = Vec::with_capacity(2);
        if self.at(Factor::SecondPassword, account).is_some() {
            methods.push("pwd");
        }
        if self.at(Factor::AuthKey, account).is_some() {
            methods.push("otp");
        }
        methods
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
