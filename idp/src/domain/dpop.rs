//! DPoP proofs (RFC 9449): what one must say to be good for a request, one named check a rule, in the order of §4.3.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use url::Url;

use super::{
    clock::Timestamp,
    oauth_error::{ErrorCode, OAuthError},
    secret::{same_bytes, sha256},
    signing_key::SigningAlgorithm,
};

/// What a proof may be signed with; RS256 is left out, as FAPI 2.0 wants it.
pub const ALGORITHMS: [SigningAlgorithm; 3] =
    [SigningAlgorithm::Es256, SigningAlgorithm::Ps256, SigningAlgorithm::EdDsa];

/// A nonce is made for a slot, and is good in this one and the next.
pub const NONCE_SLOT: Duration = Duration::from_mins(3);
/// How far the clock of a client may be off.
pub const LEEWAY: Duration = Duration::from_mins(5);
/// How long a proof could be shown again: as long as its nonce is good.
pub const REMEMBERED: Duration = Duration::from_mins(6);
/// The longest `jti` that is kept in mind.
const MAX_JTI: usize = 256;

/// The claims of a proof whose signature holds (RFC 9449 §4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub jti: String,
    pub htm: String,
    pub htu: String,
    pub iat: Timestamp,
    pub nonce: Option<String>,
    pub ath: Option<String>,
}

/// The request that a proof came with.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub method: &'a str,
    /// As the issuer's configuration names it, never as a request does.
    pub url: &'a str,
    /// At a protected resource.
    pub access_token: Option<&'a str>,
    pub nonces: &'a Nonces,
    pub now: Timestamp,
}

/// The values of `nonce` that are good now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonces {
    pub current: String,
    pub former: String,
}

/// Why a proof is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Invalid(OAuthError),
    /// The client is to try again with the present nonce (RFC 9449 §8).
    UseNonce,
}

/// Whether the nonce of a good proof will do for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceAge {
    Fresh,
    /// Its slot is over: the answer brings the next one (RFC 9449 §8.2).
    Ageing,
}

/// §4.3 no. 1: there is not more than one `DPoP` header.
pub fn only_one<'a>(headers: &[&'a str]) -> Result<Option<&'a str>, OAuthError> {
    match headers {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(invalid("more than one DPoP header")),
    }
}

/// §4.3 no. 2, 4 to 7: the JWT itself is not as it must be.
pub fn unreadable(reason: impl std::fmt::Display) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, format!("the DPoP proof cannot be taken: {reason}"))
}

/// §4.3 no. 3: a claim that is required is not there, or is of another type.
pub fn claim_missing(name: &str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, format!("the DPoP proof has no usable {name}"))
}

impl Proof {
    /// §4.3 no. 8 to 12. That the key is the access token's is asked where the token is known.
    pub fn check(&self, occasion: &Occasion<'_>) -> Result<NonceAge, Refusal> {
        self.has_an_id().map_err(Refusal::Invalid)?;
        self.names_the_method(occasion.method).map_err(Refusal::Invalid)?;
        self.names_the_url(occasion.url).map_err(Refusal::Invalid)?;
        let age = self.holds_a_nonce(occasion.nonces)?;
        self.is_of_this_time(occasion.now).map_err(Refusal::Invalid)?;
        self.is_for_the_token(occasion.access_token).map_err(Refusal::Invalid)?;
        Ok(age)
    }

    /// §4.2: `jti` tells proofs apart.
    fn has_an_id(&self) -> Result<(), OAuthError> {
        if (1..=MAX_JTI).contains(&self.jti.len()) { Ok(()) } else { Err(invalid("jti is empty or too long")) }
    }

    /// No. 8: `htm`; methods are case-sensitive (RFC 9110 §9.1).
    fn names_the_method(&self, method: &str) -> Result<(), OAuthError> {
        if self.htm == method { Ok(()) } else { Err(invalid("htm is not the method of the request")) }
    }

    /// No. 9: `htu` without query and fragment; scheme and host in any case, the default port written out or not.
    fn names_the_url(&self, url: &str) -> Result<(), OAuthError> {
        if self.htu == url || (plain(&self.htu).is_some() && plain(&self.htu) == plain(url)) {
            Ok(())
        } else {
            Err(invalid("htu is not the address of the request"))
        }
    }

    /// No. 10: one that was given out here, and not long ago.
    fn holds_a_nonce(&self, nonces: &Nonces) -> Result<NonceAge, Refusal> {
        let nonce = self.nonce.as_deref().ok_or(Refusal::UseNonce)?;
        let is = |kept: &str| same_bytes(kept.as_bytes(), nonce.as_bytes());
        match (is(&nonces.current), is(&nonces.former)) {
            (true, _) => Ok(NonceAge::Fresh),
            (false, true) => Ok(NonceAge::Ageing),
            (false, false) => Err(Refusal::UseNonce),
        }
    }

    /// No. 11: the nonce says when it was made; `iat` must not tell another story altogether.
    fn is_of_this_time(&self, now: Timestamp) -> Result<(), OAuthError> {
        if self.iat > now.plus(LEEWAY) || self.iat < now.minus(LEEWAY) {
            return Err(invalid("iat is too far from now"));
        }
        Ok(())
    }

