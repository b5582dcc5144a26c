//! Compact JWS (RFC 7515 §7.1): signing of our tokens, and the strict reading of our own ones (SR-65, SR-66).

use std::collections::HashMap;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
        ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256,
        RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD, write::EncoderStringWriter};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{JwsError, KeyError, PublicJwk, strict_json};
use crate::domain::{ids::KeyId, signing_key::SigningAlgorithm};

/// The longest token that is read, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;
/// Room for the claims and signature of an ordinary ID token.
const USUAL_LENGTH: usize = 1536;

/// What a token is for, as its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typ {
    /// `JWT` (OpenID Connect Core §2)
    IdToken,
    /// `logout+jwt` (OpenID Connect Back-Channel Logout §2.4)
    LogoutToken,
    /// `at+jwt` (RFC 9068 §2.1)
    AccessToken,
    /// `userinfo+jwt`: a name of its own, so that no answer passes as an ID token (RFC 8725 §3.11)
    UserInfo,
    /// `token-introspection+jwt` (RFC 9701 §5)
    Introspection,
    /// `oauth-authz-resp+jwt`: a name of its own, so that no answer passes as an ID token (RFC 8725 §3.11)
    AuthorizationResponse,
}

impl Typ {
    const ALL: [Self; 6] = [
        Self::IdToken,
        Self::LogoutToken,
        Self::AccessToken,
        Self::UserInfo,
        Self::Introspection,
        Self::AuthorizationResponse,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::IdToken => "JWT",
            Self::LogoutToken => "logout+jwt",
            Self::AccessToken => "at+jwt",
            Self::UserInfo => "userinfo+jwt",
            Self::Introspection => "token-introspection+jwt",
            Self::AuthorizationResponse => "oauth-authz-resp+jwt",
        }
    }
}

/// A private key, parsed once, with the headers of its tokens ready.
pub struct Signer {
    key: PrivateKey,
    public: PublicJwk,
    id: KeyId,
    algorithm: SigningAlgorithm,
    /// Base64url with the dot behind it, each at its `Typ`.
    headers: [(Typ, String); Typ::ALL.len()],
    random: SystemRandom,
}

enum PrivateKey {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    pub fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let rejected = |_| KeyError::Crypto("the private key is not of its algorithm");
        let key = match algorithm {
            SigningAlgorithm::Rs256 => {
                PrivateKey::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(rejected)?, &RSA_PKCS1_SHA256)
            }
            SigningAlgorithm::Ps256 => {
                PrivateKey::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(rejected)?, &RSA_PSS_SHA256)
            }
            SigningAlgorithm::EdDsa => PrivateKey::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(rejected)?),
            SigningAlgorithm::Es256 => {
                PrivateKey::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(rejected)?)
            }
        };
        let public = key.public()?;
        let id = public.thumbprint();
        let headers = Typ::ALL.map(|typ| {
            let json = format!(r#"{{"alg":"{algorithm}","typ":"{}","kid":"{id}"}}"#, typ.name());
            (typ, BASE64_URL_SAFE_NO_PAD.encode(json) + ".")
        });
        Ok(Self { key, public, id, algorithm, headers, random: SystemRandom::new() })
    }

    /// Its `kid`.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// A signed token. CPU only: ES256 costs tens of µs, RS256 with 3072 bits about 2 ms.
    pub fn sign(&self, typ: Typ, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = self.headers.iter().find(|(of, _)| *of == typ).map(|(_, header)| header.as_str());
        let header = header.ok_or(KeyError::Crypto("a token of a kind without a header"))?;
        let mut token = String::with_capacity(header.len() + USUAL_LENGTH);
        token.push_str(header);
        let mut writer = EncoderStringWriter::from_consumer(&mut token, &BASE64_URL_SAFE_NO_PAD);
        serde_json::to_writer(&mut writer, claims).map_err(|error| KeyError::Claims(error.to_string()))?;
        writer.into_inner();
        let signature = self.signature(token.as_bytes())?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let refused = |_| KeyError::Crypto("signing");
        match &self.key {
            PrivateKey::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &self.random, message, &mut signature).map_err(refused)?;
                Ok(signature)
            }
            PrivateKey::P256(key) => Ok(key.sign(&self.random, message).map_err(refused)?.as_ref().to_vec()),
            PrivateKey::Ed25519(key) => Ok(key.sign(message).as_ref().to_vec()),
        }
    }
}

