//! Auth keys: one-time codes mailed for one login, and the verdict on what was typed (journeys J-05, J-06).

use super::{
    clock::Timestamp,
    ids::{AccountId, AuthKeyId, LetterId, LoginId},
};

/// A key as the store knows it: the digits themselves are nowhere.
#[derive(Clone, Debug)]
pub struct AuthKey {
    pub id: AuthKeyId,
    pub login: LoginId,
    pub account: AccountId,
    /// HMAC over login, key id and digits (SR-22).
    pub mac: String,
    /// 照合番号: three characters, the same on page and mail.
    pub reference: String,
    pub tries: u32,
    pub state: AuthKeyState,
    pub letter: LetterId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthKeyState {
    Open,
    Used,
    /// Too many wrong entries.
    Dead,
    /// A newer key took its place, or its login was left.
    Replaced,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthKeyVerdict {
    Right,
    Wrong,
    /// Wrong, and the last one allowed: the key is dead now.
    Killed,
    /// The key was dead before.
    Dead,
    Expired,
    /// There is no key to compare with.
    Missing,
}

/// Reads what was typed: blanks and hyphens dropped, full-width digits converted; none unless `digits` digits are left.
pub fn read(typed: &str, digits: usize) -> Option<String> {
    let key = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '－' | 'ー' | '−'))
        .map(half_width_digit)
        .collect::<Option<String>>()?;
    (key.len() == digits).then_some(key)
}

fn half_width_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_people_type_it() {
        for typed in ["123456", " 123 456 ", "１２３４５６", "123-456", "　１２３　４５６"] {
            assert_eq!(read(typed, 6).as_deref(), Some("123456"), "{typed}");
        }
        for typed in ["", "12345", "1234567", "12345a", "一二三四五六", "123456\u{661}"] {
            assert_eq!(read(typed, 6), None, "{typed}");
        }
    }
}
