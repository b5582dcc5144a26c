//! Passwords: argon2id with a pepper, on a bounded number of threads (SR-15, SR-16).

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, KeyId, Params, ParamsBuilder, Version,
    password_hash::phc::{Output, PasswordHash, Salt},
};
use data_encoding::HEXLOWER;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task, time,
};
use zeroize::Zeroizing;

use super::{HashError, Vault};
use crate::domain::{
    entropy::{self, Entropy},
    secret::{Secret, random_text, same_bytes},
};

const SALT_LEN: usize = 16;
const TAG_LEN: usize = 32;
/// How many may wait for each one that is served.
const QUEUE_FACTOR: usize = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The price of one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashParams {
    pub memory_kib: u32,
    pub iterations: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashVerdict {
    /// `outdated`: hash it anew, for parameters or pepper have changed.
    Match {
        outdated: bool,
    },
    Mismatch,
}

pub struct Hasher {
    params: Params,
    vault: Arc<Vault>,
    entropy: Arc<dyn Entropy>,
    /// Made at the first need, or before it by [`Self::prepare`].
    nobody: Arc<OnceLock<PasswordHash>>,
    workspace: Arc<Workspace>,
    /// A place in the house: those served and those waiting.
    places: Arc<Semaphore>,
    hands: Arc<Semaphore>,
    longest_wait: Duration,
}

/// A place and a hand, kept until the work is done even if nobody waits for it any more.
pub struct Turn {
    _place: OwnedSemaphorePermit,
    _hand: OwnedSemaphorePermit,
}

impl Hasher {
    /// `permits`: how many are hashed at once; each takes a core and `memory_kib`.
    pub fn new(
        params: HashParams,
        permits: usize,
        vault: Arc<Vault>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, HashError> {
        let pepper = KeyId::new(&vault.pepper_id()).map_err(failed)?;
        let params = ParamsBuilder::new()
            .m_cost(params.memory_kib)
            .t_cost(params.iterations)
            .p_cost(1)
            .keyid(pepper)
            .output_len(TAG_LEN)
            .build()
            .map_err(failed)?;
        let permits = permits.max(1);
        let places = Arc::new(Semaphore::new(permits.saturating_mul(1 + QUEUE_FACTOR)));
        Ok(Self {
            params,
            vault,
            entropy,
            nobody: Arc::default(),
            workspace: Arc::default(),
            places,
            hands: Arc::new(Semaphore::new(permits)),
            longest_wait: LONGEST_WAIT,
        })
    }

    /// A PHC string that names its pepper.
    pub async fn hash(&self, password: Secret) -> Result<String, HashError> {
        let turn = self.turn().await?;
        let (params, vault, entropy) = (self.params.clone(), Arc::clone(&self.vault), Arc::clone(&self.entropy));
        let workspace = Arc::clone(&self.workspace);
        let made = on_a_thread(turn, move || hash(&params, &vault, &*entropy, &workspace, &password)).await?;
        Ok(made.to_string())
    }

    pub async fn verify(&self, candidate: Secret, stored: &str) -> Result<HashVerdict, HashError> {
        self.verify_in(self.turn().await?, candidate, stored).await
    }

    /// The same for whoever has a turn already.
    pub async fn verify_in(&self, turn: Turn, candidate: Secret, stored: &str) -> Result<HashVerdict, HashError> {
        let stored = PasswordHash::new(stored).map_err(|_| HashError::Stored)?;
        let current = Params::try_from(&stored).map_err(|_| HashError::Stored)?;
        let outdated = !same_price(&current, &self.params) || stored.version != Some(Version::V0x13.into());
        let same = self.compare(turn, candidate, stored).await?;
        Ok(if same { HashVerdict::Match { outdated } } else { HashVerdict::Mismatch })
    }

    /// Costs what [`Self::verify`] costs, for someone who has no password here.
    pub async fn verify_nobody(&self, candidate: Secret) -> Result<(), HashError> {
        let nobody = self.nobody().await?;
        self.compare(self.turn().await?, candidate, nobody).await.map(drop)
    }

    /// Makes the hash of nobody, so that the first stranger takes no longer than the second one.
    pub async fn prepare(&self) -> Result<(), HashError> {
        self.nobody().await.map(drop)
    }

    async fn nobody(&self) -> Result<PasswordHash, HashError> {
        if let Some(nobody) = self.nobody.get() {
            return Ok(nobody.clone());
        }
        let (params, vault, entropy) = (self.params.clone(), Arc::clone(&self.vault), Arc::clone(&self.entropy));
        // Its memory is its own and goes: an idle house holds none.
        let passing = Workspace::default();
        let work = move || hash(&params, &vault, &*entropy, &passing, &random_text(&*entropy));
        let made = on_a_thread(self.turn().await?, work);
        let made = made.await?;
        Ok(self.nobody.get_or_init(|| made).clone())
    }

    async fn compare(&self, turn: Turn, candidate: Secret, stored: PasswordHash) -> Result<bool, HashError> {
        let (vault, workspace) = (Arc::clone(&self.vault), Arc::clone(&self.workspace));
        on_a_thread(turn, move || compare(&vault, &workspace, &candidate, &stored)).await
    }

    /// Waits for a place and a hand, so that a try can be counted only when it will be compared.
    pub async fn turn(&self) -> Result<Turn, HashError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| HashError::Busy)?;
        let hand = time::timeout(self.longest_wait, Arc::clone(&self.hands).acquire_owned());
        match hand.await {
            Ok(Ok(hand)) => Ok(Turn { _place: place, _hand: hand }),
            Ok(Err(_)) | Err(_) => Err(HashError::Busy),
        }
    }
}