impl PrivateKey {
    fn public(&self) -> Result<PublicJwk, KeyError> {
        match self {
            Self::Rsa(key, _) => {
                let public: &rsa::PublicKey = key.public_key();
                let n = public.modulus().big_endian_without_leading_zero().to_vec();
                Ok(PublicJwk::Rsa { n, e: public.exponent().big_endian_without_leading_zero().to_vec() })
            }
            Self::P256(key) => match key.public_key().as_ref().split_first_chunk::<33>() {
                Some(([4, x @ ..], y)) => {
                    let y = y.try_into().map_err(|_| KeyError::PublicKey("it is not a point of P-256"))?;
                    Ok(PublicJwk::P256 { x: *x, y })
                }
                _ => Err(KeyError::PublicKey("it is not an uncompressed point")),
            },
            Self::Ed25519(key) => {
                let x = key.public_key().as_ref().try_into();
                Ok(PublicJwk::Ed25519 { x: x.map_err(|_| KeyError::PublicKey("it is not 32 bytes long"))? })
            }
        }
    }
}

/// A token whose signature is ours. Nothing is said of its age, audience or issuer.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    pub key: KeyId,
    pub claims: Map<String, Value>,
}

/// All published keys of a tenant.
#[derive(Default)]
pub struct Verifier(HashMap<KeyId, (SigningAlgorithm, ParsedPublicKey)>);

impl Verifier {
    pub fn new<'a>(keys: impl IntoIterator<Item = (SigningAlgorithm, &'a PublicJwk)>) -> Result<Self, KeyError> {
        let parsed =
            keys.into_iter().map(|(algorithm, jwk)| Ok((jwk.thumbprint(), (algorithm, parse(algorithm, jwk)?))));
        Ok(Self(parsed.collect::<Result<_, KeyError>>()?))
    }

    /// The claims of a token that one of these keys signed for this use. Its age, audience and issuer are the caller's to check.
    pub fn verify(&self, typ: Typ, token: &str) -> Result<Verified, JwsError> {
        let compact = Compact::read(token)?;
        let (id, (_, key)) = self.key_of(&compact.header, typ)?;
        key.verify_sig(compact.signed.as_bytes(), &compact.signature).map_err(|_| JwsError::Signature)?;
        Ok(Verified { key: id.clone(), claims: strict_json::object(&compact.claims).ok_or(JwsError::Json)? })
    }

    /// The key a header names. Our headers hold `alg`, `typ` and `kid` and nothing else, so every other member
    /// (`crit`, `jwk`, `jku`, `x5c`, `x5u`, `b64`, `zip` …) is refused unread.
    fn key_of(
        &self,
        header: &Map<String, Value>,
        typ: Typ,
    ) -> Result<(&KeyId, &(SigningAlgorithm, ParsedPublicKey)), JwsError> {
        let member = |name| header.get(name).and_then(Value::as_str).ok_or(JwsError::Header);
        let (alg, kid, found_typ) = (member("alg")?, member("kid")?, member("typ")?);
        if header.len() != 3 {
            return Err(JwsError::Header);
        }
        let (id, key) = self.0.get_key_value(kid).ok_or(JwsError::UnknownKey)?;
        if alg != key.0.name() {
            return Err(JwsError::Algorithm);
        }
        if found_typ != typ.name() {
            return Err(JwsError::Typ);
        }
        Ok((id, key))
    }
}

/// The three parts of a compact JWS (RFC 7515 §7.1), decoded and not yet believed.
pub(super) struct Compact<'a> {
    /// What the signature covers.
    pub signed: &'a str,
    pub header: Map<String, Value>,
    pub claims: Vec<u8>,
    pub signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    pub fn read(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_TOKEN {
            return Err(JwsError::TooLong);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsError::Form);
        };
        let signed = token.get(..header.len() + 1 + claims.len()).ok_or(JwsError::Form)?;
        let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
        Ok(Self { signed, header: strict_json::object(&header).ok_or(JwsError::Json)?, claims, signature })
    }
}

pub(super) fn parse(algorithm: SigningAlgorithm, jwk: &PublicJwk) -> Result<ParsedPublicKey, KeyError> {
    let rejected = |_| KeyError::PublicKey("its numbers make no key");
    match (algorithm, jwk) {
        (SigningAlgorithm::Rs256, PublicJwk::Rsa { n, e }) => {
            RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).map_err(rejected)
        }
        (SigningAlgorithm::Ps256, PublicJwk::Rsa { n, e }) => {
            RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256).map_err(rejected)
        }
        (SigningAlgorithm::EdDsa, PublicJwk::Ed25519 { x }) => ParsedPublicKey::new(&ED25519, x).map_err(rejected),
        (SigningAlgorithm::Es256, PublicJwk::P256 { x, y }) => {
            let point = [&[4], x.as_slice(), y].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(rejected)
        }
        _ => Err(KeyError::PublicKey("it is not of its algorithm")),
    }
}

/// Unpadded base64url with no bit to spare: each value has one spelling (RFC 7515 §2).
fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Form)
}

#[cfg(test)]
pub mod tests;
