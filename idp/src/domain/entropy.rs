//! Chance: the one source of random bytes, and what is drawn from it.

use super::clock::Timestamp;
use uuid::Uuid;

/// Letters and digits of support codes: A–Z and 2–9 without I and O (journeys 1.3, 13).
const SUPPORT_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Where the house gets random bytes. An implementation that cannot deliver must not return.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` random bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// A time-ordered id (RFC 9562 UUIDv7); it tells its age, so it is never a secret.
pub fn uuid(entropy: &dyn Entropy, now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes::<10>(entropy)).into_uuid()
}

/// An id that tells nothing (RFC 9562 UUIDv4), for subjects.
pub fn opaque_uuid(entropy: &dyn Entropy) -> Uuid {
    uuid::Builder::from_random_bytes(bytes::<16>(entropy)).into_uuid()
}

/// `count` decimal digits, each equally likely: bytes of 250 and above are drawn again.
pub fn digits(entropy: &dyn Entropy, count: usize) -> String {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let [byte] = bytes::<1>(entropy);
        if byte < 250 {
            text.push(char::from(b'0' + byte % 10));
        }
    }
    text
}

/// `count` characters of the support-code alphabet (32 of them: no bias).
pub fn code(entropy: &dyn Entropy, count: usize) -> String {
    let mut raw = vec![0; count];
    entropy.fill(&mut raw);
    raw.iter().filter_map(|byte| SUPPORT_ALPHABET.get(usize::from(byte % 32)).map(|c| char::from(*c))).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A repeatable source for unit tests (SplitMix64).
    pub struct Seeded(AtomicU64);

    impl Seeded {
        pub fn new(seed: u64) -> Self {
            Self(AtomicU64::new(seed))
        }
    }

    impl Entropy for Seeded {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                *byte = (z ^ (z >> 27)).to_le_bytes()[3];
            }
        }
    }

    #[test]
    fn a_support_code_has_no_letter_that_is_mistaken_for_a_digit() {
        let text = code(&Seeded::new(7), 4000);
        assert!(text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
        assert!(!text.contains(['I', 'O', '0', '1']));
    }

    #[test]
    fn every_digit_comes_up() {
        let text = digits(&Seeded::new(7), 4000);
        assert_eq!(text.len(), 4000);
        for digit in '0'..='9' {
            assert!(text.matches(digit).count() > 300, "{digit} is rare");
        }
    }
}
