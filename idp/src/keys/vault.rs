//! Sealing of what the database and cookies keep, and keyed hashes, all under the master key (SR-69).

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    hkdf::{HKDF_SHA256, Prk, Salt},
    hmac,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::{KeyError, MasterKey, MasterKeys};
use crate::domain::{
    entropy::{self, Entropy},
    secret::{Sealed, same_bytes},
};

/// Form of sealed data: this byte, the id of the master key, a nonce, ciphertext and tag.
const VERSION: u8 = 1;
const ID_LEN: usize = 8;
const HEAD_LEN: usize = 1 + ID_LEN;
/// 80 bits: whoever guesses sends a mail for each guess.
pub const TAG_LEN: usize = 10;

/// Seals, opens and hashes with keys derived from the master keys; one for the whole process.
pub struct Vault {
    current: DerivedKeys,
    former: Vec<DerivedKeys>,
    entropy: Arc<dyn Entropy>,
}

/// What is derived from one master key.
struct DerivedKeys {
    id: [u8; ID_LEN],
    root: Prk,
    index: hmac::Key,
    mac: hmac::Key,
    pepper: hmac::Key,
}

impl Vault {
    pub fn new(keys: &MasterKeys, entropy: Arc<dyn Entropy>) -> Self {
        let former = keys.former.iter().map(DerivedKeys::of).collect();
        Self { current: DerivedKeys::of(&keys.current), former, entropy }
    }

    /// Seals for one purpose, e.g. `account.email/<account id>`: only the same purpose opens it again.
    pub fn seal(&self, purpose: &str, plaintext: &[u8]) -> Sealed {
        let nonce = entropy::bytes::<NONCE_LEN>(&*self.entropy);
        let mut sealed = Vec::with_capacity(HEAD_LEN + NONCE_LEN + plaintext.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.current.id);
        let aad = authenticated(&sealed, purpose);
        sealed.extend_from_slice(&nonce);
        let text_at = sealed.len();
        sealed.extend_from_slice(plaintext);
        let (_, in_out) = sealed.split_at_mut(text_at);
        let key = self.current.sealing_key(purpose);
        let tag =
            never_fails(key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), in_out));
        sealed.extend_from_slice(tag.as_ref());
        Sealed(sealed)
    }

    pub fn open(&self, purpose: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (head, rest) = sealed.0.split_at_checked(HEAD_LEN).ok_or(KeyError::Sealed)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(KeyError::Sealed)?;
        let id = head.strip_prefix(&[VERSION]).ok_or(KeyError::Sealed)?;
        let key = self.all().find(|key| key.id == id).ok_or_else(|| KeyError::MasterKeyMissing(HEXLOWER.encode(id)))?;
        let aad = authenticated(head, purpose);
        let mut text = Zeroizing::new(ciphertext.to_vec());
        let len = key
            .sealing_key(purpose)
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut text)
            .map_err(|Unspecified| KeyError::Sealed)?
            .len();
        text.truncate(len);
        Ok(text)
    }

    /// The same as base64url, for cookies.
    pub fn seal_text(&self, purpose: &str, plaintext: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.seal(purpose, plaintext).0)
    }

    pub fn open_text(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).map_err(|_| KeyError::Sealed)?;
        self.open(purpose, &Sealed(sealed))
    }

    /// Whether a former master key sealed it, so that it is to be sealed again.
    pub fn is_outdated(&self, sealed: &Sealed) -> bool {
        sealed.0.strip_prefix(&[VERSION]).is_none_or(|rest| !rest.starts_with(&self.current.id))
    }

    /// Keyed hash of a value for equality search: 64 hex digits, under the current master key.
    pub fn index(&self, purpose: &str, value: &str) -> String {
        self.current.index(purpose, value)
    }

    /// The same under every master key, current first: what a search looks for during a roll-over.
    pub fn indexes(&self, purpose: &str, value: &str) -> Vec<String> {
        self.all().map(|key| key.index(purpose, value)).collect()
    }

    /// HMAC-SHA-256 over purpose and parts, each with its length before it.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        keyed_hash(&self.current.mac, purpose, parts)
    }

    /// Whether `mac` was made over the same by any master key of the file.
    pub fn is_mac(&self, purpose: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        self.all().any(|key| same_bytes(&keyed_hash(&key.mac, purpose, parts), mac))
    }

    /// The first [`TAG_LEN`] bytes of such a MAC, where a whole one has no room: in a mail's envelope.
    pub fn tag(&self, purpose: &str, parts: &[&[u8]]) -> [u8; TAG_LEN] {
        self.current.tag(purpose, parts)
    }

    pub fn is_tag(&self, purpose: &str, parts: &[&[u8]], tag: &[u8; TAG_LEN]) -> bool {
        self.all().any(|key| same_bytes(&key.tag(purpose, parts), tag))
    }

    /// Which pepper new password hashes get.
    pub(super) fn pepper_id(&self) -> [u8; ID_LEN] {
        self.current.id
    }

    /// A password under the pepper of this id (SR-15); none if its master key is gone.
    pub(super) fn pepper(&self, id: &[u8], password: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let key = self.all().find(|key| key.id == id)?;
        Some(Zeroizing::new(tag_bytes(&hmac::sign(&key.pepper, password))))
    }

    fn all(&self) -> impl Iterator<Item = &DerivedKeys> {
        std::iter::once(&self.current).chain(&self.former)
    }
}

