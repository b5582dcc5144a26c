//! Subjects that differ from sector to sector (OpenID Connect Core §8.1).

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// A tenant's key for pairwise subjects; it never changes, or nobody would be known again.
pub struct PairwiseKey(hmac::Key);

impl PairwiseKey {
    /// The bytes of a key that is made once.
    pub const LENGTH: usize = 32;

    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// What a sector calls the account of this subject: the same each time, and of no use to another sector.
    pub fn subject(&self, sector: &str, subject: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [sector, subject] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        BASE64_URL_SAFE_NO_PAD.encode(context.sign())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sector_knows_a_person_by_one_subject_and_no_other_sector_does() {
        let (key, other) = (PairwiseKey::new(&[1; 32]), PairwiseKey::new(&[2; 32]));
        let subject = key.subject("rp.example", "s-1");
        assert_eq!(subject, PairwiseKey::new(&[1; 32]).subject("rp.example", "s-1"));
        assert_eq!(subject.len(), 43);
        for another in [
            key.subject("other.example", "s-1"),
            key.subject("rp.example", "s-2"),
            key.subject("rp.examples", "-1"),
            other.subject("rp.example", "s-1"),
        ] {
            assert_ne!(subject, another);
        }
    }
}
