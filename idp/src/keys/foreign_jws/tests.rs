//! Tokens of others: good ones are read, forged ones are not, whatever they claim.

use std::sync::LazyLock;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::keys::{
    KeySet,
    jws::tests::{KEYS, active_key, signed},
    vault::tests::vault,
};

static SIGNERS: LazyLock<KeySet> = LazyLock::new(|| KeySet::open(&KEYS, &vault(&[1])).unwrap());
static PUBLISHED: LazyLock<JwkSet> = LazyLock::new(|| JwkSet::parse(&SIGNERS.jwks()).unwrap());

const ALL: Demand<'static> = Demand { algorithms: &SigningAlgorithm::ALL, typ: TypRule::Any };
const CLAIMS: &str = r#"{"iss":"rp","sub":"rp","jti":"1"}"#;

fn header(algorithm: SigningAlgorithm, more: &str) -> String {
    let kid = SIGNERS.signer(algorithm).unwrap().id();
    format!(r#"{{"alg":"{algorithm}","kid":"{kid}"{more}}}"#)
}

fn token(algorithm: SigningAlgorithm, header: &str) -> String {
    signed(SIGNERS.signer(algorithm).unwrap(), header, CLAIMS)
}

fn es256(header: &str) -> String {
    token(SigningAlgorithm::Es256, header)
}

fn jwk() -> serde_json::Value {
    let public = SIGNERS.signer(SigningAlgorithm::Es256).unwrap().public().to_json(SigningAlgorithm::Es256);
    serde_json::from_str(&public).unwrap()
}

fn proof_header(change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let mut header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk() });
    change(header.as_object_mut().unwrap());
    header.to_string()
}

fn proof(header: &str) -> Result<Foreign, JwsError> {
    verify_dpop_proof(&[SigningAlgorithm::Es256, SigningAlgorithm::Ps256], &es256(header))
}

#[test]
fn what_others_sign_with_a_published_key_is_read() {
    for algorithm in SigningAlgorithm::ALL {
        let foreign = PUBLISHED.verify(&ALL, &token(algorithm, &header(algorithm, ""))).unwrap();
        assert_eq!(foreign.algorithm, algorithm);
        assert_eq!(foreign.key, *SIGNERS.signer(algorithm).unwrap().id());
        assert_eq!(foreign.claims.text("iss"), Ok(Some("rp")));
    }
}

#[test]
fn only_an_algorithm_that_the_reader_names_is_accepted() {
    for allowed in SigningAlgorithm::ALL {
        for used in SigningAlgorithm::ALL {
            let demand = Demand { algorithms: &[allowed], typ: TypRule::Any };
            let read = PUBLISHED.verify(&demand, &token(used, &header(used, "")));
            assert_eq!(
                read.map(|foreign| foreign.algorithm),
                if allowed == used { Ok(used) } else { Err(JwsError::Algorithm) }
            );
        }
    }
    let nobody = Demand { algorithms: &[], typ: TypRule::Any };
    let good = es256(&header(SigningAlgorithm::Es256, ""));
    assert_eq!(PUBLISHED.verify(&nobody, &good), Err(JwsError::Algorithm));
}

