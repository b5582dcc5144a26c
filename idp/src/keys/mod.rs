//! Secrets of the house: sealing, signing, hashing of passwords, and the files and rings that keep the keys.

mod entropy;
mod error;
mod hasher;
mod jwk;
mod jws;
mod keyring;
mod master_key;
mod strict_json;
mod vault;

pub use entropy::SystemEntropy;
pub use error::{HashError, JwsError, KeyError, KeyFileError};
pub use hasher::{HashParams, HashVerdict, Hasher, Turn};
pub use jwk::{PublicJwk, jwks_json};
pub use jws::{MAX_TOKEN, Signer, Typ, Verified, Verifier};
pub use keyring::{KeySet, Keyring, generate};
pub use master_key::{MasterKey, MasterKeys};
pub use vault::{TAG_LEN, Vault};
