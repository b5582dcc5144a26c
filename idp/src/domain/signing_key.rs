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
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Es256, Self::Ps256, Self::EdDsa];

    /// Its `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
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

#[cfg(test)]
mod tests {
    use super::*;
    use KeyState::{Active, Next, Retired};
    use SigningAlgorithm::{EdDsa, Es256, Ps256, Rs256};

    const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn day(n: u64) -> Timestamp {
        T0.plus(DAY.saturating_mul(u32::try_from(n).unwrap()))
    }

    /// A key made at `made`, which took its state at `since`.
    fn key(id: &str, algorithm: SigningAlgorithm, state: KeyState, made: Timestamp, since: Timestamp) -> SigningKey {
        let mut key = SigningKey {
            id: KeyId::new(id),
            tenant: TenantId::new("demo"),
            algorithm,
            state: Next,
            private_key: Sealed(Vec::new()),
            public_jwk: String::new(),
            created_at: made,
            activated_at: None,
            retired_at: None,
            destroy_after: None,
        };
        match state {
            Next => {}
            Active => key.activate(since),
            Retired => {
                key.activate(made);
                key.retire(since);
            }
        }
        key
    }

    /// Keys of the other algorithms, in order at any time of these tests, so that a table can speak of RS256 only.
    fn others(now: Timestamp) -> Vec<SigningKey> {
        [("es", Es256), ("ps", Ps256), ("ed", EdDsa)].map(|(id, algorithm)| key(id, algorithm, Active, now, now)).into()
    }

    fn with_others(keys: &[SigningKey]) -> Vec<SigningKey> {
        [keys, &others(day(0))].concat()
    }

    fn make(state: KeyState) -> Rotation {
        Rotation::Make { algorithm: Rs256, state }
    }

    fn activate(id: &str) -> Rotation {
        Rotation::Activate(KeyId::new(id))
    }

    fn retire(id: &str) -> Rotation {
        Rotation::Retire(KeyId::new(id))
    }

    fn destroy(id: &str) -> Rotation {
        Rotation::Destroy(KeyId::new(id))
    }

    #[test]
    fn each_moment_has_its_step() {
        let active = |made| key("a", Rs256, Active, made, made);
        let next = |made| key("n", Rs256, Next, made, made);
        let millisecond = Duration::from_millis(1);
        let table = [
            ("a new tenant's first key is active at once", vec![], day(0), vec![make(Active)]),
            ("a fresh key needs nothing", vec![active(day(0))], day(0), vec![]),
            ("before 89 days nothing is made", vec![active(day(0))], day(89).minus(millisecond), vec![]),
            ("a day before its end the next is made", vec![active(day(0))], day(89), vec![make(Next)]),
            ("once is enough", vec![active(day(0)), next(day(89))], day(89), vec![]),
            ("not a moment early", vec![active(day(0)), next(day(89))], day(90).minus(millisecond), vec![]),
            (
                "at 90 days the next takes over",
                vec![active(day(0)), next(day(89))],
                day(90),
                vec![activate("n"), retire("a")],
            ),
            (
                "a late one is announced a whole day",
                vec![active(day(0)), next(day(95))],
                day(96).minus(millisecond),
                vec![],
            ),
            ("and then takes over", vec![active(day(0)), next(day(95))], day(96), vec![activate("n"), retire("a")]),
            ("without an active key the next takes over at once", vec![next(day(0))], day(0), vec![activate("n")]),
            (
                "of two active keys the older retires",
                vec![active(day(0)), key("b", Rs256, Active, day(1), day(1))],
                day(1),
                vec![retire("a")],
            ),
            (
                "a retired key stays a day",
                vec![active(day(0)), key("r", Rs256, Retired, day(0), day(1))],
                day(2).minus(millisecond),
                vec![],
            ),
            ("and goes", vec![active(day(0)), key("r", Rs256, Retired, day(0), day(1))], day(2), vec![destroy("r")]),
        ];
        for (what, mut keys, now, expected) in table {
            keys.extend(others(now));
            assert_eq!(due(&keys, now), expected, "{what}");
        }
    }