    /// No. 12: `ath` is the hash of the access token that the proof came with.
    fn is_for_the_token(&self, access_token: Option<&str>) -> Result<(), OAuthError> {
        let Some(token) = access_token else { return Ok(()) };
        let hash = BASE64_URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()));
        match &self.ath {
            Some(ath) if same_bytes(ath.as_bytes(), hash.as_bytes()) => Ok(()),
            Some(_) => Err(invalid("ath is of another access token")),
            None => Err(invalid("ath is missing")),
        }
    }
}

/// An address without what does not count (RFC 3986 §6.2.2, §6.2.3). A reader that would mend it is not asked.
fn plain(address: &str) -> Option<Url> {
    if !address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let mut url = Url::parse(address).ok().filter(|url| url.has_host() && address.contains("://"))?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const URL: &str = "https://id.example/uni/token";

    fn nonces() -> Nonces {
        Nonces { current: "current".into(), former: "former".into() }
    }

    fn proof() -> Proof {
        Proof {
            jti: "1".into(),
            htm: "POST".into(),
            htu: URL.into(),
            iat: NOW,
            nonce: Some("current".into()),
            ath: None,
        }
    }

    fn verdict(proof: &Proof, access_token: Option<&str>) -> Result<NonceAge, Refusal> {
        proof.check(&Occasion { method: "POST", url: URL, access_token, nonces: &nonces(), now: NOW })
    }

    fn refused(proof: &Proof, access_token: Option<&str>) -> bool {
        matches!(verdict(proof, access_token), Err(Refusal::Invalid(error)) if error.code == ErrorCode::InvalidDpopProof)
    }

    #[test]
    fn a_good_proof_is_good_and_an_old_nonce_brings_a_new_one() {
        assert_eq!(verdict(&proof(), None), Ok(NonceAge::Fresh));
        let ageing = Proof { nonce: Some("former".into()), ..proof() };
        assert_eq!(verdict(&ageing, None), Ok(NonceAge::Ageing));
        for nonce in [None, Some(String::new()), Some("other".into())] {
            assert_eq!(verdict(&Proof { nonce, ..proof() }, None), Err(Refusal::UseNonce));
        }
    }

    #[test]
    fn there_is_one_header_or_none() {
        assert_eq!(only_one(&[]), Ok(None));
        assert_eq!(only_one(&["a"]), Ok(Some("a")));
        assert_eq!(only_one(&["a", "a"]).unwrap_err().code, ErrorCode::InvalidDpopProof);
    }

    #[test]
    fn the_address_counts_without_query_fragment_case_of_host_and_default_port() {
        for htu in [
            "https://id.example/uni/token?a=b",
            "https://id.example/uni/token#c",
            "https://id.example/uni/token?a=b#c",
            "HTTPS://ID.Example/uni/token",
            "https://id.example:443/uni/token",
        ] {
            assert_eq!(verdict(&Proof { htu: htu.into(), ..proof() }, None), Ok(NonceAge::Fresh), "{htu}");
        }
        for htu in [
            "",
            "/uni/token",
            "https://id.example/uni/token/",
            "https://id.example/uni/Token",
            "https://id.example/token",
            "http://id.example/uni/token",
            "https://id.example:8443/uni/token",
            "https://evil.example/uni/token",
            "https://user@id.example/uni/token",
            "https:\\\\id.example\\uni\\token",
            "https:id.example/uni/token",
            "https://id.example/uni/token\n",
            " https://id.example/uni/token",
            "https://id.example.evil.example/uni/token",
        ] {
            assert!(refused(&Proof { htu: htu.into(), ..proof() }, None), "{htu}");
        }
    }

    #[test]
    fn method_time_and_id_are_held_to() {
        for htm in ["GET", "post", "", "POST "] {
            assert!(refused(&Proof { htm: htm.into(), ..proof() }, None), "{htm}");
        }
        for jti in [String::new(), "j".repeat(257)] {
            assert!(refused(&Proof { jti, ..proof() }, None));
        }
        let second = Duration::from_secs(1);
        for iat in [NOW.plus(LEEWAY), NOW.minus(LEEWAY)] {
            assert_eq!(verdict(&Proof { iat, ..proof() }, None), Ok(NonceAge::Fresh));
        }
        for iat in [NOW.plus(LEEWAY + second), NOW.minus(LEEWAY + second), Timestamp::from_seconds(0)] {
            assert!(refused(&Proof { iat, ..proof() }, None));
        }
    }

    /// RFC 9449 §7.1's example.
    #[test]
    fn with_an_access_token_its_hash_must_be_there() {
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let ath = |text: &str| Proof { ath: Some(text.into()), ..proof() };
        assert_eq!(verdict(&ath("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"), Some(token)), Ok(NonceAge::Fresh));
        assert!(refused(&ath("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEp"), Some(token)));
        assert!(refused(&ath(""), Some(token)));
        assert!(refused(&proof(), Some(token)));
    }
}
