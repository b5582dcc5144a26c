//! Signing keys of a tenant: their states, and when which one takes over (SR-67, SR-68).

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    clock::Timestamp,
    ids::{KeyId, TenantId},
    secret::Sealed,
};

const DAY: Duration = Duration::from_hours(24);

/// How long a key is published before anything is signed with it.
pub const ANNOUNCED: Duration = DAY;
/// How long a key signs.
pub const ACTIVE_LIFETIME: Duration = DAY.saturating_mul(90);
/// How long a key stays published after its last signature: tokens live minutes, `id_token_hint` is read for a day.
pub const RETIRED_LIFETIME: Duration = DAY;

/// Signature algorithms of tokens (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "ES256")]
    Es256,
}

impl SigningAlgorithm {
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// Its `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a key stands; a destroyed one is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Published, signs nothing yet.
    Next,
    /// Signs.
    Active,
    /// Published for those who still hold its signatures.
    Retired,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    pub id: KeyId,
    pub tenant: TenantId,
    pub algorithm: SigningAlgorithm,
    pub state: KeyState,
    /// PKCS#8, sealed for this tenant and id.
    pub private_key: Sealed,
    /// As it stands in the JWKS.
    pub public_jwk: String,
    pub created_at: Timestamp,
    pub activated_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    /// Set when it retires: from then on it may go.
    pub destroy_after: Option<Timestamp>,
}

impl SigningKey {
    /// It signs from now on.
    pub fn activate(&mut self, now: Timestamp) {
        self.state = KeyState::Active;
        self.activated_at = Some(now);
    }

    /// It signs no more, and is published for another [`RETIRED_LIFETIME`].
    pub fn retire(&mut self, now: Timestamp) {
        self.state = KeyState::Retired;
        self.retired_at = Some(now);
        self.destroy_after = Some(now.plus(RETIRED_LIFETIME));
    }

    fn activated(&self) -> Timestamp {
        self.activated_at.unwrap_or(self.created_at)
    }
}

/// One step of a rotation. All steps of one answer belong into one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Make a key, `Next` or at once `Active`.
    Make {
        algorithm: SigningAlgorithm,
        state: KeyState,
    },
    Activate(KeyId),
    Retire(KeyId),
    /// Take it out of the JWKS and forget it; its tokens are refused.
    Destroy(KeyId),
}

/// What is to be done with one tenant's keys at this moment; nothing if all is in order.
pub fn due(keys: &[SigningKey], now: Timestamp) -> Vec<Rotation> {
    let mut steps: Vec<Rotation> =
        SigningAlgorithm::ALL.into_iter().flat_map(|algorithm| due_for(algorithm, keys, now)).collect();
    let gone = |key: &&SigningKey| key.state == KeyState::Retired && key.destroy_after.is_some_and(|at| at <= now);
    steps.extend(keys.iter().filter(gone).map(|key| Rotation::Destroy(key.id.clone())));
    steps
}

fn due_for(algorithm: SigningAlgorithm, keys: &[SigningKey], now: Timestamp) -> Vec<Rotation> {
    let Some(active) = active(keys, algorithm) else {
        // Nothing signs: a key that was not announced long enough is better than none.
        return vec![successor(keys, algorithm)];
    };
    let mut steps = Vec::new();
    match next(keys, algorithm) {
        None if active.activated().plus(ACTIVE_LIFETIME).minus(ANNOUNCED) <= now => {
            steps.push(Rotation::Make { algorithm, state: KeyState::Next });
        }
        Some(next) if active.activated().plus(ACTIVE_LIFETIME) <= now && next.created_at.plus(ANNOUNCED) <= now => {
            steps.push(Rotation::Activate(next.id.clone()));
            steps.push(Rotation::Retire(active.id.clone()));
        }
        _ => {}
    }
    let older = in_state(keys, algorithm, KeyState::Active).filter(|key| key.id != active.id);
    steps.extend(older.map(|key| Rotation::Retire(key.id.clone())));
    steps
}

/// A rotation that an operator asked for: the announced key, or a new one, takes over now.
pub fn by_hand(keys: &[SigningKey], algorithm: SigningAlgorithm) -> Vec<Rotation> {
    let mut steps = vec![successor(keys, algorithm)];
    steps.extend(in_state(keys, algorithm, KeyState::Active).map(|key| Rotation::Retire(key.id.clone())));
    steps
}

/// A key fell into wrong hands: it goes at once, and if it signed, its successor takes over. Nothing if there is no such key.
pub fn withdraw(keys: &[SigningKey], lost: &KeyId) -> Vec<Rotation> {
    let Some(key) = keys.iter().find(|key| key.id == *lost) else { return Vec::new() };
    let rest: Vec<SigningKey> = keys.iter().filter(|key| key.id != *lost).cloned().collect();
    let mut steps = vec![Rotation::Destroy(lost.clone())];
    if key.state == KeyState::Active && active(&rest, key.algorithm).is_none() {
        steps.push(successor(&rest, key.algorithm));
    }
    steps
}

fn successor(keys: &[SigningKey], algorithm: SigningAlgorithm) -> Rotation {
    match next(keys, algorithm) {
        Some(next) => Rotation::Activate(next.id.clone()),
        None => Rotation::Make { algorithm, state: KeyState::Active },
    }
}

fn in_state(keys: &[SigningKey], algorithm: SigningAlgorithm, state: KeyState) -> impl Iterator<Item = &SigningKey> {
    keys.iter().filter(move |key| key.algorithm == algorithm && key.state == state)
}

/// The key that signs: the one activated last.
pub fn active(keys: &[SigningKey], algorithm: SigningAlgorithm) -> Option<&SigningKey> {
    in_state(keys, algorithm, KeyState::Active).max_by_key(|key| (key.activated(), &key.id))
}

/// The key that takes over: the one announced longest.
fn next(keys: &[SigningKey], algorithm: SigningAlgorithm) -> Option<&SigningKey> {
    in_state(keys, algorithm, KeyState::Next).min_by_key(|key| (key.created_at, &key.id))
}