impl DerivedKeys {
    fn of(key: &MasterKey) -> Self {
        let root = Salt::new(HKDF_SHA256, b"monban master key 1").extract(key.bytes());
        let hashing = |info: &[u8]| hmac::Key::from(never_fails(root.expand(&[info], hmac::HMAC_SHA256)));
        let (index, mac, pepper) = (hashing(b"index"), hashing(b"mac"), hashing(b"pepper"));
        let mut id = [0; ID_LEN];
        let digest = hmac::sign(&hashing(b"id"), b"");
        id.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        Self { id, root, index, mac, pepper }
    }

    /// A key of its own for each purpose, so that none comes near the number of messages random nonces allow (SP 800-38D §8.3).
    fn sealing_key(&self, purpose: &str) -> LessSafeKey {
        let info = [b"seal/", purpose.as_bytes()];
        LessSafeKey::new(UnboundKey::from(never_fails(self.root.expand(&info, &AES_256_GCM))))
    }

    fn tag(&self, purpose: &str, parts: &[&[u8]]) -> [u8; TAG_LEN] {
        let mut tag = [0; TAG_LEN];
        tag.iter_mut().zip(keyed_hash(&self.mac, purpose, parts)).for_each(|(to, from)| *to = from);
        tag
    }

    fn index(&self, purpose: &str, value: &str) -> String {
        HEXLOWER.encode(&keyed_hash(&self.index, purpose, &[value.as_bytes()]))
    }
}

fn authenticated(head: &[u8], purpose: &str) -> Vec<u8> {
    [head, purpose.as_bytes()].concat()
}

fn keyed_hash(key: &hmac::Key, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    tag_bytes(&context.sign())
}

fn tag_bytes(tag: &hmac::Tag) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}

