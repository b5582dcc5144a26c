//! Tokens that verify, by our reader and by another's, and forged ones that do not.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use openidconnect::{
    ClientId, IssuerUrl, Nonce,
    core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet},
};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    domain::{clock::Timestamp, entropy::tests::Seeded, ids::TenantId, signing_key::SigningKey},
    keys::{KeySet, generate, vault::tests::vault},
};

/// One active key of each algorithm; RSA keys are slow to make, so all tests share them.
pub static KEYS: LazyLock<Vec<SigningKey>> = LazyLock::new(|| SigningAlgorithm::ALL.map(active_key).into());

pub fn active_key(algorithm: SigningAlgorithm) -> SigningKey {
    let now = Timestamp::from_seconds(1_800_000_000);
    let mut key = generate(algorithm, &TenantId::new("demo"), &vault(&[1]), now).unwrap();
    key.activate(now);
    key
}

fn key_set() -> KeySet {
    KeySet::open(&KEYS, &vault(&[1])).unwrap()
}

fn claims() -> Value {
    json!({ "iss": "https://idp.example", "sub": "s-1", "aud": "rp", "iat": 1_800_000_000, "exp": 4_000_000_000_i64,
        "nonce": "n-1", "name": "山田 \"太郎\"" })
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A token with any header and claims, yet a true signature of this key.
pub fn signed(signer: &Signer, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", b64(header), b64(claims));
    let signature = b64(signer.signature(message.as_bytes()).unwrap());
    format!("{message}.{signature}")
}

#[test]
fn what_we_sign_we_accept() {
    let set = key_set();
    for algorithm in SigningAlgorithm::ALL {
        let signer = set.signer(algorithm).unwrap();
        for typ in Typ::ALL {
            let token = signer.sign(typ, &claims()).unwrap();
            let verified = set.verifier().verify(typ, &token).unwrap();
            assert_eq!(Value::Object(verified.claims), claims());
            assert_eq!(verified.key, *signer.id());
        }
    }
}

#[test]
fn another_library_accepts_our_id_tokens_by_our_jwks() {
    let set = key_set();
    let jwks: CoreJsonWebKeySet = serde_json::from_slice(&set.jwks()).unwrap();
    for algorithm in SigningAlgorithm::ALL {
        let token = set.signer(algorithm).unwrap().sign(Typ::IdToken, &claims()).unwrap();
        let issuer = IssuerUrl::new("https://idp.example".into()).unwrap();
        let verifier = CoreIdTokenVerifier::new_public_client(ClientId::new("rp".into()), issuer, jwks.clone())
            .allow_any_alg()
            .set_time_fn(|| chrono::DateTime::from_timestamp(1_800_000_001, 0).unwrap());
        let nonce = Nonce::new("n-1".into());
        let read: CoreIdToken = token.parse().unwrap();
        assert_eq!(read.claims(&verifier, &nonce).unwrap().subject().as_str(), "s-1");

        let (message, signature) = token.rsplit_once('.').unwrap();
        let mut signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        signature[10] ^= 1;
        let forged: CoreIdToken = format!("{message}.{}", b64(signature)).parse().unwrap();
        assert!(forged.claims(&verifier, &nonce).is_err(), "{algorithm}");
    }
}

#[test]
fn a_token_of_one_kind_is_none_of_another() {
    let set = key_set();
    let signer = set.signer(SigningAlgorithm::Es256).unwrap();
    for (is, read_as) in Typ::ALL.into_iter().flat_map(|is| Typ::ALL.map(|read_as| (is, read_as))) {
        let token = signer.sign(is, &claims()).unwrap();
        let verdict = set.verifier().verify(read_as, &token).map(|_| ());
        assert_eq!(verdict, if is == read_as { Ok(()) } else { Err(JwsError::Typ) }, "{is:?} {read_as:?}");
    }
}

#[test]
fn a_key_of_another_set_is_unknown() {
    let token = key_set().signer(SigningAlgorithm::Es256).unwrap().sign(Typ::IdToken, &claims()).unwrap();
    let other = KeySet::open(&[active_key(SigningAlgorithm::Es256)], &vault(&[1])).unwrap();
    assert_eq!(other.verifier().verify(Typ::IdToken, &token), Err(JwsError::UnknownKey));
}

#[test]
fn claims_that_are_no_json_are_not_signed() {
    let strange = HashMap::from([((1, 2), 3)]);
    let set = key_set();
    let signed = set.signer(SigningAlgorithm::Es256).unwrap().sign(Typ::IdToken, &strange);
    assert!(matches!(signed, Err(KeyError::Claims(_))));
}

#[test]
fn forged_headers_are_refused_even_under_a_true_signature() {
    use JwsError::{Algorithm, Header, Json, Typ as WrongTyp, UnknownKey};
    let set = key_set();
    let signer = set.signer(SigningAlgorithm::Es256).unwrap();
    let (kid, rsa_kid) = (signer.id().as_str(), set.signer(SigningAlgorithm::Rs256).unwrap().id().as_str());
    let with = |more: &str| format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{kid}"{more}}}"#);
    let alg = |alg: &str| format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{kid}"}}"#);
    let table = [
        ("alg none", alg("none"), Algorithm),
        ("alg None", alg("None"), Algorithm),
        ("alg HS256", alg("HS256"), Algorithm),
        ("alg HS512", alg("HS512"), Algorithm),
        ("alg RS256 with an EC key", alg("RS256"), Algorithm),
        ("alg PS256", alg("PS256"), Algorithm),
        ("alg ES384", alg("ES384"), Algorithm),
        ("alg EdDSA", alg("EdDSA"), Algorithm),
        ("alg es256", alg("es256"), Algorithm),
        ("empty alg", alg(""), Algorithm),
        ("ES256 with the kid of the RSA key", with("").replace(kid, rsa_kid), Algorithm),
        ("no alg", format!(r#"{{"typ":"JWT","kid":"{kid}"}}"#), Header),
        ("alg is a list", format!(r#"{{"alg":["ES256"],"typ":"JWT","kid":"{kid}"}}"#), Header),
        ("alg is null", format!(r#"{{"alg":null,"typ":"JWT","kid":"{kid}"}}"#), Header),
        ("no kid", r#"{"alg":"ES256","typ":"JWT"}"#.into(), Header),
        ("kid is a number", r#"{"alg":"ES256","typ":"JWT","kid":1}"#.into(), Header),
        ("unknown kid", with("").replace(kid, "x"), UnknownKey),
        ("empty kid", with("").replace(kid, ""), UnknownKey),
        ("kid is a path", with("").replace(kid, "../../dev/null"), UnknownKey),
        ("no typ", format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#), Header),
        ("typ at+jwt", with("").replace("JWT", "at+jwt"), WrongTyp),
        ("typ jwt", with("").replace("JWT", "jwt"), WrongTyp),
        ("crit", with(r#","crit":["exp"],"exp":1"#), Header),
        ("empty crit", with(r#","crit":[]"#), Header),
        ("b64 false", with(r#","b64":false"#), Header),
        ("embedded jwk", with(&format!(r#","jwk":{}"#, signer.public().to_json(signer.algorithm()))), Header),
        ("jku", with(r#","jku":"https://evil.example/jwks""#), Header),
        ("x5u", with(r#","x5u":"https://evil.example/x""#), Header),
        ("x5c", with(r#","x5c":["AA=="]"#), Header),
        ("zip", with(r#","zip":"DEF""#), Header),
        ("enc", with(r#","enc":"A256GCM""#), Header),
        ("a member nobody knows", with(r#","x":1"#), Header),
        ("alg twice", with(r#","alg":"ES256""#), Json),
        ("kid twice, once escaped", with(r#","\u006bid":"x""#), Json),
        ("a list", "[]".into(), Json),
        ("no JSON", "ES256".into(), Json),
        ("empty", String::new(), Json),
        ("something behind", with("") + "{}", Json),
        ("deep nesting", with(&format!(r#","x":{}{}"#, "[".repeat(17), "]".repeat(17))), Json),
    ];
    for (what, header, expected) in table {
        let token = signed(signer, &header, &claims().to_string());
        assert_eq!(set.verifier().verify(Typ::IdToken, &token), Err(expected), "{what}");
    }
    let token = signed(signer, &with(""), &claims().to_string());
    assert!(set.verifier().verify(Typ::IdToken, &token).is_ok(), "the forger's tool itself works");
}

#[test]
fn forged_forms_are_refused() {
    use JwsError::{Form, Json, Signature, TooLong};
    let set = key_set();
    for algorithm in SigningAlgorithm::ALL {
        let signer = set.signer(algorithm).unwrap();
        let token = signer.sign(Typ::IdToken, &claims()).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let (h, c, s) = (parts[0], parts[1], parts[2]);
        let other = b64(claims().to_string().replace("s-1", "s-2"));
        let raw = BASE64_URL_SAFE_NO_PAD.decode(s).unwrap();
        let json = format!(r#"{{"protected":"{h}","payload":"{c}","signature":"{s}"}}"#);
        let table = [
            ("other claims", format!("{h}.{other}.{s}"), Signature),
            ("no signature", format!("{h}.{c}."), Signature),
            ("half a signature", format!("{h}.{c}.{}", b64(&raw[..raw.len() / 2])), Signature),
            ("a byte short", format!("{h}.{c}.{}", b64(&raw[..raw.len() - 1])), Signature),
            ("a byte long", format!("{h}.{c}.{}", b64([raw.clone(), vec![0]].concat())), Signature),
            ("all zero", format!("{h}.{c}.{}", b64(vec![0; raw.len()])), Signature),
            ("all ones", format!("{h}.{c}.{}", b64(vec![0xff; raw.len()])), Signature),
            ("signature of another token", format!("{h}.{c}.{}", b64(signer.signature(b"other").unwrap())), Signature),
            ("two parts", format!("{h}.{c}"), Form),
            ("four parts", format!("{token}.{s}"), Form),
            ("five parts, as a JWE", format!("{h}.{s}.{s}.{c}.{s}"), Form),
            ("a dot behind", format!("{token}."), Form),
            ("a dot before", format!(".{token}"), Form),
            ("nothing", String::new(), Form),
            ("only dots", "..".into(), Json),
            ("padding", format!("{token}="), Form),
            ("padded header", format!("{h}=.{c}.{s}"), Form),
            ("a space before", format!(" {token}"), Form),
            ("a line end behind", format!("{token}\n"), Form),
            ("a line end inside", format!("{h}.{c}\n.{s}"), Form),
            ("ordinary base64", format!("{h}.{c}.+/{}", &s[2..]), Form),
            ("not ASCII", format!("{h}.{c}.é{s}"), Form),
            ("NUL", format!("{h}.{c}.{s}\0"), Form),
            ("JSON serialisation", json, Form),
            ("spare bits", spare_bits(&token), Form),
            ("longer than 16 KiB", format!("{h}.{}.{s}", "A".repeat(MAX_TOKEN)), TooLong),
        ];
        for (what, forged, expected) in table {
            assert_eq!(set.verifier().verify(Typ::IdToken, &forged), Err(expected), "{algorithm}: {what}");
        }
    }
}

/// The same bytes, but with a bit set that the last character has over; where none is over (384 bytes), with padding.
fn spare_bits(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let last = match signature.len() % 4 {
        2 => 'B',
        3 => 'D',
        _ => '=',
    };
    format!("{message}.{}{last}", &signature[..signature.len() - 1])
}

#[test]
fn doubtful_claims_are_refused_even_under_a_true_signature() {
    let set = key_set();
    let signer = set.signer(SigningAlgorithm::Es256).unwrap();
    let header = format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{}"}}"#, signer.id());
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(16), "]".repeat(16));
    for claims in ["", "[]", r#""sub""#, r#"{"sub":"a","sub":"b"}"#, r#"{"exp":1e999}"#, "{}{}", "{", &deep] {
        let token = signed(signer, &header, claims);
        assert_eq!(set.verifier().verify(Typ::IdToken, &token), Err(JwsError::Json), "{claims}");
    }
}

/// The classic: the public key taken for an HMAC secret.
#[test]
fn the_public_key_is_no_hmac_secret() {
    let set = key_set();
    for key in KEYS.iter() {
        let message = format!(
            "{}.{}",
            b64(format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{}"}}"#, key.id)),
            b64(claims().to_string())
        );
        let secret = hmac::Key::new(hmac::HMAC_SHA256, key.public_jwk.as_bytes());
        let token = format!("{message}.{}", b64(hmac::sign(&secret, message.as_bytes())));
        assert_eq!(set.verifier().verify(Typ::IdToken, &token), Err(JwsError::Algorithm));
    }
}

#[test]
fn no_changed_character_passes() {
    let set = key_set();
    let token = set.signer(SigningAlgorithm::Es256).unwrap().sign(Typ::IdToken, &claims()).unwrap();
    for at in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(set.verifier().verify(Typ::IdToken, &forged).is_err(), "character {at}");
    }
}

#[test]
fn a_private_key_of_the_other_algorithm_is_refused() {
    let vault = vault(&[1]);
    for (key, other) in KEYS.iter().zip([SigningAlgorithm::Es256, SigningAlgorithm::Rs256]) {
        let pkcs8 = vault.open(&format!("signing_key.private/demo/{}", key.id), &key.private_key).unwrap();
        assert!(Signer::from_pkcs8(other, &pkcs8).is_err());
    }
    let noise = crate::domain::entropy::bytes::<200>(&Seeded::new(1));
    assert!(Signer::from_pkcs8(SigningAlgorithm::Rs256, &noise).is_err());
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in any::<String>(), parts in proptest::collection::vec("[A-Za-z0-9_-]{0,40}", 0..5)) {
        static SET: LazyLock<KeySet> = LazyLock::new(key_set);
        let verifier = SET.verifier();
        prop_assert!(verifier.verify(Typ::IdToken, &text).is_err());
        prop_assert!(verifier.verify(Typ::IdToken, &parts.join(".")).is_err());
    }
}