    #[test]
    fn a_new_tenant_gets_a_key_for_every_algorithm() {
        let steps: Vec<Rotation> =
            SigningAlgorithm::ALL.map(|algorithm| Rotation::Make { algorithm, state: Active }).into();
        assert_eq!(due(&[], day(0)), steps);
    }

    #[test]
    fn a_rotation_by_hand_does_not_wait() {
        let (active, next) = (key("a", Rs256, Active, day(0), day(0)), key("n", Rs256, Next, day(1), day(1)));
        assert_eq!(by_hand(&with_others(&[active.clone(), next]), Rs256), [activate("n"), retire("a")]);
        assert_eq!(by_hand(&with_others(&[active]), Rs256), [make(Active), retire("a")]);
    }

    #[test]
    fn a_lost_key_goes_at_once() {
        let (active, next) = (key("a", Rs256, Active, day(0), day(0)), key("n", Rs256, Next, day(1), day(1)));
        let keys = with_others(&[active.clone(), next, key("r", Rs256, Retired, day(0), day(1))]);
        assert_eq!(withdraw(&keys, &KeyId::new("a")), [destroy("a"), activate("n")]);
        assert_eq!(withdraw(&keys, &KeyId::new("n")), [destroy("n")]);
        assert_eq!(withdraw(&keys, &KeyId::new("r")), [destroy("r")]);
        assert_eq!(withdraw(&with_others(&[active]), &KeyId::new("a")), [destroy("a"), make(Active)]);
        assert_eq!(withdraw(&keys, &KeyId::new("unknown")), []);
    }

    fn find<'a>(keys: &'a mut [SigningKey], id: &KeyId) -> &'a mut SigningKey {
        keys.iter_mut().find(|key| key.id == *id).unwrap()
    }

    /// What a store does with the steps.
    fn apply(keys: &mut Vec<SigningKey>, steps: Vec<Rotation>, now: Timestamp) {
        for step in steps {
            match step {
                Rotation::Make { algorithm, state } => {
                    keys.push(key(&format!("{algorithm}-{}", now.as_millis()), algorithm, state, now, now));
                }
                Rotation::Activate(id) => find(keys, &id).activate(now),
                Rotation::Retire(id) => find(keys, &id).retire(now),
                Rotation::Destroy(id) => keys.retain(|key| key.id != id),
            }
        }
    }

    #[test]
    fn over_two_years_something_always_signs_and_nothing_signs_unannounced() {
        let mut keys = Vec::new();
        let mut gone = 0;
        for hour in 0..24 * 730 {
            let now = T0.plus(Duration::from_hours(hour));
            let before = keys.clone();
            let steps = due(&keys, now);
            apply(&mut keys, steps, now);
            assert_eq!(due(&keys, now), [], "one look is enough");
            for algorithm in SigningAlgorithm::ALL {
                assert_eq!(in_state(&keys, algorithm, Active).count(), 1);
                let signing = active(&keys, algorithm).unwrap();
                assert!(signing.activated() == T0 || signing.activated().since(signing.created_at) >= ANNOUNCED);
            }
            for key in before.iter().filter(|key| keys.iter().all(|kept| kept.id != key.id)) {
                assert!(now.since(key.retired_at.unwrap()) >= RETIRED_LIFETIME);
                gone += 1;
            }
            assert!(keys.len() <= 2 * SigningAlgorithm::ALL.len());
        }
        assert_eq!(gone, 8 * SigningAlgorithm::ALL.len(), "eight quarters");
    }

    #[test]
    fn names_are_those_of_the_registry() {
        for algorithm in SigningAlgorithm::ALL {
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
            assert_eq!(SigningAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
        for name in ["none", "HS256", "rs256", ""] {
            assert_eq!(SigningAlgorithm::from_name(name), None, "{name}");
        }
    }
}