/// The library refuses only lengths that are not used here; if it does, nothing it makes can be trusted.
fn never_fails<T>(made: Result<T, Unspecified>) -> T {
    made.unwrap_or_else(|Unspecified| std::process::abort())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::domain::entropy::tests::Seeded;
    use proptest::prelude::*;

    const PURPOSE: &str = "account.email/1";

    /// A vault over master keys drawn from these seeds, the first one current.
    pub fn vault(seeds: &[u64]) -> Vault {
        let mut keys = seeds.iter().map(|seed| MasterKey::random(&Seeded::new(*seed)));
        let keys = MasterKeys { current: keys.next().unwrap(), former: keys.collect() };
        Vault::new(&keys, Arc::new(Seeded::new(99)))
    }

    #[test]
    fn another_purpose_does_not_open() {
        let vault = vault(&[1]);
        let sealed = vault.seal(PURPOSE, b"taro@example.ac.jp");
        assert_eq!(**vault.open(PURPOSE, &sealed).unwrap(), *b"taro@example.ac.jp");
        for other in ["", "account.email/2", "account.email/", "account.email/1/", "Account.email/1"] {
            assert_eq!(vault.open(other, &sealed).unwrap_err(), KeyError::Sealed, "{other}");
        }
        let text = vault.seal_text(PURPOSE, b"x");
        assert!(vault.open_text(PURPOSE, &text).is_ok());
        assert_eq!(vault.open_text("cookie", &text).unwrap_err(), KeyError::Sealed);
    }

    #[test]
    fn every_altered_byte_is_noticed() {
        let vault = vault(&[1, 2]);
        let sealed = vault.seal(PURPOSE, b"secret");
        assert_eq!(sealed.0.len(), HEAD_LEN + NONCE_LEN + 6 + 16);
        for at in 0..sealed.0.len() {
            for bit in [1, 0x80] {
                let mut altered = sealed.clone();
                altered.0[at] ^= bit;
                assert!(vault.open(PURPOSE, &altered).is_err(), "byte {at}");
            }
        }
        for len in 0..sealed.0.len() {
            assert!(vault.open(PURPOSE, &Sealed(sealed.0[..len].to_vec())).is_err(), "{len} bytes");
        }
        assert!(vault.open(PURPOSE, &Sealed([sealed.0, vec![0]].concat())).is_err());
    }

    #[test]
    fn text_has_one_spelling() {
        let vault = vault(&[1]);
        let text = vault.seal_text(PURPOSE, b"12");
        for other in [format!("{text}="), format!(" {text}"), text.replace(['-', '_'], "+"), String::new(), "é".into()]
        {
            assert!(other == text || vault.open_text(PURPOSE, &other).is_err(), "{other}");
        }
    }

    #[test]
    fn two_seals_of_the_same_differ() {
        let vault = vault(&[1]);
        assert_ne!(vault.seal(PURPOSE, b"same"), vault.seal(PURPOSE, b"same"));
    }

    #[test]
    fn a_roll_over_keeps_what_the_former_key_made() {
        let (before, after, other) = (vault(&[1]), vault(&[2, 1]), vault(&[3]));
        let sealed = before.seal(PURPOSE, b"old");
        assert_eq!(**after.open(PURPOSE, &sealed).unwrap(), *b"old");
        assert!(after.is_outdated(&sealed) && !before.is_outdated(&sealed));
        assert!(!after.is_outdated(&after.seal(PURPOSE, b"new")));
        assert!(matches!(other.open(PURPOSE, &sealed), Err(KeyError::MasterKeyMissing(_))));

        let mac = before.mac("auth_key", &[b"123456"]);
        assert!(after.is_mac("auth_key", &[b"123456"], &mac));
        assert!(!other.is_mac("auth_key", &[b"123456"], &mac));
        assert_ne!(after.mac("auth_key", &[b"123456"]), mac);

        let index = before.index("email", "a@b");
        assert!(after.indexes("email", "a@b").contains(&index));
        assert_eq!(after.indexes("email", "a@b").first(), Some(&after.index("email", "a@b")));
    }

    #[test]
    fn a_tag_holds_for_its_parts_and_through_a_roll_over() {
        let (before, after, other) = (vault(&[1]), vault(&[2, 1]), vault(&[3]));
        let tag = before.tag("letter", &[b"1"]);
        assert!(before.is_tag("letter", &[b"1"], &tag) && after.is_tag("letter", &[b"1"], &tag));
        assert!(!other.is_tag("letter", &[b"1"], &tag));
        assert!(!before.is_tag("letter", &[b"2"], &tag) && !before.is_tag("code", &[b"1"], &tag));
    }

    #[test]
    fn parts_do_not_run_together() {
        let vault = vault(&[1]);
        let macs = [
            vault.mac("p", &[b"ab", b"c"]),
            vault.mac("p", &[b"a", b"bc"]),
            vault.mac("p", &[b"abc"]),
            vault.mac("p", &[b"abc", b""]),
            vault.mac("pabc", &[]),
            vault.mac("p", &[]),
        ];
        for (at, mac) in macs.iter().enumerate() {
            assert!(!macs[..at].contains(mac), "number {at}");
        }
        assert!(!vault.is_mac("p", &[b"abc"], &macs[2][..31]));
        assert!(!vault.is_mac("p", &[b"abc"], b""));
    }

    #[test]
    fn an_index_tells_equality_and_nothing_else() {
        let vault = vault(&[1]);
        let index = vault.index("email", "a@b");
        assert_eq!(index, vault.index("email", "a@b"));
        assert!(index.len() == 64 && index.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_ne!(index, vault.index("email", "a@c"));
        assert_ne!(index, vault.index("name", "a@b"));
        assert_ne!(index, HEXLOWER.encode(&vault.mac("email", &[b"a@b"])), "index and mac have keys of their own");
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(purpose in ".{0,40}", text in proptest::collection::vec(any::<u8>(), 0..3000)) {
            let vault = vault(&[1]);
            let sealed = vault.seal(&purpose, &text);
            prop_assert_eq!(&**vault.open(&purpose, &sealed).unwrap(), &text);
            let sealed = vault.seal_text(&purpose, &text);
            prop_assert_eq!(&**vault.open_text(&purpose, &sealed).unwrap(), &text);
        }

        #[test]
        fn nothing_strange_opens(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(vault(&[1]).open(PURPOSE, &Sealed(bytes)).is_err());
        }
    }
}
