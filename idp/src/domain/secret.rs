//! Secrets: values that never print, hashes of what was handed out, and the shape of tokens.

use std::fmt;

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::{
    clock::Timestamp,
    entropy::{self, Entropy},
};

/// A text that must not be printed, logged or kept longer than needed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; every call of this is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same_bytes(self.0.as_bytes(), other.0.as_bytes())
    }
}

/// Compares without telling by its time where the first difference lies.
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// Ciphertext made by the vault: what the database keeps of an address, a body, a private key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// SHA-256 as 64 lower-case hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// 32 random bytes as 43 characters of base64url.
pub fn random_text(entropy: &dyn Entropy) -> Secret {
    Secret::new(BASE64_URL_SAFE_NO_PAD.encode(entropy::bytes::<32>(entropy)))
}

/// An authorization code, access token, refresh token or session id as its holder knows it:
/// 12 hex digits of the time of issue in ms, then 32 random bytes as base64url.
pub fn token(entropy: &dyn Entropy, now: Timestamp) -> Secret {
    let mut text = format!("{:012x}", now.as_millis() & 0xffff_ffff_ffff);
    BASE64_URL_SAFE_NO_PAD.encode_string(entropy::bytes::<32>(entropy), &mut text);
    Secret::new(text)
}

/// What the database knows of a token: the 12 digits of its time, then the SHA-256 of the whole,
/// so that new rows lie side by side and no token can be read back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenKey(String);

impl TokenKey {
    /// The key of a presented token; none if it cannot be one of ours.
    pub fn of(token: &str) -> Option<Self> {
        let (time, random) = token.split_at_checked(12)?;
        let ours = random.len() == 43
            && time.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            && random.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        ours.then(|| Self::hash(time, token))
    }

    /// The smallest key of a token issued at `at`: for purges by key range.
    pub fn floor(at: Timestamp) -> Self {
        Self(format!("{:012x}", at.as_millis() & 0xffff_ffff_ffff))
    }

    pub fn from_stored(key: String) -> Self {
        Self(key)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hash(time: &str, token: &str) -> Self {
        let mut key = String::with_capacity(76);
        key.push_str(time);
        HEXLOWER.encode_append(digest::digest(&digest::SHA256, token.as_bytes()).as_ref(), &mut key);
        Self(key)
    }
}

/// A one-time URL's token: 20 random bytes as 32 letters and digits that survive any mail program (J-16).
pub fn link_token(entropy: &dyn Entropy) -> Secret {
    Secret::new(BASE32_NOPAD.encode(&entropy::bytes::<20>(entropy)).to_ascii_lowercase())
}

/// The stored hash of a presented link token, read in any case; none if it cannot be one of ours.
pub fn link_key(token: &str) -> Option<String> {
    let token = token.to_ascii_lowercase();
    let ours = token.len() == 32 && token.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b));
    ours.then(|| sha256_hex(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entropy::tests::Seeded;

    #[test]
    fn a_secret_prints_as_stars() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "***");
    }

    #[test]
    fn keys_of_later_tokens_sort_later() {
        let entropy = Seeded::new(1);
        let early = token(&entropy, Timestamp::from_millis(1_000));
        let late = token(&entropy, Timestamp::from_millis(2_000));
        assert!(TokenKey::of(early.expose()) < TokenKey::of(late.expose()));
        assert!(TokenKey::floor(Timestamp::from_millis(2_000)) <= TokenKey::of(late.expose()).unwrap());
    }

    #[test]
    fn what_cannot_be_a_token_has_no_key() {
        for text in ["", "abc", &"a".repeat(55).replace('a', "é"), &"g".repeat(55), &"0".repeat(54), &"0".repeat(56)] {
            assert_eq!(TokenKey::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_link_is_read_in_any_case() {
        let token = link_token(&Seeded::new(1));
        assert_eq!(token.expose().len(), 32);
        assert_eq!(link_key(token.expose()), link_key(&token.expose().to_ascii_uppercase()));
        assert_eq!(link_key("short"), None);
    }
}
