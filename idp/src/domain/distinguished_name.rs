//! Names of certificates' subjects (RFC 4514), compared part by part and letter by letter.

/// Short names of attribute types (RFC 4514 §3, RFC 4519, X.520), and what certificates of organizations use besides.
const KEYWORDS: [(&str, &str); 20] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("serialNumber", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("title", "2.5.4.12"),
    ("businessCategory", "2.5.4.15"),
    ("postalCode", "2.5.4.17"),
    ("GN", "2.5.4.42"),
    ("givenName", "2.5.4.42"),
    ("organizationIdentifier", "2.5.4.97"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
    ("E", "1.2.840.113549.1.9.1"),
    ("jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3"),
];
/// Characters that stand for themselves only behind a backslash (RFC 4514 §2.4).
const SPECIAL: &str = " \"#+,;<=>\\";

/// The parts of a name in the order that a certificate has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName(Vec<Vec<Attribute>>);

/// One attribute: its type as numbers with dots, and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    pub kind: String,
    pub value: String,
}

impl DistinguishedName {
    /// From a certificate; the order within one part says nothing (X.501 §9.3). None: there is nothing in it.
    pub fn new(parts: Vec<Vec<Attribute>>) -> Option<Self> {
        let sorted = |mut part: Vec<Attribute>| {
            part.sort();
            part
        };
        let empty = parts.is_empty() || parts.iter().any(Vec::is_empty);
        (!empty).then(|| Self(parts.into_iter().map(sorted).collect()))
    }

    /// From its text, which begins with the certificate's last part (RFC 4514 §2.1). Blanks behind a comma are let pass.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut part = Vec::new();
        let mut rest = text;
        loop {
            let (kind, behind) = rest.trim_start().split_once('=')?;
            let (value, end, behind) = value(behind)?;
            part.push(Attribute { kind: oid(kind)?, value });
            if end != Some('+') {
                parts.push(std::mem::take(&mut part));
            }
            if end.is_none() {
                parts.reverse();
                return Self::new(parts);
            }
            rest = behind;
        }
    }
}

fn oid(kind: &str) -> Option<String> {
    if let Some((_, oid)) = KEYWORDS.iter().find(|(keyword, _)| keyword.eq_ignore_ascii_case(kind)) {
        return Some((*oid).to_owned());
    }
    let numbers = kind.split('.').all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    (numbers && kind.contains('.')).then(|| kind.to_owned())
}

/// A value, what ended it, and what comes behind that (RFC 4514 §3). A value written as hexadecimal BER is not read.
fn value(text: &str) -> Option<(String, Option<char>, &str)> {
    if text.starts_with([' ', '#']) {
        return None;
    }
    let mut bytes = Vec::new();
    let mut letters = text.char_indices();
    let mut ends_in_blank = false;
    while let Some((at, letter)) = letters.next() {
        match letter {
            ',' | '+' if !ends_in_blank => {
                let behind = text.get(at + 1..)?;
                return Some((String::from_utf8(bytes).ok()?, Some(letter), behind));
            }
            '\\' => {
                let (_, first) = letters.next()?;
                if SPECIAL.contains(first) {
                    bytes.push(u8::try_from(first).ok()?);
                } else {
                    let (_, second) = letters.next()?;
                    bytes.push(u8::try_from(first.to_digit(16)? * 16 + second.to_digit(16)?).ok()?);
                }
            }
            ',' | '+' | '"' | ';' | '<' | '>' | '\0' => return None,
            letter => bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        ends_in_blank = letter == ' ';
    }
    if ends_in_blank {
        return None;
    }
    Some((String::from_utf8(bytes).ok()?, None, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attribute(kind: &str, value: &str) -> Attribute {
        Attribute { kind: kind.to_owned(), value: value.to_owned() }
    }

    fn read(text: &str) -> Vec<Vec<(String, String)>> {
        let name = DistinguishedName::parse(text).unwrap_or_else(|| panic!("{text}"));
        let pair = |attribute: Attribute| (attribute.kind, attribute.value);
        name.0.into_iter().map(|part| part.into_iter().map(pair).collect()).collect()
    }

    fn one(kind: &str, value: &str) -> Vec<(String, String)> {
        vec![(kind.to_owned(), value.to_owned())]
    }

    /// RFC 4514 §4.
    #[test]
    fn the_examples_of_the_specification_are_read() {
        let dc = "0.9.2342.19200300.100.1.25";
        assert_eq!(
            read("UID=jsmith,DC=example,DC=net"),
            [one(dc, "net"), one(dc, "example"), one("0.9.2342.19200300.100.1.1", "jsmith")]
        );
        let two = vec![("2.5.4.11".to_owned(), "Sales".to_owned()), ("2.5.4.3".to_owned(), "J.  Smith".to_owned())];
        assert_eq!(read("OU=Sales+CN=J.  Smith,DC=example,DC=net")[2], two);
        assert_eq!(read(r#"CN=James \"Jim\" Smith\, III,DC=net"#)[1], one("2.5.4.3", r#"James "Jim" Smith, III"#));
        assert_eq!(read(r"CN=Before\0dAfter,DC=net")[1], one("2.5.4.3", "Before\rAfter"));
        assert_eq!(read(r"CN=Lu\C4\8Di\C4\87"), [one("2.5.4.3", "Lučić")]);
    }

    #[test]
    fn spellings_of_one_name_are_one_name() {
        let name = |text: &str| DistinguishedName::parse(text).unwrap();
        let plain = name("CN=rp,O=University,C=JP");
        assert_eq!(plain, name("cn=rp, o=University, c=JP"));
        assert_eq!(plain, name("2.5.4.3=rp,2.5.4.10=University,2.5.4.6=JP"));
        assert_eq!(name("OU=a+CN=b"), name("CN=b+OU=a"));
        for other in ["CN=RP,O=University,C=JP", "C=JP,O=University,CN=rp", "CN=rp,O=University", "CN=rp,CN=rp,O=x"] {
            assert_ne!(plain, name(other), "{other}");
        }
        let parts = vec![vec![attribute("2.5.4.6", "JP")], vec![attribute("2.5.4.3", "rp")]];
        assert_eq!(DistinguishedName::new(parts), Some(name("CN=rp,C=JP")));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "CN",
            "=x",
            "CN=a,",
            "CN=a,,C=b",
            "CN=a;C=b",
            "CN=\"a\"",
            "CN= a",
            "CN=a ",
            "CN=a ,C=b",
            "XX=a",
            "2=a",
            "2..5=a",
            "CN=#0403",
            r"CN=a\",
            r"CN=\zz",
            r"CN=\ff",
            "CN=<a>",
            "CN=a\0",
            "CN=a+",
        ] {
            assert_eq!(DistinguishedName::parse(text), None, "{text}");
        }
        assert_eq!(read("CN=a=b"), [one("2.5.4.3", "a=b")]);
        assert_eq!(read(r"CN=\ a\ "), [one("2.5.4.3", " a ")]);
        assert_eq!(DistinguishedName::new(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), near in "[A-Za-z0-9=,+\\\\ #\"]{0,40}") {
            DistinguishedName::parse(&text);
            DistinguishedName::parse(&near);
        }
    }
}
