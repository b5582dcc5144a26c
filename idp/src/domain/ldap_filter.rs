//! The search filter of an `ldap` upstream: a template that a user name enters as a value and as nothing else (SR-77).

/// Where the user name goes.
pub const PLACEHOLDER: &str = "{username}";

const MAX_LENGTH: usize = 1024;
const MAX_DEPTH: usize = 16;

/// A filter (RFC 4515) with the user name in one equality match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapFilter {
    before: String,
    after: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LdapFilterError {
    #[error("must contain {PLACEHOLDER} exactly once")]
    Placeholder,
    /// Inside `!`, beside `*`, or after `~=`, one person would have several names, and each name tries of its own.
    #[error("{PLACEHOLDER} must stand in an equality match that is not negated, like (uid={PLACEHOLDER})")]
    NotAnEquality,
    #[error("is no LDAP filter, like (&(objectClass=person)(uid={PLACEHOLDER}))")]
    Malformed,
}

impl LdapFilter {
    pub fn parse(text: &str) -> Result<Self, LdapFilterError> {
        let (before, after) = text.split_once(PLACEHOLDER).ok_or(LdapFilterError::Placeholder)?;
        if after.contains(PLACEHOLDER) {
            return Err(LdapFilterError::Placeholder);
        }
        if text.len() > MAX_LENGTH {
            return Err(LdapFilterError::Malformed);
        }
        let place = before.len();
        let mut reader = Reader { rest: text, length: text.len(), place, sound: false };
        reader.filter(0, false).ok_or(LdapFilterError::Malformed)?;
        if !reader.rest.is_empty() {
            return Err(LdapFilterError::Malformed);
        }
        if !reader.sound {
            return Err(LdapFilterError::NotAnEquality);
        }
        Ok(Self { before: before.to_owned(), after: after.to_owned() })
    }

    /// The filter that looks for this name.
    pub fn looking_for(&self, name: &str) -> String {
        format!("{}{}{}", self.before, escaped(name), self.after)
    }
}

/// RFC 4515 §3: everything but plain letters, digits and a few signs is written in hexadecimal.
fn escaped(value: &str) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@') {
            text.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(text, "\\{byte:02x}");
        }
    }
    text
}

/// RFC 4515 §3, as far as it must be understood to know where the user name stands.
struct Reader<'a> {
    rest: &'a str,
    length: usize,
    place: usize,
    /// The user name stands in an equality match.
    sound: bool,
}

impl Reader<'_> {
    fn filter(&mut self, depth: usize, negated: bool) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.take("(")?;
        match self.rest.chars().next()? {
            '&' | '|' => {
                self.skip(1);
                self.filter(depth + 1, negated)?;
                while self.rest.starts_with('(') {
                    self.filter(depth + 1, negated)?;
                }
            }
            '!' => {
                self.skip(1);
                self.filter(depth + 1, true)?;
            }
            _ => self.item(negated)?,
        }
        self.take(")")
    }

    fn item(&mut self, negated: bool) -> Option<()> {
        let equals = self.rest.find('=')?;
        let (left, _) = self.rest.split_at(equals);
        let plain = is_attribute(left);
        // Extensible matches name their rule between colons: `cn:caseExactMatch:=…`, `ou:dn:=…`.
        let extensible = left.strip_suffix(':').is_some_and(|parts| parts.split(':').all(is_attribute));
        if !plain && !extensible && !left.strip_suffix(['~', '>', '<']).is_some_and(is_attribute) {
            return None;
        }
        self.skip(equals + 1);
        let from = self.length - self.rest.len();
        let end = self.rest.find([')', '('])?;
        let (value, _) = self.rest.split_at(end);
        let holds_name = (from..from + end).contains(&self.place);
        if !is_value(&if holds_name { value.replacen(PLACEHOLDER, "", 1) } else { value.to_owned() }) {
            return None;
        }
        self.sound |= holds_name && plain && !negated && !value.contains('*');
        self.skip(end);
        Some(())
    }

    fn take(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }
}

/// An attribute's name or number, with options: `cn`, `2.5.4.3`, `cn;lang-ja`.
pub fn is_attribute(text: &str) -> bool {
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let mut parts = text.split(';');
    let name = parts.next().unwrap_or_default();
    let is_number = name.contains('.')
        && name.split('.').all(|arc| {
            !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()) && (arc == "0" || !arc.starts_with('0'))
        });
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic()) && is_word(name);
    (is_name || is_number) && parts.all(is_word)
}

