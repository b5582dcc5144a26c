//! The signing keys of a tenant, ready for use, and how they are made and replaced.

use std::sync::Arc;

use bytes::Bytes;

use super::{KeyError, Signer, Vault, Verifier};
use crate::domain::{
    clock::Timestamp,
    ids::TenantId,
    signing_key::{SigningAlgorithm, SigningKey},
};

/// All keys of a tenant at one moment; never changes.
pub struct KeySet {
    jwks: Bytes,
    etag: String,
}

impl KeySet {
    pub fn open(keys: &[SigningKey], vault: &Vault) -> Result<Self, KeyError> {
        todo!()
    }

    pub fn signer(&self, algorithm: SigningAlgorithm) -> Option<&Signer> {
        todo!()
    }

    pub fn verifier(&self) -> &Verifier {
        todo!()
    }

    /// The JWKS document.
    pub fn jwks(&self) -> Bytes {
        self.jwks.clone()
    }

    /// Its entity tag, with the quotes.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// Whether every algorithm has a key that signs.
    pub fn is_complete(&self) -> bool {
        todo!()
    }
}

/// One tenant's keys, replaced as a whole when they rotate.
pub struct Keyring {}

impl Keyring {
    /// Of a new tenant: its keys are still being made.
    pub fn empty() -> Self {
        todo!()
    }

    pub fn new(set: KeySet) -> Self {
        todo!()
    }

    pub fn current(&self) -> Arc<KeySet> {
        todo!()
    }

    pub fn replace(&self, set: KeySet) {
        todo!()
    }

    /// The current set as soon as it is complete. Waits without end: the caller sets the limit.
    pub async fn complete(&self) -> Arc<KeySet> {
        todo!()
    }
}

/// A new key, `Next` until activated. RSA takes a second and more: call it off the async threads.
pub fn generate(
    algorithm: SigningAlgorithm,
    tenant: &TenantId,
    vault: &Vault,
    now: Timestamp,
) -> Result<SigningKey, KeyError> {
    todo!()
}
