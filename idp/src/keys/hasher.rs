//! Passwords: argon2id with a pepper, on a bounded number of threads (SR-15, SR-16).

use std::sync::Arc;

use super::{HashError, Vault};
use crate::domain::{entropy::Entropy, secret::Secret};

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

pub struct Hasher {}

impl Hasher {
    /// `permits`: how many are hashed at once; each takes a core and `memory_kib`. Computes one hash, so call it at start.
    pub fn new(
        params: HashParams,
        permits: usize,
        vault: Arc<Vault>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, HashError> {
        todo!()
    }

    /// A PHC string that names its pepper.
    pub async fn hash(&self, password: Secret) -> Result<String, HashError> {
        todo!()
    }

    pub async fn verify(&self, candidate: Secret, stored: &str) -> Result<HashVerdict, HashError> {
        todo!()
    }

    /// Costs what [`Self::verify`] costs, for someone who has no password here.
    pub async fn verify_nobody(&self, candidate: Secret) -> Result<(), HashError> {
        todo!()
    }
}
