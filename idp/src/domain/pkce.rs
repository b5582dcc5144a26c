//! Proof Key for Code Exchange (RFC 7636), `S256` only.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::secret::{Secret, same_bytes, sha256};

/// What a client committed to when it asked for a code: the SHA-256 of its verifier as base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge(String);

/// Why a `code_challenge` is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    #[error("code_challenge_method must be S256")]
    Method,
    #[error("code_challenge must be 43 characters of base64url")]
    Form,
}

impl CodeChallenge {
    /// From `code_challenge` and `code_challenge_method`; without a method it would be `plain` (RFC 7636 §4.3), which is refused.
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, ChallengeError> {
        if method != Some("S256") {
            return Err(ChallengeError::Method);
        }
        Self::try_from(challenge.to_owned())
    }

    /// RFC 7636 §4.6.
    pub fn matches(&self, verifier: &CodeVerifier) -> bool {
        let hashed = BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.0.expose().as_bytes()));
        same_bytes(hashed.as_bytes(), self.0.as_bytes())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = ChallengeError;

    fn try_from(text: String) -> Result<Self, ChallengeError> {
        let ours = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if ours { Ok(Self(text)) } else { Err(ChallengeError::Form) }
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.0
    }
}

impl fmt::Display for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a client shows when it redeems its code.
#[derive(Clone, Debug)]
pub struct CodeVerifier(Secret);

impl CodeVerifier {
    /// 43 to 128 unreserved characters (RFC 7636 §4.1), else none.
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        let ours = (43..=128).contains(&text.len()) && text.bytes().all(unreserved);
        ours.then(|| Self(Secret::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_specification_matches() {
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert!(challenge.matches(&verifier));
        assert!(!challenge.matches(&CodeVerifier::parse(CHALLENGE).unwrap()));
    }

    #[test]
    fn only_s256_is_taken() {
        for method in [None, Some("plain"), Some("s256"), Some("")] {
            assert_eq!(CodeChallenge::parse(CHALLENGE, method), Err(ChallengeError::Method), "{method:?}");
        }
    }

    #[test]
    fn a_challenge_is_exactly_43_characters_of_base64url() {
        for text in ["", &CHALLENGE[1..], &format!("{CHALLENGE}="), &"+".repeat(43), &"あ".repeat(43), &"a".repeat(44)]
        {
            assert_eq!(CodeChallenge::parse(text, Some("S256")), Err(ChallengeError::Form), "{text}");
            assert!(serde_json::from_value::<CodeChallenge>(serde_json::json!(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_verifier_keeps_to_its_length_and_letters() {
        for text in ["", &"a".repeat(42), &"a".repeat(129), &"é".repeat(43), &"a b".repeat(20), &"%41".repeat(20)] {
            assert!(CodeVerifier::parse(text).is_none(), "{text}");
        }
        for text in [&"a".repeat(43), &"~".repeat(128), &"A1-._~".repeat(10)] {
            assert!(CodeVerifier::parse(text).is_some(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_check_panic(text in any::<String>()) {
            let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
            prop_assert!(CodeVerifier::parse(&text).is_none_or(|verifier| !challenge.matches(&verifier)));
        }
    }
}
