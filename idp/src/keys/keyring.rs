//! The signing keys of a tenant, ready for use, and how they are made and replaced.

use std::{
    pin::pin,
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwap;
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::{KeyError, PairwiseKey, PublicJwk, Signer, Vault, Verifier, jwks_json};
use crate::domain::{
    clock::Timestamp,
    ids::{KeyId, TenantId},
    secret::sha256,
    signing_key::{self, KeyState, SigningAlgorithm, SigningKey},
};

/// All keys of a tenant at one moment; never changes.
pub struct KeySet {
    signers: Vec<Signer>,
    verifier: Verifier,
    jwks: Bytes,
    etag: String,
}

impl KeySet {
    /// Opens every private key, and so takes no key that this house has not sealed.
    pub fn open(keys: &[SigningKey], vault: &Vault) -> Result<Self, KeyError> {
        let opened = keys.iter().map(|key| open(key, vault)).collect::<Result<Vec<Signer>, KeyError>>()?;
        let verifier = Verifier::new(opened.iter().map(|signer| (signer.algorithm(), signer.public())))?;
        let signs = |signer: &Signer| {
            signing_key::active(keys, signer.algorithm()).is_some_and(|active| active.id == *signer.id())
        };
        Ok(Self::of(opened.into_iter().filter(signs).collect(), verifier, jwks_json(keys)))
    }

    /// Of a tenant whose keys are still being made.
    fn empty() -> Self {
        Self::of(Vec::new(), Verifier::default(), jwks_json(&[]))
    }

    fn of(signers: Vec<Signer>, verifier: Verifier, jwks: Bytes) -> Self {
        let etag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(sha256(&jwks)));
        Self { signers, verifier, jwks, etag }
    }

    /// The key that signs with this algorithm.
    pub fn signer(&self, algorithm: SigningAlgorithm) -> Option<&Signer> {
        self.signers.iter().find(|signer| signer.algorithm() == algorithm)
    }

    /// All published keys.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
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
        SigningAlgorithm::ALL.into_iter().all(|algorithm| self.signer(algorithm).is_some())
    }
}

fn open(key: &SigningKey, vault: &Vault) -> Result<Signer, KeyError> {
    let pkcs8 = vault.open(&purpose(&key.tenant, &key.id), &key.private_key)?;
    let signer = Signer::from_pkcs8(key.algorithm, &pkcs8)?;
    let fits = *signer.id() == key.id && PublicJwk::from_json(&key.public_jwk)? == *signer.public();
    if fits { Ok(signer) } else { Err(KeyError::Mismatch(key.id.to_string())) }
}

fn purpose(tenant: &TenantId, id: &KeyId) -> String {
    format!("signing_key.private/{tenant}/{id}")
}

/// One tenant's keys, replaced as a whole when they rotate.
pub struct Keyring {
    set: ArcSwap<KeySet>,
    replaced: Notify,
    pairwise: OnceLock<PairwiseKey>,
}

impl Keyring {
    pub fn new(set: KeySet) -> Self {
        Self { set: ArcSwap::from_pointee(set), replaced: Notify::new(), pairwise: OnceLock::new() }
    }

    /// Of a new tenant: its keys are still being made.
    pub fn empty() -> Self {
        Self::new(KeySet::empty())
    }

    pub fn current(&self) -> Arc<KeySet> {
        self.set.load_full()
    }

    /// The key of pairwise subjects, once it is loaded.
    pub fn pairwise(&self) -> Option<&PairwiseKey> {
        self.pairwise.get()
    }

    /// It never changes: the first one stays.
    pub fn keep_pairwise(&self, key: PairwiseKey) {
        self.pairwise.get_or_init(|| key);
    }

    pub fn replace(&self, set: KeySet) {
        self.set.store(Arc::new(set));
        self.replaced.notify_waiters();
    }

    /// The current set as soon as it is complete. Waits without end: the caller sets the limit.
    pub async fn complete(&self) -> Arc<KeySet> {
        loop {
            // Listening begins before the look, so that no replacement falls between them.
            let mut replaced = pin!(self.replaced.notified());
            replaced.as_mut().enable();
            let set = self.current();
            if set.is_complete() {
                return set;
            }
            replaced.await;
        }
    }
}

/// A new key, `Next` until activated. RSA takes a second and more: call it off the async threads.
pub fn generate(
    algorithm: SigningAlgorithm,
    tenant: &TenantId,
    vault: &Vault,
    now: Timestamp,
) -> Result<SigningKey, KeyError> {
    let pkcs8 = new_private_key(algorithm)?;
    let signer = Signer::from_pkcs8(algorithm, &pkcs8)?;
    let id = signer.id().clone();
    Ok(SigningKey {
        private_key: vault.seal(&purpose(tenant, &id), &pkcs8),
        public_jwk: signer.public().to_json(algorithm),
        id,
        tenant: tenant.clone(),
        algorithm,
        state: KeyState::Next,
        created_at: now,
        activated_at: None,
        retired_at: None,
        destroy_after: None,
    })
}

