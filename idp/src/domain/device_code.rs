//! Device codes: what a device asks with, and the short code that a person types for it (RFC 8628).

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    clock::Timestamp,
    entropy::{self, Entropy},
    ids::{ClientId, GrantId, TenantId},
    scope::Scope,
    secret::TokenKey,
};

/// Long enough to type a code and sign in, and to register an address for the first time.
pub const DEVICE_CODE_LIFETIME: Duration = Duration::from_mins(15);
/// How far apart a device's questions are, and what `slow_down` adds for good (RFC 8628 §3.2, §3.5).
pub const INTERVAL: Duration = Duration::from_secs(5);

/// No vowels, so no words; no digits, so nothing is mistaken for one (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// Wrong entries within [`WRONG_WINDOW`]: of one source, which may be a whole campus, and of all of them together.
/// A code is guessed with a probability below 1 in 25 million while it lives (RFC 8628 §5.1; see the test).
pub const MOST_WRONG_OF_SOURCE: u32 = 50;
pub const MOST_WRONG: u32 = 500;
pub const WRONG_WINDOW: Duration = Duration::from_mins(15);

/// Codes that one source may ask for within [`WRONG_WINDOW`] for one client.
pub const MOST_ASKED_FOR: u32 = 100;

/// What a person types: eight of [`LETTERS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// Each letter equally likely: bytes of 240 and above are drawn again.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            let [byte] = entropy::bytes::<1>(entropy);
            if byte < 240
                && let Some(letter) = LETTERS.get(usize::from(byte % 20))
            {
                code.push(char::from(*letter));
            }
        }
        Self(code)
    }

    /// What was typed: any case, blanks and hyphens dropped, full-width letters converted; none if it cannot be a code.
    pub fn read(typed: &str) -> Option<Self> {
        let letters = typed.chars().filter(|c| !c.is_whitespace() && !is_hyphen(*c)).map(half_width);
        let code: String = letters.map(|c| c.to_ascii_uppercase()).take(LENGTH + 1).collect();
        (code.len() == LENGTH && code.bytes().all(|letter| LETTERS.contains(&letter))).then_some(Self(code))
    }

    pub fn letters(&self) -> &str {
        &self.0
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '_' | '‐' | '‑' | '–' | '－' | 'ー' | '−')
}

fn half_width(c: char) -> char {
    match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - u32::from('Ａ') + u32::from('A')).unwrap_or(c),
        _ => c,
    }
}

/// As the device shows it: two groups of four.
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(f, "{first}-{second}")
    }
}

/// A device's request, from its question to its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    pub key: TokenKey,
    pub tenant: TenantId,
    pub client: ClientId,
    /// HMAC of the user code.
    pub user_code: String,
    pub scope: Scope,
    /// The protected resources that its tokens are for (RFC 8707).
    pub resources: Vec<String>,
    pub state: DeviceState,
    /// How long the device must wait between two questions.
    pub interval: Duration,
    /// Its last question.
    pub polled_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// Nobody has answered yet.
    Waiting,
    Allowed(GrantId),
    Denied,
    /// The device has its tokens.
    Used(GrantId),
}

impl DeviceCode {
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// Notes a question that finds no answer; false if it came too early, and then the interval is longer for good
    /// (RFC 8628 §3.5).
    pub fn poll(&mut self, now: Timestamp) -> bool {
        let in_time = self.polled_at.is_none_or(|last| now.since(last) >= self.interval);
        if !in_time {
            self.interval += INTERVAL;
        }
        self.polled_at = Some(now);
        in_time
    }

    pub fn grant(&self) -> Option<GrantId> {
        match self.state {
            DeviceState::Allowed(grant) | DeviceState::Used(grant) => Some(grant),
            DeviceState::Waiting | DeviceState::Denied => None,
        }
    }
}

/// Which device a login is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceVisit {
    #[serde(rename = "k")]
    pub code: TokenKey,
    #[serde(rename = "c")]
    pub client: ClientId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entropy::tests::Seeded;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = UserCode::read("BCDFGHJK").unwrap();
        assert_eq!(code.to_string(), "BCDF-GHJK");
        for typed in
            ["BCDF-GHJK", "bcdf ghjk", " ＢＣＤＦ－ＧＨＪＫ　", "ｂｃｄｆｇｈｊｋ", "b c d f – g h j k", "BCDFーGHJK"]
        {
            assert_eq!(UserCode::read(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF-GHJ1", "ＢＣＤＦ－ＧＨＪ５", "БCDFGHJK"]
        {
            assert_eq!(UserCode::read(typed), None, "{typed}");
        }
    }

    #[test]
    fn every_letter_comes_up_and_no_other() {
        let entropy = Seeded::new(5);
        let text: String = (0..1000).map(|_| UserCode::new(&entropy).letters().to_owned()).collect();
        assert!(text.bytes().all(|letter| LETTERS.contains(&letter)));
        for letter in LETTERS {
            assert!(text.matches(char::from(*letter)).count() > 250, "{}", char::from(*letter));
        }
    }

    #[test]
    fn codes_cannot_be_guessed_within_the_budget_of_wrong_entries() {
        let codes = 20_f64.powi(8);
        // A code that lives as long as a window sees the ends of two of them.
        let windows = DEVICE_CODE_LIFETIME.as_secs_f64() / WRONG_WINDOW.as_secs_f64() + 1.0;
        let one_source = f64::from(MOST_WRONG_OF_SOURCE) * windows / codes;
        let everybody = f64::from(MOST_WRONG) * windows / codes;
        assert!(one_source < 1.0 / 250_000_000.0, "{one_source:e}");
        assert!(everybody < 1.0 / 25_000_000.0, "{everybody:e}");
    }

    #[test]
    fn each_question_that_comes_too_early_makes_the_wait_longer() {
        let at = Timestamp::from_seconds;
        let mut code = DeviceCode {
            key: TokenKey::from_stored("k".into()),
            tenant: TenantId::new("demo"),
            client: ClientId::new("television"),
            user_code: String::new(),
            scope: Scope::parse("openid"),
            resources: Vec::new(),
            state: DeviceState::Waiting,
            interval: INTERVAL,
            polled_at: None,
            expires_at: at(900),
        };
        assert!(code.poll(at(0)) && code.poll(at(5)));
        assert!(!code.poll(at(9)) && code.interval == INTERVAL * 2);
        assert!(!code.poll(at(18)), "nine seconds are not ten");
        assert!(!code.poll(at(32)) && code.interval == INTERVAL * 4);
        assert!(code.poll(at(52)) && code.interval == INTERVAL * 4, "and it stays so");
    }
}