/// Escapes are whole, and nothing stands there that needs one.
fn is_value(text: &str) -> bool {
    let mut parts = text.split('\\');
    let first = parts.next().unwrap_or_default();
    !first.contains('\0')
        && parts.all(|part| {
            let hexadecimal = part.get(..2).is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
            hexadecimal && !part.contains('\0')
        })
}

#[cfg(test)]
mod tests {
    use ldap3::parse_filter;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn filters_as_universities_write_them_are_taken() {
        for text in [
            "(uid={username})",
            "(sAMAccountName={username})",
            "(mail={username}@example.ac.jp)",
            "(&(objectClass=person)(uid={username}))",
            "(&(|(ou=students)(ou=graduates))(!(loginDisabled=TRUE))(uid={username}))",
            "(&(uid={username})(userAccountControl:1.2.840.113556.1.4.803:=512))",
            "(&(uid={username})(ou:dn:=People)(cn=*)(sn=A*z)(createTimestamp>=20200101000000Z))",
            "(&(o=\\28kabu\\29)(uid={username}))",
        ] {
            assert!(LdapFilter::parse(text).is_ok(), "{text}");
            assert!(parse_filter(LdapFilter::parse(text).unwrap().looking_for("s1")).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_name_that_could_be_more_than_a_value_is_refused() {
        use LdapFilterError::{Malformed, NotAnEquality, Placeholder};
        for (text, error) in [
            ("(uid=x)", Placeholder),
            ("", Placeholder),
            ("(|(uid={username})(mail={username}))", Placeholder),
            ("{username}", Malformed),
            ("({username}=x)", Malformed),
            ("(uid{username}=x)", Malformed),
            ("uid={username}", Malformed),
            ("(uid={username}", Malformed),
            ("(uid={username}))", Malformed),
            ("(uid={username})(cn=x)", Malformed),
            ("(&)(uid={username})", Malformed),
            ("(=&{username})", Malformed),
            ("(uid=\\zz{username})", Malformed),
            ("(uid=\\2{username})", Malformed),
            ("(&(uid={username})(cn=a(b))", Malformed),
            ("(uid={username}*)", NotAnEquality),
            ("(uid=*{username}*)", NotAnEquality),
            ("(uid~={username})", NotAnEquality),
            ("(uid>={username})", NotAnEquality),
            ("(uid:caseIgnoreMatch:={username})", NotAnEquality),
            ("(!(uid={username}))", NotAnEquality),
            ("(&(x=y)(!(|(uid={username})(cn=x))))", NotAnEquality),
        ] {
            assert_eq!(LdapFilter::parse(text), Err(error), "{text}");
        }
        let deep = format!("{}(uid={{username}}){}", "(&".repeat(20), ")".repeat(20));
        assert_eq!(LdapFilter::parse(&deep), Err(Malformed));
    }

    #[test]
    fn signs_of_the_filter_language_arrive_as_values() {
        let filter = LdapFilter::parse("(uid={username})").unwrap();
        assert_eq!(filter.looking_for("s2025001"), "(uid=s2025001)");
        assert_eq!(filter.looking_for("*"), "(uid=\\2a)");
        assert_eq!(filter.looking_for("a)(|(uid=*"), "(uid=a\\29\\28\\7c\\28uid\\3d\\2a)");
        assert_eq!(filter.looking_for("\\\0太"), "(uid=\\5c\\00\\e5\\a4\\aa)");
        assert_eq!(filter.looking_for("{username}"), "(uid=\\7busername\\7d)");
    }

    proptest! {
        /// Whatever is typed: the filter has the shape it has for a plain name, and the name arrives as it was typed.
        #[test]
        fn no_name_changes_the_shape_of_the_filter(name in any::<String>()) {
            let filter = LdapFilter::parse("(&(objectClass=person)(|(uid={username})(cn=x))(!(ou=y)))").unwrap();
            let plain = format!("{:?}", parse_filter(filter.looking_for("plain")).unwrap());
            let found = format!("{:?}", parse_filter(filter.looking_for(&name)).unwrap());
            prop_assert_eq!(found, plain.replace(&format!("{:?}", b"plain"), &format!("{:?}", name.as_bytes())));
        }

        #[test]
        fn what_is_taken_as_a_filter_is_one(text in r"[(){}&|!=~<>*:;\\a-c0-2.]{0,12}", name in ".*") {
            let text = format!("(&(uid={{username}}){text})");
            if let Ok(filter) = LdapFilter::parse(&text) {
                prop_assert!(parse_filter(filter.looking_for(&name)).is_ok(), "{}", text);
            }
        }
    }
}
