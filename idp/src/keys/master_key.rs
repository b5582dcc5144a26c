//! The file that holds the master keys: the one secret outside the database (SR-69).

use std::path::Path;

use zeroize::Zeroizing;

use super::KeyFileError;
use crate::domain::entropy::{self, Entropy};

/// One master key; everything else is derived from it.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy::bytes::<32>(entropy)))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The keys of a file: the first seals, all open.
pub struct MasterKeys {
    pub current: MasterKey,
    pub former: Vec<MasterKey>,
}

impl MasterKeys {
    /// Makes a file with one new key, mode 0600; never replaces one.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<(), KeyFileError> {
        todo!()
    }

    /// Reads the file; refuses what others may read and what is no random key.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        todo!()
    }
}
