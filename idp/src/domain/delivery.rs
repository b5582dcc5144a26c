//! What becomes of a mail behind our own mail server: reports, and what they are taken for (RFC 3464, journeys 1.3, 14).

use super::{
    email_address::EmailAddress,
    outbox::{LetterState, OutboxLetter},
};

/// Foreign words are kept no longer than this.
const MAX_WORDS: usize = 300;

/// Where a mail stands, by somebody else's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The receiving server took it over.
    Delivered,
    /// Some server has it and tries again.
    Delayed,
    /// Nobody tries any more.
    Refused {
        /// 5.x.x: another mail to this address would fare no better.
        for_good: bool,
    },
}

/// What a report changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    To(LetterState),
    /// It is still `Sent`, and waits at a later server.
    Waits,
}

impl Fate {
    /// A refusal with the server's words: 4.x.x means that time ran out, not that the address is wrong.
    pub fn refused(words: &str) -> Self {
        Self::Refused { for_good: enhanced_status(words).is_none_or(|(class, _)| class == 5) }
    }
}

impl OutboxLetter {
    /// What a report makes of this letter; none: nothing new, or it never left the house.
    pub fn turn(&self, fate: Fate) -> Option<Turn> {
        match (self.state, fate) {
            _ if self.attempts == 0 => None,
            (LetterState::Refused, _) => None,
            (_, Fate::Refused { .. }) => Some(Turn::To(LetterState::Refused)),
            (LetterState::Delivered, _) => None,
            (_, Fate::Delivered) => Some(Turn::To(LetterState::Delivered)),
            (LetterState::Sent, Fate::Delayed) if self.delayed_at.is_none() => Some(Turn::Waits),
            (_, Fate::Delayed) => None,
        }
    }
}

/// Whether a refusal at our own mail server blames the address, and not us or the mail (RFC 3463 §3.2, §3.3; RFC 5321 §4.2.3).
pub fn blames_the_address(reply: &str) -> bool {
    match enhanced_status(reply) {
        Some((class, subject)) => class == 5 && matches!(subject, 1 | 2),
        None => ["550", "551", "553"].iter().any(|code| reply.starts_with(code)),
    }
}

/// Class and subject of the first enhanced status code in a text (RFC 3463 §2).
pub fn enhanced_status(text: &str) -> Option<(u8, u16)> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    text.split(|c: char| !is_part(c)).find_map(|piece| {
        let mut numbers = piece.trim_matches('.').split('.').map(|number| {
            let short = (1..=3).contains(&number.len());
            if short { number.parse::<u16>().ok() } else { None }
        });
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Some(class @ (2 | 4 | 5))), Some(Some(subject)), Some(Some(_)), None) => {
                Some((u8::try_from(class).ok()?, subject))
            }
            _ => None,
        }
    })
}

/// Foreign words for log and help desk: one line, capped, nothing that a terminal obeys.
pub fn one_line(words: &str) -> String {
    let is_safe = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let line: String = words.chars().map(|c| if is_safe(c) { c } else { ' ' }).take(MAX_WORDS).collect();
    line.trim().to_owned()
}

/// The same without the address, which is kept sealed only (SR-69).
pub fn without_address(words: &str, address: &EmailAddress) -> String {
    let (text, masked) = (address.as_text(), address.masked());
    let mut shown = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = find_ignoring_case(rest, &text) {
        shown.push_str(before);
        shown.push_str(&masked);
        rest = after;
    }
    shown.push_str(rest);
    one_line(&shown)
}

fn find_ignoring_case<'a>(text: &'a str, wanted: &str) -> Option<(&'a str, &'a str)> {
    let at = text.to_ascii_lowercase().find(&wanted.to_ascii_lowercase())?;
    Some((text.get(..at)?, text.get(at + wanted.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_status_is_found_among_other_numbers() {
        for (text, found) in [
            ("550 5.1.1 no such user", Some((5, 1))),
            ("550-5.7.1 blocked", Some((5, 7))),
            ("smtp; 451 4.7.1 <a@b.jp>: Greylisted", Some((4, 7))),
            ("5.2.2", Some((5, 2))),
            ("connect to 5.1.2.3[5.1.2.3]:25 refused", None),
            ("550 no such user", None),
            ("version 3.4.5 of 2026.11.24", None),
        ] {
            assert_eq!(enhanced_status(text), found, "{text}");
        }
    }

    #[test]
    fn only_a_refusal_of_the_address_blames_the_address() {
        for reply in ["550 no such user", "550 5.1.1 unknown", "552 5.2.2 mailbox full", "553 bad mailbox"] {
            assert!(blames_the_address(reply), "{reply}");
        }
        for reply in
            ["554 5.7.1 relay access denied", "530 5.7.0 authenticate first", "552 too large", "", "451 4.1.1 x"]
        {
            assert!(!blames_the_address(reply), "{reply}");
        }
    }

    #[test]
    fn a_refusal_for_lack_of_time_blames_nobody() {
        assert_eq!(Fate::refused("4.4.7 expired"), Fate::Refused { for_good: false });
        assert_eq!(Fate::refused("550 5.1.1 unknown"), Fate::Refused { for_good: true });
        assert_eq!(Fate::refused("mailbox unknown"), Fate::Refused { for_good: true });
    }

    #[test]
    fn foreign_words_lose_the_address_and_whatever_steers_a_terminal() {
        let address = EmailAddress::read("taro@example.com").unwrap();
        let words = "550 <Taro@Example.COM>: no\u{1b}[31m such\r\nuser taro@example.com\u{202e}";
        assert_eq!(without_address(words, &address), "550 <ta•••@example.com>: no [31m such  user ta•••@example.com");
        assert_eq!(one_line(&"ü".repeat(1000)).chars().count(), 300);
    }

    fn letter(state: LetterState, attempts: u32) -> OutboxLetter {
        use crate::domain::{
            clock::Timestamp,
            ids::{LetterId, TenantId},
            secret::Sealed,
        };
        let now = Timestamp::from_millis(0);
        OutboxLetter {
            id: LetterId(uuid::Uuid::from_u128(1)),
            tenant: TenantId::new("demo"),
            kind: "auth-key".into(),
            login: None,
            account: None,
            recipient: Sealed(vec![]),
            recipient_index: None,
            body: None,
            state,
            attempts,
            next_attempt_at: now,
            last_reply: None,
            created_at: now,
            expires_at: now,
            sent_at: None,
            delayed_at: None,
        }
    }

    #[test]
    fn a_refusal_is_the_last_word_and_nothing_is_said_of_what_never_left() {
        use LetterState::{Delayed, Delivered, Expired, Queued, Refused, Sent, Unsent};
        let refused = Fate::Refused { for_good: true };
        for state in [Sent, Delivered, Unsent, Expired] {
            assert_eq!(letter(state, 1).turn(refused), Some(Turn::To(Refused)), "{state:?}");
        }
        for fate in [Fate::Delivered, Fate::Delayed, refused] {
            assert_eq!(letter(Refused, 1).turn(fate), None);
            assert_eq!(letter(Queued, 0).turn(fate), None);
        }
        assert_eq!(letter(Sent, 1).turn(Fate::Delivered), Some(Turn::To(Delivered)));
        assert_eq!(letter(Delivered, 1).turn(Fate::Delivered), None);
        assert_eq!(letter(Sent, 1).turn(Fate::Delayed), Some(Turn::Waits));
        for state in [Delivered, Delayed, Unsent] {
            assert_eq!(letter(state, 1).turn(Fate::Delayed), None, "{state:?}");
        }
    }
}