/// PKCS#8. aws-lc draws from its own generator, which no [`crate::domain::entropy::Entropy`] can stand in for.
fn new_private_key(algorithm: SigningAlgorithm) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let failed = |_| KeyError::Crypto("key generation");
    let der = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
            let key = RsaKeyPair::generate(KeySize::Rsa3072).map_err(failed)?;
            let der: Pkcs8V1Der<'_> = key.as_der().map_err(failed)?;
            der.as_ref().to_vec()
        }
        SigningAlgorithm::Es256 => {
            let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
            key.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
        }
        SigningAlgorithm::EdDsa => {
            let key = Ed25519KeyPair::generate().map_err(failed)?;
            key.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
        }
    };
    Ok(Zeroizing::new(der))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{
        jws::tests::{KEYS, active_key},
        vault::tests::vault,
    };
    use futures_util::FutureExt;
    use serde_json::Value;

    fn set(keys: &[SigningKey]) -> KeySet {
        KeySet::open(keys, &vault(&[1])).unwrap()
    }

    #[test]
    fn only_the_active_key_signs_and_all_are_published() {
        let (first, mut next) = (active_key(SigningAlgorithm::Es256), active_key(SigningAlgorithm::Es256));
        next.state = KeyState::Next;
        let mut retired = active_key(SigningAlgorithm::Es256);
        retired.retire(retired.created_at);
        let set = set(&[retired.clone(), next.clone(), first.clone()]);
        assert_eq!(set.signer(SigningAlgorithm::Es256).unwrap().id(), &first.id);
        assert!(set.signer(SigningAlgorithm::Rs256).is_none() && !set.is_complete());

        let jwks: Value = serde_json::from_slice(&set.jwks()).unwrap();
        let ids: Vec<&str> = jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(ids, [retired.id.as_str(), next.id.as_str(), first.id.as_str()]);
    }

    #[test]
    fn the_jwks_holds_public_members_only() {
        let jwks: Value = serde_json::from_slice(&set(&KEYS).jwks()).unwrap();
        for key in jwks["keys"].as_array().unwrap() {
            let mut names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            match key["kty"].as_str().unwrap() {
                "RSA" => assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]),
                "EC" => assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]),
                "OKP" => assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]),
                other => panic!("{other}"),
            }
        }
        let n = jwks["keys"].as_array().unwrap().iter().find_map(|key| key["n"].as_str()).unwrap();
        assert_eq!(n.len(), 512, "3072 bits");
    }

    #[test]
    fn a_key_that_was_tampered_with_is_not_taken() {
        let (mine, other) = (active_key(SigningAlgorithm::Es256), active_key(SigningAlgorithm::Es256));
        let strange_public = SigningKey { public_jwk: other.public_jwk.clone(), ..mine.clone() };
        let strange_private = SigningKey { private_key: other.private_key.clone(), ..mine.clone() };
        let strange_id = SigningKey { id: other.id.clone(), ..mine.clone() };
        let strange_tenant = SigningKey { tenant: TenantId::new("other"), ..mine.clone() };
        let strange_algorithm = SigningKey { algorithm: SigningAlgorithm::Rs256, ..mine.clone() };
        for key in [strange_public, strange_private, strange_id, strange_tenant, strange_algorithm] {
            assert!(KeySet::open(&[key], &vault(&[1])).is_err());
        }
        assert!(KeySet::open(std::slice::from_ref(&mine), &vault(&[2])).is_err(), "another master key");
        assert!(KeySet::open(&[mine], &vault(&[2, 1])).is_ok(), "after a roll-over");
    }

    #[test]
    fn the_entity_tag_follows_the_keys() {
        let (one, two) = (set(&KEYS[..1]), set(&KEYS));
        assert_ne!(one.etag(), two.etag());
        assert_eq!(two.etag(), set(&KEYS).etag());
        assert!(two.etag().starts_with('"') && two.etag().ends_with('"'));
        assert_eq!(&*KeySet::empty().jwks(), br#"{"keys":[]}"#);
    }

    #[tokio::test]
    async fn who_needs_a_key_waits_until_all_are_made() {
        let ring = Arc::new(Keyring::empty());
        assert!(ring.complete().now_or_never().is_none());
        let waiting = tokio::spawn({
            let ring = Arc::clone(&ring);
            async move { ring.complete().await.etag().to_owned() }
        });
        ring.replace(set(&KEYS[..1]));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        ring.replace(set(&KEYS));
        assert_eq!(waiting.await.unwrap(), ring.current().etag());
    }
}