#[test]
fn without_a_kid_the_only_key_that_fits_is_taken() {
    let bare = es256(r#"{"alg":"ES256"}"#);
    assert!(PUBLISHED.verify(&ALL, &bare).is_ok());
    let other = active_key(SigningAlgorithm::Es256);
    let two = format!(r#"{{"keys":[{},{}]}}"#, other.public_jwk, jwk());
    let two = JwkSet::parse(two.as_bytes()).unwrap();
    assert_eq!(two.verify(&ALL, &bare), Err(JwsError::Ambiguous));
    assert!(two.verify(&ALL, &es256(&header(SigningAlgorithm::Es256, ""))).is_ok());
}

#[test]
fn of_two_keys_with_one_name_none_is_guessed() {
    let other: Value = serde_json::from_str(&active_key(SigningAlgorithm::Es256).public_jwk).unwrap();
    let (mut first, mut second) = (jwk(), other);
    (first["kid"], second["kid"]) = ("same".into(), "same".into());
    let set = |keys: Value| JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
    let named = es256(r#"{"alg":"ES256","kid":"same"}"#);
    assert_eq!(set(json!([first, second])).verify(&ALL, &named), Err(JwsError::Ambiguous));
    assert!(set(json!([first, first])).verify(&ALL, &named).is_ok(), "one key told twice is one key");
    let mut rsa: Value = serde_json::from_str(&KEYS[0].public_jwk).unwrap();
    rsa["kid"] = "same".into();
    assert!(set(json!([first, rsa])).verify(&ALL, &named).is_ok(), "of another kind (RFC 7517 §4.5)");
}

#[test]
fn forged_headers_are_refused_even_under_a_true_signature() {
    use JwsError::{Algorithm, Header, Json, UnknownKey};
    let with = |more: &str| header(SigningAlgorithm::Es256, more);
    let kid = SIGNERS.signer(SigningAlgorithm::Es256).unwrap().id().clone();
    let alg = |alg: &str| format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
    let rsa_kid = SIGNERS.signer(SigningAlgorithm::Rs256).unwrap().id().as_str();
    for (what, header, expected) in [
        ("alg none", alg("none"), Algorithm),
        ("alg HS256", alg("HS256"), Algorithm),
        ("alg RS256 with an EC key", alg("RS256"), Algorithm),
        ("alg ES384", alg("ES384"), Algorithm),
        ("alg es256", alg("es256"), Algorithm),
        ("alg is a list", format!(r#"{{"alg":["ES256"],"kid":"{kid}"}}"#), Header),
        ("no alg", format!(r#"{{"kid":"{kid}"}}"#), Header),
        ("the kid of another kind of key", with("").replace(kid.as_str(), rsa_kid), Algorithm),
        ("unknown kid", with("").replace(kid.as_str(), "x"), UnknownKey),
        ("empty kid", with("").replace(kid.as_str(), ""), UnknownKey),
        ("kid is a number", r#"{"alg":"ES256","kid":1}"#.into(), Header),
        ("kid is null", r#"{"alg":"ES256","kid":null}"#.into(), Header),
        ("typ is a number", with(r#","typ":1"#), Header),
        ("crit", with(r#","crit":["exp"],"exp":1"#), Header),
        ("empty crit", with(r#","crit":[]"#), Header),
        ("b64", with(r#","b64":true"#), Header),
        ("embedded jwk", with(&format!(r#","jwk":{}"#, jwk())), Header),
        ("jku", with(r#","jku":"https://evil.example/jwks""#), Header),
        ("x5u", with(r#","x5u":"https://evil.example/x""#), Header),
        ("x5c", with(r#","x5c":["AA=="]"#), Header),
        ("zip", with(r#","zip":"DEF""#), Header),
        ("alg twice", with(r#","alg":"ES256""#), Json),
        ("kid twice, once escaped", with(r#","\u006bid":"x""#), Json),
        ("deep nesting", with(&format!(r#","x":{}{}"#, "[".repeat(17), "]".repeat(17))), Json),
        ("no JSON", "ES256".into(), Json),
    ] {
        assert_eq!(PUBLISHED.verify(&ALL, &es256(&header)), Err(expected), "{what}");
    }
    assert!(PUBLISHED.verify(&ALL, &es256(&with(r#","x5t":"a","cty":"b""#))).is_ok(), "what says nothing is ignored");
}

#[test]
fn typ_is_what_the_reader_wants() {
    let reads = |typ: TypRule<'_>, more: &str| {
        let demand = Demand { algorithms: &SigningAlgorithm::ALL, typ };
        PUBLISHED.verify(&demand, &es256(&header(SigningAlgorithm::Es256, more))).map(|_| ())
    };
    let some = TypRule::AbsentOr(&["JWT", "client-authentication+jwt"]);
    for more in ["", r#","typ":"JWT""#, r#","typ":"jwt""#, r#","typ":"client-authentication+jwt""#] {
        assert_eq!(reads(some, more), Ok(()), "{more}");
    }
    for more in [r#","typ":"at+jwt""#, r#","typ":"""#, r#","typ":"dpop+jwt""#] {
        assert_eq!(reads(some, more), Err(JwsError::Typ), "{more}");
    }
    assert_eq!(reads(TypRule::Exactly("a+jwt"), ""), Err(JwsError::Typ));
    assert_eq!(reads(TypRule::Exactly("a+jwt"), r#","typ":"a+jwt""#), Ok(()));
}

#[test]
fn no_changed_character_passes() {
    let good = es256(&header(SigningAlgorithm::Es256, ""));
    for at in 0..good.len() {
        let mut forged = good.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        assert!(PUBLISHED.verify(&ALL, &String::from_utf8(forged).unwrap()).is_err(), "character {at}");
    }
}

#[test]
fn doubtful_claims_are_refused_even_under_a_true_signature() {
    let signer = SIGNERS.signer(SigningAlgorithm::Es256).unwrap();
    let header = header(SigningAlgorithm::Es256, "");
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(16), "]".repeat(16));
    for claims in ["", "[]", r#""rp""#, r#"{"sub":"a","sub":"b"}"#, r#"{"exp":1e999}"#, "{}{}", &deep] {
        assert_eq!(PUBLISHED.verify(&ALL, &signed(signer, &header, claims)), Err(JwsError::Json), "{claims}");
    }
    let long = format!(r#"{{"a":"{}"}}"#, "a".repeat(16 * 1024));
    assert_eq!(PUBLISHED.verify(&ALL, &signed(signer, &header, &long)), Err(JwsError::TooLong));
}

#[test]
fn a_proof_is_read_by_the_key_it_carries() {
    let foreign = proof(&proof_header(|_| {})).unwrap();
    assert_eq!(foreign.key, *SIGNERS.signer(SigningAlgorithm::Es256).unwrap().id());
    assert_eq!(foreign.claims.text("jti"), Ok(Some("1")));
    let tolerated = proof_header(|header| {
        header.insert("kid".into(), "x".into());
        header.insert("unheard".into(), json!({ "of": 1 }));
    });
    assert!(proof(&tolerated).is_ok());
}

#[test]
fn a_proof_without_one_plain_public_key_is_refused() {
    let rsa: Value = serde_json::from_str(&KEYS[0].public_jwk).unwrap();
    let in_key = |name: &'static str, value: Value| {
        proof_header(|header| drop(header["jwk"].as_object_mut().unwrap().insert(name.into(), value)))
    };
    let put = |name: &'static str, value: Value| proof_header(|header| drop(header.insert(name.into(), value)));
    for (what, header, expected) in [
        ("no jwk", proof_header(|header| drop(header.remove("jwk"))), JwsError::Header),
        ("jwk is a text", put("jwk", "x".into()), JwsError::Header),
        ("jwk is a list", put("jwk", json!([jwk()])), JwsError::Header),
        ("jwk is null", put("jwk", Value::Null), JwsError::Header),
        ("an empty jwk", put("jwk", json!({})), JwsError::Jwk),
        ("a private jwk", in_key("d", "AQAB".into()), JwsError::Jwk),
        ("a symmetric jwk", put("jwk", json!({ "kty": "oct", "k": "AQAB" })), JwsError::Jwk),
        ("an encryption key", in_key("use", "enc".into()), JwsError::Jwk),
        ("another curve", in_key("crv", "P-384".into()), JwsError::Jwk),
        ("a point off the curve", in_key("x", "A".repeat(43).into()), JwsError::Jwk),
        ("a key of another kind", put("jwk", rsa), JwsError::Algorithm),
        ("a key of another alg", in_key("alg", "PS256".into()), JwsError::Algorithm),
        ("no typ", proof_header(|header| drop(header.remove("typ"))), JwsError::Typ),
        ("typ JWT", put("typ", "JWT".into()), JwsError::Typ),
        ("no alg", proof_header(|header| drop(header.remove("alg"))), JwsError::Header),
        ("alg none", put("alg", "none".into()), JwsError::Algorithm),
        ("alg HS256", put("alg", "HS256".into()), JwsError::Algorithm),
        ("alg RS256", put("alg", "RS256".into()), JwsError::Algorithm),
        ("alg EdDSA, not allowed here", put("alg", "EdDSA".into()), JwsError::Algorithm),
        ("jku", put("jku", "https://evil.example/".into()), JwsError::Header),
        ("x5c", put("x5c", json!([])), JwsError::Header),
        ("crit", put("crit", json!(["jwk"])), JwsError::Header),
    ] {
        assert_eq!(proof(&header).map(|_| ()), Err(expected), "{what}");
    }
}

#[test]
fn a_proof_under_another_key_than_its_own_is_refused() {
    let other: Value = serde_json::from_str(&active_key(SigningAlgorithm::Es256).public_jwk).unwrap();
    let header = proof_header(|header| drop(header.insert("jwk".into(), other)));
    assert_eq!(proof(&header), Err(JwsError::Signature));
}

#[test]
fn what_a_token_claims_can_be_seen_before_its_keys_are_known() {
    assert_eq!(claimed(&es256("{}"), "sub").as_deref(), Some("rp"));
    assert_eq!(claimed(&es256("{}"), "aud"), None);
    assert_eq!(claimed("a.b.c", "sub"), None);
    let b64 = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    assert_eq!(claimed(&format!("{}.{}.", b64("{}"), b64(r#"{"sub":1}"#)), "sub"), None);
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in any::<String>(), parts in proptest::collection::vec("[A-Za-z0-9_-]{0,40}", 0..5)) {
        for text in [text, parts.join(".")] {
            prop_assert!(PUBLISHED.verify(&ALL, &text).is_err());
            prop_assert!(verify_dpop_proof(&SigningAlgorithm::ALL, &text).is_err());
            claimed(&text, "sub");
        }
    }
}
