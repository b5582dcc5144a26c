//! Secrets of the house: sealing, signing, hashing of passwords, and the files and rings that keep the keys.

mod entropy;
mod error;
mod foreign_jws;
mod hasher;
mod jwk;
mod jwk_set;
mod jws;
mod keyring;
mod master_key;
mod pairwise;
mod token_claims;
mod vault;
mod x509;

pub use entropy::SystemEntropy;
pub use error::{HashError, JwkSetError, JwsError, KeyError, KeyFileError};
pub use foreign_jws::{Demand, Foreign, TypRule, claimed, verify_dpop_proof};
pub use hasher::{HashParams, HashVerdict, Hasher, Turn};
pub use jwk::{PublicJwk, jwks_json};
pub use jwk_set::{JwkSet, MAX_SET};
pub use jws::{MAX_TOKEN, Signer, Typ, Verified, Verifier};
pub use keyring::{KeySet, Keyring, generate};
pub use master_key::{MasterKey, MasterKeys};
pub use pairwise::PairwiseKey;
pub use token_claims::{Audience, ClaimError, TokenClaims};
pub use vault::{TAG_LEN, Vault};
pub use x509::Certificate;

pub use crate::domain::strict_json;
