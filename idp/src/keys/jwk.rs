//! Public keys as JSON (RFC 7517, RFC 7518 §6) and their thumbprints (RFC 7638).

use bytes::Bytes;

use super::KeyError;
use crate::domain::{
    ids::KeyId,
    signing_key::{SigningAlgorithm, SigningKey},
};

/// The public part of a signing key, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicJwk {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: [u8; 32], y: [u8; 32] },
}

impl PublicJwk {
    /// RFC 7638 thumbprint.
    pub fn thumbprint(&self) -> KeyId {
        todo!()
    }

    /// With `kid`, `use` and `alg`.
    pub fn to_json(&self, algorithm: SigningAlgorithm) -> String {
        todo!()
    }

    pub fn from_json(json: &str) -> Result<Self, KeyError> {
        todo!()
    }
}

/// The key set as the JWKS endpoint serves it.
pub fn jwks_json(keys: &[SigningKey]) -> Bytes {
    todo!()
}
