//! Recovery codes: for the day the authenticator app is lost; ten of them, each good once (SR-29).

use super::{
    entropy::{self, Entropy},
    secret::{Secret, same_bytes, sha256_hex},
};

/// How many are handed out.
pub const COUNT: u32 = 10;
/// 16 characters of 5 bits: 80 bits.
const LENGTH: usize = 16;

/// One code as the store keeps it: the code itself is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryCode {
    /// 1 to 10.
    pub number: u32,
    pub salt: String,
    /// SHA-256 over salt and code.
    pub hash: String,
}

/// The codes for the student, and what is kept of them.
pub fn draw(entropy: &dyn Entropy) -> (Vec<Secret>, Vec<RecoveryCode>) {
    (1..=COUNT)
        .map(|number| {
            let code = entropy::code(entropy, LENGTH);
            let salt = data_encoding::HEXLOWER.encode(&entropy::bytes::<16>(entropy));
            let hash = hash(&salt, &code);
            (Secret::new(code), RecoveryCode { number, salt, hash })
        })
        .unzip()
}

/// What was typed: any case, blanks and hyphens dropped, full-width letters converted; none if it cannot be a code.
pub fn read(typed: &str) -> Option<Secret> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '－' | 'ー' | '−'))
        .map(half_width)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (code.len() == LENGTH && code.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| Secret::new(code))
}

/// As it is shown: groups of four.
pub fn grouped(code: &Secret) -> String {
    let mut grouped = String::with_capacity(LENGTH + 3);
    for (at, letter) in code.expose().chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(letter);
    }
    grouped
}

/// The one of `kept` that this code is; all are looked at, so that the time tells nothing.
pub fn find<'a>(kept: &'a [RecoveryCode], code: &Secret) -> Option<&'a RecoveryCode> {
    let mut found = None;
    for one in kept {
        if same_bytes(hash(&one.salt, code.expose()).as_bytes(), one.hash.as_bytes()) {
            found = Some(one);
        }
    }
    found
}

fn hash(salt: &str, code: &str) -> String {
    sha256_hex(format!("{salt}{code}").as_bytes())
}

fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::entropy::tests::Seeded;

    #[test]
    fn ten_different_codes_are_drawn_and_none_is_kept() {
        let (codes, kept) = draw(&Seeded::new(7));
        let texts: BTreeSet<&str> = codes.iter().map(Secret::expose).collect();
        let salts: BTreeSet<&str> = kept.iter().map(|one| one.salt.as_str()).collect();
        assert_eq!((texts.len(), salts.len()), (10, 10));
        for (code, one) in codes.iter().zip(&kept) {
            assert_eq!(find(&kept, code), Some(one));
            assert!(!format!("{one:?}").contains(code.expose()));
        }
    }

    #[test]
    fn a_code_of_somebody_else_is_none_of_these() {
        let (_, kept) = draw(&Seeded::new(7));
        let (others, _) = draw(&Seeded::new(8));
        assert!(others.iter().all(|code| find(&kept, code).is_none()));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Secret::new("ABCD2345EFGH6789");
        assert_eq!(grouped(&code), "ABCD-2345-EFGH-6789");
        for typed in ["ABCD-2345-EFGH-6789", " abcd 2345 efgh 6789 ", "ＡＢＣＤ２３４５efgh６７８９"] {
            assert_eq!(read(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "ABCD-2345-EFGH-678", "ABCD-2345-EFGH-67890", "ABCD-2345-EFGH-678é", "ABCD+2345EFGH678"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