/// The memory of hashes, one piece for each that is worked on at once: asked of the system anew each time,
/// it would stay with the allocator in ever more pieces.
#[derive(Default)]
struct Workspace(Mutex<Vec<Vec<Block>>>);

impl Workspace {
    fn lend<E: std::fmt::Display>(
        &self,
        params: &Params,
        work: impl FnOnce(&mut [Block]) -> Result<(), E>,
    ) -> Result<(), HashError> {
        let piece = self.pieces().pop();
        let mut piece = piece.unwrap_or_default();
        piece.resize(params.block_count(), Block::new());
        let worked = work(&mut piece);
        self.pieces().push(piece);
        worked.map_err(failed)
    }

    fn pieces(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn on_a_thread<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, HashError> {
    let done = task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    done.await.map_err(|error| HashError::Argon2(error.to_string()))?
}

fn hash(
    params: &Params,
    vault: &Vault,
    entropy: &dyn Entropy,
    workspace: &Workspace,
    password: &Secret,
) -> Result<PasswordHash, HashError> {
    let salt = entropy::bytes::<SALT_LEN>(entropy);
    let peppered = pepper(vault, params.keyid(), password)?;
    let mut tag = Zeroizing::new([0; TAG_LEN]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    workspace.lend(params, |blocks| argon2.hash_password_into_with_memory(&*peppered, &salt, &mut *tag, blocks))?;
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: params.try_into().map_err(failed)?,
        salt: Some(Salt::new(&salt).map_err(failed)?),
        hash: Some(Output::new(&*tag).map_err(failed)?),
    })
}

fn compare(vault: &Vault, workspace: &Workspace, candidate: &Secret, stored: &PasswordHash) -> Result<bool, HashError> {
    let params = Params::try_from(stored).map_err(|_| HashError::Stored)?;
    let (Some(salt), Some(expected), Some(version)) = (&stored.salt, &stored.hash, stored.version) else {
        return Err(HashError::Stored);
    };
    if stored.algorithm != Algorithm::Argon2id.ident() {
        return Err(HashError::Stored);
    }
    let version = Version::try_from(version).map_err(|_| HashError::Stored)?;
    let peppered = pepper(vault, params.keyid(), candidate)?;
    let mut tag = Zeroizing::new(vec![0; expected.len()]);
    let argon2 = Argon2::new(Algorithm::Argon2id, version, params.clone());
    workspace.lend(&params, |blocks| argon2.hash_password_into_with_memory(&*peppered, salt, &mut tag, blocks))?;
    Ok(same_bytes(&tag, expected.as_bytes()))
}

fn pepper(vault: &Vault, id: &[u8], password: &Secret) -> Result<Zeroizing<[u8; 32]>, HashError> {
    vault.pepper(id, password.expose().as_bytes()).ok_or_else(|| HashError::PepperMissing(HEXLOWER.encode(id)))
}

fn same_price(a: &Params, b: &Params) -> bool {
    let price = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost(), params.output_len());
    price(a) == price(b) && a.keyid() == b.keyid()
}

