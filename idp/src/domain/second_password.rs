//! The second password's rules, each with its own verdict (journeys 1.4, E-40 to E-52; SR-13, SR-14).

use super::policy::SecondPasswordPolicy;

/// A rule that an entry does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    TooShort,
    NoUpper,
    NoLower,
    NoDigit,
    OtherCharacters,
    FullWidth,
    TooLong,
    Mismatch,
    /// Contains the user ID, or is easy to guess.
    Guessable,
    /// The university password, or the present second password.
    SameAsBefore,
}

impl Unmet {
    /// Its message in part 4 of the journeys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "E-40",
            Self::NoUpper => "E-41",
            Self::NoLower => "E-42",
            Self::NoDigit => "E-43",
            Self::OtherCharacters => "E-44",
            Self::FullWidth => "E-45",
            Self::Mismatch => "E-46",
            Self::SameAsBefore => "E-47",
            Self::Guessable => "E-48",
            Self::TooLong => "E-52",
        }
    }
}

/// Every rule that `entry` breaks; empty when it may be set. Guessability is judged by `flows`, off the async threads.
pub fn unmet(policy: &SecondPasswordPolicy, entry: &str, confirmation: &str, user_id: &str) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    let length = entry.chars().count();
    let mut rule = |broken: bool, verdict: Unmet| {
        if broken {
            unmet.push(verdict);
        }
    };
    rule(length < policy.min_length, Unmet::TooShort);
    rule(length > policy.max_length, Unmet::TooLong);
    rule(!entry.chars().any(|c| c.is_ascii_uppercase()), Unmet::NoUpper);
    rule(!entry.chars().any(|c| c.is_ascii_lowercase()), Unmet::NoLower);
    rule(!entry.chars().any(|c| c.is_ascii_digit()), Unmet::NoDigit);
    let full_width = entry.chars().any(is_full_width);
    rule(full_width, Unmet::FullWidth);
    rule(entry.chars().any(|c| !c.is_ascii_alphanumeric() && !is_full_width(c)), Unmet::OtherCharacters);
    rule(entry != confirmation, Unmet::Mismatch);
    let user_id = user_id.to_lowercase();
    rule(user_id.chars().count() >= 3 && entry.to_lowercase().contains(&user_id), Unmet::Guessable);
    unmet
}

fn is_full_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn check(entry: &str) -> Vec<Unmet> {
        unmet(&samples::policy().second_password, entry, entry, "s2025001")
    }

    #[test]
    fn a_good_one_breaks_no_rule_and_every_broken_rule_is_named() {
        assert_eq!(check("Violet7Harbor"), []);
        assert_eq!(check("abc"), [Unmet::TooShort, Unmet::NoUpper, Unmet::NoDigit]);
        assert_eq!(check("ABCDEFGH1"), [Unmet::NoLower]);
        assert_eq!(check("Abcdefgh1!"), [Unmet::OtherCharacters]);
        assert_eq!(check(""), [Unmet::TooShort, Unmet::NoUpper, Unmet::NoLower, Unmet::NoDigit]);
    }

    #[test]
    fn full_width_letters_have_their_own_message() {
        assert_eq!(check("Ａbcdefg1Ａ"), [Unmet::NoUpper, Unmet::FullWidth]);
    }

    #[test]
    fn eight_and_128_pass_and_one_beyond_does_not() {
        assert_eq!(check("Abcdefg1"), []);
        assert_eq!(check("Abcdef1"), [Unmet::TooShort]);
        assert_eq!(check(&format!("Aa1{}", "x".repeat(125))), []);
        assert_eq!(check(&format!("Aa1{}", "x".repeat(126))), [Unmet::TooLong]);
    }

    #[test]
    fn the_user_id_inside_is_refused_in_any_case() {
        assert_eq!(check("XxS2025001"), [Unmet::Guessable]);
    }

    #[test]
    fn two_different_entries_do_not_match() {
        assert_eq!(
            unmet(&samples::policy().second_password, "Violet7Harbor", "Violet7Harbour", "x"),
            [Unmet::Mismatch]
        );
    }
}
