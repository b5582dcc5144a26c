//! Keys that others publish: a JWK set (RFC 7517 §5), read once and kept ready for verifying.

use aws_lc_rs::signature::ParsedPublicKey;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{JwkSetError, PublicJwk, jws, strict_json};
use crate::domain::{ids::KeyId, signing_key::SigningAlgorithm};

/// The longest set that is read, in bytes.
pub const MAX_SET: usize = 256 * 1024;
/// The most keys of a set.
const MAX_KEYS: usize = 64;
/// Members that only private and symmetric keys have (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
/// A modulus of 2048 to 8192 bits.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Bytes of a public exponent: a longer one only costs time.
const MAX_EXPONENT: usize = 4;

/// The usable keys of a set. Those of other kinds and for other uses are left out (RFC 7517 §5).
#[derive(Debug, Default)]
pub struct JwkSet {
    keys: Vec<ForeignKey>,
}

/// One public key, ready for each algorithm that it may be used with.
#[derive(Debug)]
pub(super) struct ForeignKey {
    kid: Option<String>,
    pub(super) thumbprint: KeyId,
    ready: Vec<(SigningAlgorithm, ParsedPublicKey)>,
}

impl JwkSet {
    /// Reads a set as it was sent.
    pub fn parse(json: &[u8]) -> Result<Self, JwkSetError> {
        if json.len() > MAX_SET {
            return Err(JwkSetError::TooLong);
        }
        Self::read(&strict_json::object(json).ok_or(JwkSetError::Json)?)
    }

    /// Reads a set that a configuration or a registration holds.
    pub fn from_value(set: &Value) -> Result<Self, JwkSetError> {
        Self::read(set.as_object().ok_or(JwkSetError::Json)?)
    }

    fn read(set: &Map<String, Value>) -> Result<Self, JwkSetError> {
        let list = set.get("keys").and_then(Value::as_array).ok_or(JwkSetError::NoList)?;
        if list.len() > MAX_KEYS {
            return Err(JwkSetError::TooMany);
        }
        let members = list.iter().map(|key| key.as_object().ok_or(JwkSetError::Json));
        let members: Vec<_> = members.collect::<Result<_, _>>()?;
        // A private key that was published is nobody's any more, and neither is the set it came with.
        if members.iter().any(|key| is_private(key)) {
            return Err(JwkSetError::Private);
        }
        Ok(Self { keys: members.into_iter().filter_map(ForeignKey::read).collect() })
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether this public key is one of the set, whatever it is called there.
    pub fn holds(&self, thumbprint: &KeyId) -> bool {
        self.keys.iter().any(|key| key.thumbprint == *thumbprint)
    }

    /// Whether a key of the set is called so.
    pub fn has(&self, kid: &str) -> bool {
        self.named(Some(kid)).next().is_some()
    }

    /// The keys of one name; of no name: all.
    pub(super) fn named(&self, kid: Option<&str>) -> impl Iterator<Item = &ForeignKey> {
        self.keys.iter().filter(move |key| kid.is_none() || key.kid.as_deref() == kid)
    }
}

impl ForeignKey {
    /// None: a kind that is not spoken, another use, or values out of range.
    pub(super) fn read(members: &Map<String, Value>) -> Option<Self> {
        if is_private(members) || !is_for_signatures(members) {
            return None;
        }
        let kid = match members.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str()?.to_owned()),
        };
        let (public, kinds) = public_key(members)?;
        let thumbprint = public.thumbprint();
        let declared = members.get("alg");
        let fitting = kinds.iter().filter(|kind| declared.is_none_or(|alg| alg.as_str() == Some(kind.name())));
        let ready = fitting.map(|kind| Some((*kind, jws::parse(*kind, &public).ok()?))).collect::<Option<_>>()?;
        Some(Self { kid, thumbprint, ready })
    }

    /// The key in the shape that this algorithm takes.
    pub(super) fn with(&self, algorithm: SigningAlgorithm) -> Option<&ParsedPublicKey> {
        self.ready.iter().find(|(ready, _)| *ready == algorithm).map(|(_, key)| key)
    }
}

fn is_private(members: &Map<String, Value>) -> bool {
    PRIVATE.iter().any(|name| members.contains_key(*name)) || members.get("kty").is_some_and(|kty| kty == "oct")
}

/// RFC 7517 §4.2, §4.3.
fn is_for_signatures(members: &Map<String, Value>) -> bool {
    let verifies = |operations: &Value| operations.as_array().is_some_and(|list| list.iter().any(|op| op == "verify"));
    members.get("use").is_none_or(|purpose| purpose == "sig") && members.get("key_ops").is_none_or(verifies)
}

/// The key of RFC 7518 §6 or RFC 8037 §2, with the algorithms of its kind.
fn public_key(members: &Map<String, Value>) -> Option<(PublicJwk, &'static [SigningAlgorithm])> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    match (text("kty")?, text("crv")) {
        ("RSA", _) => {
            let (n, e) = (number(text("n")?)?, number(text("e")?)?);
            let bits = n.len() * 8 - usize::try_from(n.first()?.leading_zeros()).ok()?;
            let in_range = MODULUS_BITS.contains(&bits) && e.len() <= MAX_EXPONENT && e != [1];
            in_range.then_some((PublicJwk::Rsa { n, e }, &[SigningAlgorithm::Rs256, SigningAlgorithm::Ps256]))
        }
        ("EC", Some("P-256")) => {
            let (x, y) = (coordinate(text("x")?)?, coordinate(text("y")?)?);
            Some((PublicJwk::P256 { x, y }, &[SigningAlgorithm::Es256]))
        }
        ("OKP", Some("Ed25519")) => {
            Some((PublicJwk::Ed25519 { x: coordinate(text("x")?)? }, &[SigningAlgorithm::EdDsa]))
        }
        _ => None,
    }
}

