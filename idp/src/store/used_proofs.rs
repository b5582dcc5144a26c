//! DPoP proofs that were taken, in the memory of the only process that serves: no commit for a request that writes nothing else.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::domain::{clock::Timestamp, used_token::UsedToken};

use super::{Backend, Store, StoreError, Won};

/// Beyond it a proof is refused for now: none is forgotten before its time.
const MAX_PROOFS: usize = 1_000_000;
/// The fewest that are worth looking through for expired ones.
const FEW: usize = 1024;

#[derive(Default)]
pub struct UsedProofs(Mutex<Taken>);

#[derive(Default)]
struct Taken {
    ends: HashMap<String, Timestamp>,
    /// Looked through at this many: twice of what was left the last time.
    purge_at: usize,
}

impl UsedProofs {
    /// Lost if it was taken before and has not expired since.
    fn take(&self, proof: UsedToken, now: Timestamp) -> Result<Won, StoreError> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.ends.get(&proof.key).is_some_and(|end| *end > now) {
            return Ok(Won::Lost);
        }
        if taken.ends.len() >= taken.purge_at.max(FEW) {
            taken.ends.retain(|_, end| *end > now);
            taken.purge_at = taken.ends.len() * 2;
        }
        if taken.ends.len() >= MAX_PROOFS {
            return Err(StoreError::Busy);
        }
        taken.ends.insert(proof.key, proof.expires_at);
        Ok(Won::Won)
    }
}

impl Store {
    /// Takes a DPoP proof, once. Where one process serves, its memory will do: it must give out nonces that die with it.
    pub async fn use_proof(&self, proof: UsedToken, now: Timestamp) -> Result<Won, StoreError> {
        match self.backend() {
            Backend::Sqlite => self.used_proofs().take(proof, now),
            Backend::Postgres => self.use_token(proof, now).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::used_token::TokenUse;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const MINUTE: Duration = Duration::from_mins(1);

    fn proof(jti: &str, expires_at: Timestamp) -> UsedToken {
        UsedToken::new(TokenUse::DpopProof, &["key"], jti, expires_at)
    }

    #[test]
    fn a_proof_is_taken_once_until_it_has_expired() {
        let proofs = UsedProofs::default();
        let end = NOW.plus(MINUTE);
        assert_eq!(proofs.take(proof("1", end), NOW).unwrap(), Won::Won);
        assert_eq!(proofs.take(proof("1", end.plus(MINUTE)), NOW).unwrap(), Won::Lost);
        assert_eq!(proofs.take(proof("2", end), NOW).unwrap(), Won::Won);
        assert_eq!(proofs.take(proof("1", end.plus(MINUTE)), end).unwrap(), Won::Won);
    }

    #[test]
    fn what_has_expired_makes_room_and_what_has_not_stays() {
        let proofs = UsedProofs::default();
        for number in 0..FEW {
            let end = NOW.plus(if number % 2 == 0 { MINUTE } else { 2 * MINUTE });
            assert_eq!(proofs.take(proof(&number.to_string(), end), NOW).unwrap(), Won::Won);
        }
        let later = NOW.plus(MINUTE);
        assert_eq!(proofs.take(proof("new", later.plus(MINUTE)), later).unwrap(), Won::Won);
        assert_eq!(proofs.0.lock().unwrap().ends.len(), FEW / 2 + 1);
        assert_eq!(proofs.take(proof("1", later.plus(MINUTE)), later).unwrap(), Won::Lost);
    }
}
