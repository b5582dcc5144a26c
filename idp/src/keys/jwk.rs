//! Public keys as JSON (RFC 7517, RFC 7518 §6) and their thumbprints (RFC 7638).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde::Deserialize;

use super::KeyError;
use crate::domain::{
    ids::KeyId,
    secret::sha256,
    signing_key::{SigningAlgorithm, SigningKey},
};

/// The public part of a signing key, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicJwk {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519 { x: [u8; 32] },
}

#[derive(Deserialize)]
#[serde(tag = "kty")]
enum Stored<'a> {
    #[serde(rename = "RSA")]
    Rsa { n: &'a str, e: &'a str },
    #[serde(rename = "EC")]
    Ec { crv: &'a str, x: &'a str, y: &'a str },
    /// RFC 8037 §2.
    #[serde(rename = "OKP")]
    Okp { crv: &'a str, x: &'a str },
}

impl PublicJwk {
    /// RFC 7638 §3: SHA-256 over the required members in alphabetical order.
    pub fn thumbprint(&self) -> KeyId {
        let json = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
            Self::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y)),
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
        };
        KeyId::new(text(&sha256(json.as_bytes())))
    }

    /// With `kid`, `use` and `alg`.
    pub fn to_json(&self, algorithm: SigningAlgorithm) -> String {
        let kid = self.thumbprint();
        // Every value is base64url or a registered name: nothing needs escaping.
        let common = format!(r#""use":"sig","alg":"{algorithm}","kid":"{kid}""#);
        match self {
            Self::Rsa { n, e } => format!(r#"{{"kty":"RSA",{common},"n":"{}","e":"{}"}}"#, text(n), text(e)),
            Self::P256 { x, y } => {
                format!(r#"{{"kty":"EC",{common},"crv":"P-256","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
            Self::Ed25519 { x } => format!(r#"{{"kty":"OKP",{common},"crv":"Ed25519","x":"{}"}}"#, text(x)),
        }
    }

    pub fn from_json(json: &str) -> Result<Self, KeyError> {
        match serde_json::from_str(json) {
            Ok(Stored::Rsa { n, e }) => Ok(Self::Rsa { n: bytes(n)?, e: bytes(e)? }),
            Ok(Stored::Ec { crv: "P-256", x, y }) => Ok(Self::P256 { x: coordinate(x)?, y: coordinate(y)? }),
            Ok(Stored::Ec { .. }) => Err(KeyError::PublicKey("its curve is not P-256")),
            Ok(Stored::Okp { crv: "Ed25519", x }) => Ok(Self::Ed25519 { x: coordinate(x)? }),
            Ok(Stored::Okp { .. }) => Err(KeyError::PublicKey("its curve is not Ed25519")),
            Err(_) => Err(KeyError::PublicKey("it is no RSA, EC or OKP key in JSON")),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(text: &str) -> Result<Vec<u8>, KeyError> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::PublicKey("it is not in base64url"))
}

fn coordinate(text: &str) -> Result<[u8; 32], KeyError> {
    bytes(text)?.try_into().map_err(|_| KeyError::PublicKey("a coordinate is not 32 bytes long"))
}

/// The key set as the JWKS endpoint serves it (RFC 7517 §5).
pub fn jwks_json(keys: &[SigningKey]) -> Bytes {
    let list: Vec<&str> = keys.iter().map(|key| key.public_jwk.as_str()).collect();
    Bytes::from(format!(r#"{{"keys":[{}]}}"#, list.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7638 §3.1.
    const EXAMPLE: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;

    #[test]
    fn the_thumbprint_of_the_specification_comes_out() {
        let key = PublicJwk::from_json(EXAMPLE).unwrap();
        assert_eq!(key.thumbprint().as_str(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn json_round_trips() {
        let keys = [
            (SigningAlgorithm::Rs256, PublicJwk::Rsa { n: vec![0xC3; 384], e: vec![1, 0, 1] }),
            (SigningAlgorithm::Ps256, PublicJwk::Rsa { n: vec![0xC4; 384], e: vec![1, 0, 1] }),
            (SigningAlgorithm::Es256, PublicJwk::P256 { x: [7; 32], y: [9; 32] }),
            (SigningAlgorithm::EdDsa, PublicJwk::Ed25519 { x: [5; 32] }),
        ];
        for (algorithm, key) in keys {
            let json = key.to_json(algorithm);
            assert_eq!(PublicJwk::from_json(&json).unwrap(), key);
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(value["alg"], algorithm.name());
            assert_eq!(value["use"], "sig");
            assert_eq!(value["kid"], key.thumbprint().as_str());
        }
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        for json in [
            "",
            "[]",
            r#"{"kty":"oct","k":"AAAA"}"#,
            r#"{"kty":"RSA","n":"AQAB"}"#,
            r#"{"kty":"RSA","n":"AQAB=","e":"AQAB"}"#,
            r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
        ] {
            assert!(PublicJwk::from_json(json).is_err(), "{json}");
        }
    }
}
