//! JSON Web Signatures as a relying party reads them: by the published key that the header names, and no other.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256,
        RsaPublicKeyComponents, UnparsedPublicKey,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::Value;

pub fn header(jwt: &str) -> Value {
    serde_json::from_slice(&B64.decode(jwt.split('.').next().unwrap()).unwrap()).unwrap()
}

fn bytes(key: &Value, member: &str) -> Vec<u8> {
    B64.decode(key[member].as_str().unwrap_or_else(|| panic!("no {member} in {key}"))).unwrap()
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
    let holds = match key["alg"].as_str().unwrap() {
        alg @ ("RS256" | "PS256") => {
            let key = RsaPublicKeyComponents { n: bytes(key, "n"), e: bytes(key, "e") };
            let how = if alg == "RS256" { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
            key.verify(how, signed.as_bytes(), &signature)
        }
        "ES256" => {
            let point = [vec![4], bytes(key, "x"), bytes(key, "y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature)
        }
        "EdDSA" | "Ed25519" => UnparsedPublicKey::new(&ED25519, bytes(key, "x")).verify(signed.as_bytes(), &signature),
        other => panic!("{other}"),
    };
    holds.expect("the signature holds");
    crate::support::client::claims(jwt)
}

/// The same header and these claims, signed by a key that nobody knows.
pub fn signed_by_a_stranger(header: &Value, claims: &Value) -> String {
    let stranger = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let signed = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let mut signature = vec![0; stranger.public_modulus_len()];
    stranger.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", B64.encode(signature))
}
