//! Foreign tokens that count once: what is remembered of each until it has expired (SR-56, RFC 9449 §11.1).

use super::{clock::Timestamp, secret::sha256_hex};

/// What a foreign token was taken for; the texts are forever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// RFC 7523 §3.
    ClientAssertion,
    /// RFC 9449 §4.2.
    DpopProof,
    /// RFC 9101 §4.
    RequestObject,
}

/// The id of one token that somebody else made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedToken {
    /// Of fixed length, whatever the token says.
    pub key: String,
    /// From then on the token would be refused for its age alone.
    pub expires_at: Timestamp,
}

impl TokenUse {
    const fn word(self) -> &'static str {
        match self {
            Self::ClientAssertion => "assertion",
            Self::DpopProof => "dpop",
            Self::RequestObject => "request",
        }
    }
}

impl UsedToken {
    /// `holder` is who made the token: a tenant and client, or the thumbprint of a key. Ids of different holders never meet.
    pub fn new(purpose: TokenUse, holder: &[&str], jti: &str, expires_at: Timestamp) -> Self {
        let mut text = String::new();
        for part in holder.iter().chain([&jti]) {
            text.extend([&part.len().to_string(), ":", part, ";"]);
        }
        Self { key: format!("{}-{}", purpose.word(), sha256_hex(text.as_bytes())), expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_different_holders_and_purposes_never_meet() {
        let at = Timestamp::from_seconds(1);
        let key = |purpose, holder: &[&str], jti| UsedToken::new(purpose, holder, jti, at).key;
        let one = key(TokenUse::ClientAssertion, &["uni", "rp"], "1");
        assert_eq!(one, key(TokenUse::ClientAssertion, &["uni", "rp"], "1"));
        for other in [
            key(TokenUse::DpopProof, &["uni", "rp"], "1"),
            key(TokenUse::ClientAssertion, &["uni", "rp2"], "1"),
            key(TokenUse::ClientAssertion, &["uni", "rp"], "2"),
            key(TokenUse::ClientAssertion, &["uni"], "rp;1:1"),
            key(TokenUse::ClientAssertion, &["unirp"], "1"),
            key(TokenUse::ClientAssertion, &["uni", "rp", "1"], ""),
        ] {
            assert_ne!(one, other);
        }
    }
}