/// A positive number without leading zeros, so that each key has one thumbprint (RFC 7518 §2, Base64urlUInt).
fn number(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.first().is_some_and(|first| *first != 0))
}

fn coordinate(text: &str) -> Option<[u8; 32]> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::jws::tests::KEYS;
    use serde_json::json;

    /// Our own keys of all algorithms, as a client would publish them.
    fn published() -> Vec<Value> {
        KEYS.iter().map(|key| serde_json::from_str(&key.public_jwk).unwrap()).collect()
    }

    fn set(keys: impl Into<Vec<Value>>) -> Result<JwkSet, JwkSetError> {
        JwkSet::parse(json!({ "keys": keys.into() }).to_string().as_bytes())
    }

    fn with(index: usize, change: impl FnOnce(&mut Map<String, Value>)) -> JwkSet {
        let mut key = published().swap_remove(index);
        change(key.as_object_mut().unwrap());
        set([key]).unwrap()
    }

    #[test]
    fn keys_of_all_four_algorithms_are_read() {
        let set = set(published()).unwrap();
        for key in KEYS.iter() {
            assert!(set.has(key.id.as_str()) && set.holds(&key.id));
            let found: Vec<_> = set.named(Some(key.id.as_str())).collect();
            assert_eq!(found.len(), 1);
            for algorithm in SigningAlgorithm::ALL {
                assert_eq!(found[0].with(algorithm).is_some(), algorithm == key.algorithm);
            }
        }
    }

    #[test]
    fn an_rsa_key_without_alg_serves_both_of_its_algorithms() {
        let set = with(0, |key| drop(key.remove("alg")));
        let key = set.named(None).next().unwrap();
        assert!(key.with(SigningAlgorithm::Rs256).is_some() && key.with(SigningAlgorithm::Ps256).is_some());
        assert!(key.with(SigningAlgorithm::Es256).is_none());
    }

    #[test]
    fn keys_of_no_use_here_are_left_out() {
        let rsa = |bits: usize, e: &[u8]| {
            let n = BASE64_URL_SAFE_NO_PAD.encode(vec![0xc3; bits / 8]);
            json!({ "kty": "RSA", "n": n, "e": BASE64_URL_SAFE_NO_PAD.encode(e) })
        };
        for key in [
            json!({}),
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" }),
            json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }),
            json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
            json!({ "kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43) }),
            json!({ "kty": "OKP", "crv": "X25519", "x": "A".repeat(43) }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
            json!({ "kty": "RSA", "n": "", "e": "AQAB" }),
            json!({ "kty": "RSA", "n": 5, "e": "AQAB" }),
            rsa(1024, &[1, 0, 1]),
            rsa(8200, &[1, 0, 1]),
            rsa(2048, &[1]),
            rsa(2048, &[0, 1, 0, 1]),
            rsa(2048, &[1, 0, 0, 0, 1]),
        ] {
            assert!(set([key.clone()]).unwrap().is_empty(), "{key}");
        }
        assert!(with(1, |key| drop(key.insert("use".into(), "enc".into()))).is_empty());
        assert!(with(1, |key| drop(key.insert("key_ops".into(), json!(["sign"])))).is_empty());
        assert!(with(1, |key| drop(key.insert("kid".into(), json!(7)))).is_empty());
        let other_algorithm = with(1, |key| drop(key.insert("alg".into(), "ES512".into())));
        assert!(other_algorithm.named(None).all(|key| key.with(SigningAlgorithm::Es256).is_none()));
        let for_verifying = with(1, |key| drop(key.insert("key_ops".into(), json!(["verify"]))));
        assert!(!for_verifying.is_empty());
    }

    #[test]
    fn a_set_with_a_private_or_symmetric_key_is_refused_as_a_whole() {
        for member in PRIVATE {
            let mut keys = published();
            keys[2].as_object_mut().unwrap().insert(member.into(), "AQAB".into());
            assert_eq!(set(keys).unwrap_err(), JwkSetError::Private, "{member}");
        }
        let mut keys = published();
        keys.push(json!({ "kty": "oct" }));
        assert_eq!(set(keys).unwrap_err(), JwkSetError::Private);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let deep = format!(r#"{{"keys":[{{"a":{}{}}}]}}"#, "[".repeat(16), "]".repeat(16));
        for (text, expected) in [
            ("", JwkSetError::Json),
            ("[]", JwkSetError::Json),
            ("{}", JwkSetError::NoList),
            (r#"{"keys":{}}"#, JwkSetError::NoList),
            (r#"{"keys":[1]}"#, JwkSetError::Json),
            (r#"{"keys":[],"keys":[]}"#, JwkSetError::Json),
            (r#"{"keys":[{"kty":"EC","kty":"RSA"}]}"#, JwkSetError::Json),
            (&deep, JwkSetError::Json),
        ] {
            assert_eq!(JwkSet::parse(text.as_bytes()).unwrap_err(), expected, "{text}");
        }
        assert_eq!(set(vec![json!({}); MAX_KEYS + 1]).unwrap_err(), JwkSetError::TooMany);
        assert_eq!(JwkSet::parse(&vec![b' '; MAX_SET + 1]).unwrap_err(), JwkSetError::TooLong);
        assert!(set([]).unwrap().is_empty());
    }
}