fn failed(error: impl std::fmt::Display) -> HashError {
    HashError::Argon2(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::entropy::tests::Seeded, keys::vault::tests::vault};
    use std::sync::mpsc;

    const CHEAP: HashParams = HashParams { memory_kib: 64, iterations: 1 };

    fn hasher_of(params: HashParams, seeds: &[u64]) -> Hasher {
        Hasher::new(params, 1, Arc::new(vault(seeds)), Arc::new(Seeded::new(5))).unwrap()
    }

    fn hasher() -> Hasher {
        hasher_of(CHEAP, &[1])
    }

    fn password() -> Secret {
        Secret::new("correct horse 正しい馬")
    }

    #[tokio::test]
    async fn only_the_same_password_matches() {
        let hasher = hasher();
        let stored = hasher.hash(password()).await.unwrap();
        assert_eq!(hasher.verify(password(), &stored).await, Ok(HashVerdict::Match { outdated: false }));
        for wrong in ["", "correct horse", "correct horse 正しい馬 ", "Correct horse 正しい馬"] {
            assert_eq!(hasher.verify(Secret::new(wrong), &stored).await, Ok(HashVerdict::Mismatch), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_with_a_salt_of_its_own() {
        let hasher = hasher();
        let (first, second) = (hasher.hash(password()).await.unwrap(), hasher.hash(password()).await.unwrap());
        assert!(first.starts_with("$argon2id$v=19$m=64,t=1,p=1,keyid="), "{first}");
        assert_ne!(first, second);
    }

    #[tokio::test]
    async fn changed_parameters_and_peppers_ask_for_a_new_hash() {
        let stored = hasher().hash(password()).await.unwrap();
        let dearer = hasher_of(HashParams { memory_kib: 128, iterations: 1 }, &[1]);
        let slower = hasher_of(HashParams { memory_kib: 64, iterations: 2 }, &[1]);
        let rolled_over = hasher_of(CHEAP, &[2, 1]);
        for hasher in [dearer, slower, rolled_over] {
            assert_eq!(hasher.verify(password(), &stored).await, Ok(HashVerdict::Match { outdated: true }));
            assert_eq!(hasher.verify(Secret::new("wrong"), &stored).await, Ok(HashVerdict::Mismatch));
        }
    }

    #[tokio::test]
    async fn without_its_pepper_a_hash_is_of_no_use() {
        let stored = hasher().hash(password()).await.unwrap();
        let other = hasher_of(CHEAP, &[2]);
        assert!(matches!(other.verify(password(), &stored).await, Err(HashError::PepperMissing(_))));
    }

    #[tokio::test]
    async fn what_is_no_hash_of_ours_is_an_error_not_a_mismatch() {
        for stored in [
            "",
            "plain",
            "$argon2id$v=19$m=64,t=1,p=1",
            "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng",
            "$argon2id$m=64,t=1,p=1$c29tZXNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng",
            "$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng",
        ] {
            assert_eq!(hasher().verify(password(), stored).await, Err(HashError::Stored), "{stored}");
        }
    }

    #[tokio::test]
    async fn nobody_costs_what_somebody_costs() {
        let hasher = hasher();
        let stored = hasher.hash(password()).await.unwrap();
        let price =
            |hash: &PasswordHash| (hash.algorithm, hash.version, hash.params.clone(), hash.hash.map(|h| h.len()));
        assert_eq!(price(&hasher.nobody().await.unwrap()), price(&PasswordHash::new(&stored).unwrap()));
        assert_eq!(hasher.verify_nobody(password()).await, Ok(()));
    }

    #[tokio::test]
    async fn a_full_house_is_busy_at_once() {
        let hasher = hasher();
        let stored = hasher.hash(password()).await.unwrap();
        let all = u32::try_from(1 + QUEUE_FACTOR).unwrap();
        let guests = Arc::clone(&hasher.places).try_acquire_many_owned(all).unwrap();
        assert_eq!(hasher.verify(password(), &stored).await, Err(HashError::Busy));
        assert_eq!(hasher.hash(password()).await, Err(HashError::Busy));
        assert_eq!(hasher.verify_nobody(password()).await, Err(HashError::Busy));
        drop(guests);
        assert!(hasher.verify(password(), &stored).await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_too_long_is_sent_away_and_leaves_no_trace() {
        let hasher = Hasher { longest_wait: Duration::ZERO, ..hasher() };
        let hand = Arc::clone(&hasher.hands).try_acquire_owned().unwrap();
        assert_eq!(hasher.hash(password()).await, Err(HashError::Busy));
        drop(hand);
        assert!(hasher.hash(password()).await.is_ok());
        assert_eq!(hasher.places.available_permits(), 1 + QUEUE_FACTOR);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_still_holds_its_hand() {
        let hasher = hasher();
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (finish, finished) = mpsc::channel::<()>();
        let turn = hasher.turn().await.unwrap();
        let caller = tokio::spawn(on_a_thread(turn, move || {
            started.send(()).unwrap();
            let _ = finished.recv();
            Ok(())
        }));
        has_started.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.hands.available_permits(), 0);
        drop(finish);
        assert!(hasher.hash(password()).await.is_ok());
    }

    #[test]
    fn impossible_parameters_are_told_at_start() {
        for params in [HashParams { memory_kib: 1, iterations: 1 }, HashParams { memory_kib: 64, iterations: 0 }] {
            assert!(Hasher::new(params, 1, Arc::new(vault(&[1])), Arc::new(Seeded::new(5))).is_err(), "{params:?}");
        }
    }
}
