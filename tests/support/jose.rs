//! JSON Web Keys and Signatures as relying parties have and read them: no code of the provider's.

use std::sync::Arc;

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaPublicKeyComponents,
        UnparsedPublicKey,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::{Value, json};

/// A key pair of somebody other than the provider.
#[derive(Clone)]
pub struct Key {
    pub kid: String,
    pub alg: &'static str,
    private: Arc<Private>,
}

enum Private {
    Rsa(rsa::KeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    /// Of `RS256`, `PS256`, `ES256` or `EdDSA`.
    pub fn generate(alg: &'static str, kid: &str) -> Self {
        let private = match alg {
            "RS256" | "PS256" => Private::Rsa(rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap()),
            "ES256" => Private::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            "EdDSA" => Private::Ed25519(Ed25519KeyPair::generate().unwrap()),
            other => panic!("{other}"),
        };
        Self { kid: kid.to_owned(), alg, private: Arc::new(private) }
    }

    /// The same key, used by another algorithm.
    #[must_use]
    pub fn as_alg(&self, alg: &'static str) -> Self {
        Self { alg, ..self.clone() }
    }

    /// The public key without name or use, as a DPoP proof carries it.
    pub fn bare_jwk(&self) -> Value {
        match &*self.private {
            Private::Rsa(key) => {
                let public = KeyPair::public_key(key);
                let (n, e) = (public.modulus(), public.exponent());
                json!({ "kty": "RSA", "n": B64.encode(n.big_endian_without_leading_zero()), "e": B64.encode(e.big_endian_without_leading_zero()) })
            }
            Private::P256(key) => {
                let point = key.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..]) })
            }
            Private::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": B64.encode(key.public_key().as_ref()) })
            }
        }
    }

    /// The public key as a client registers it.
    pub fn jwk(&self) -> Value {
        let mut jwk = self.bare_jwk();
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.alg);
        jwk["use"] = json!("sig");
        jwk
    }

    /// SubjectPublicKeyInfo.
    pub fn spki(&self) -> Vec<u8> {
        match &*self.private {
            Private::Rsa(key) => KeyPair::public_key(key).as_der().unwrap().as_ref().to_vec(),
            Private::P256(key) => key.public_key().as_der().unwrap().as_ref().to_vec(),
            Private::Ed25519(key) => key.public_key().as_der().unwrap().as_ref().to_vec(),
        }
    }

    pub fn header(&self, typ: &str) -> Value {
        json!({ "alg": self.alg, "kid": self.kid, "typ": typ })
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), claims.to_string().as_bytes())
    }

    /// Of what may be no JSON at all.
    pub fn sign_text(&self, header: &str, claims: &[u8]) -> String {
        let signed = format!("{}.{}", B64.encode(header), B64.encode(claims));
        let signature = B64.encode(self.signature(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &*self.private {
            Private::Rsa(key) => {
                let how = if self.alg == "RS256" { &RSA_PKCS1_SHA256 } else { &RSA_PSS_SHA256 };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(how, &random, message, &mut signature).unwrap();
                signature
            }
            Private::P256(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Private::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }
}

pub fn header(jwt: &str) -> Value {
    serde_json::from_slice(&B64.decode(jwt.split('.').next().unwrap()).unwrap()).unwrap()
}

/// The one key of the set that may have signed this token (protocol.md B4).
pub fn key_of<'a>(jwks: &'a Value, jwt: &str) -> &'a Value {
    let header = header(jwt);
    let fits = |key: &&Value| key["kid"] == header["kid"] && key["alg"] == header["alg"] && key["use"] == "sig";
    let keys: Vec<&Value> = jwks["keys"].as_array().unwrap().iter().filter(fits).collect();
    assert_eq!(keys.len(), 1, "one key for {header}, and only one");
    keys[0]
}

/// The claims, if the signature holds.
pub fn verified(jwks: &Value, jwt: &str) -> Value {
    let parts: Vec<&str> = jwt.split('.').collect();
    assert_eq!(parts.len(), 3, "{jwt}");
    let (signed, signature) = (format!("{}.{}", parts[0], parts[1]), B64.decode(parts[2]).unwrap());
    let key = key_of(jwks, jwt);
    let bytes = |member: &str| B64.decode(key[member].as_str().unwrap()).unwrap();
    let holds = match key["alg"].as_str().unwrap() {
        alg @ ("RS256" | "PS256") => {
            let key = RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") };
            let how = if alg == "RS256" { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
            key.verify(how, signed.as_bytes(), &signature)
        }
        "ES256" => {
            let point = [vec![4], bytes("x"), bytes("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature)
        }
        "EdDSA" => UnparsedPublicKey::new(&ED25519, bytes("x")).verify(signed.as_bytes(), &signature),
        other => panic!("{other}"),
    };
    holds.expect("the signature holds");
    super::client::claims(jwt)
}
