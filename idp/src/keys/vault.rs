//! Sealing of what the database and cookies keep, and keyed hashes, all under the master key (SR-69).

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{KeyError, MasterKeys};
use crate::domain::{entropy::Entropy, secret::Sealed};

pub struct Vault {
    entropy: Arc<dyn Entropy>,
}

impl Vault {
    pub fn new(keys: &MasterKeys, entropy: Arc<dyn Entropy>) -> Result<Self, KeyError> {
        todo!()
    }

    /// Seals for one purpose, e.g. `account.email/<account id>`: only the same purpose opens it again.
    pub fn seal(&self, purpose: &str, plaintext: &[u8]) -> Result<Sealed, KeyError> {
        todo!()
    }

    pub fn open(&self, purpose: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        todo!()
    }

    /// The same as base64url, for cookies.
    pub fn seal_text(&self, purpose: &str, plaintext: &[u8]) -> Result<String, KeyError> {
        todo!()
    }

    pub fn open_text(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        todo!()
    }

    /// Whether a former master key sealed it, so that it is to be sealed again.
    pub fn is_outdated(&self, sealed: &Sealed) -> bool {
        todo!()
    }

    /// Keyed hash of a value for equality search: 64 hex digits, under the current master key.
    pub fn index(&self, purpose: &str, value: &str) -> String {
        todo!()
    }

    /// The same under every master key, current first: what a search looks for during a roll-over.
    pub fn indexes(&self, purpose: &str, value: &str) -> Vec<String> {
        todo!()
    }

    /// HMAC-SHA-256 over purpose and parts, each with its length before it.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        todo!()
    }

    /// Whether `mac` was made over the same by any master key of the file.
    pub fn is_mac(&self, purpose: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        todo!()
    }
}
