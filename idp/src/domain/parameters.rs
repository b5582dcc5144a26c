//! Raw request parameters: what a query string or form says, before anything is believed (SR-57, RFC 6749 §3.1).

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The most fields a request may carry (SR-84).
const MAX_FIELDS: usize = 64;

/// Decoded parameters in the order they came.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

/// Why parameters cannot be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the parameters are not UTF-8")]
    NotUtf8,
    #[error("a parameter holds a NUL character")]
    Nul,
    #[error("there are too many parameters")]
    TooMany,
    #[error("a parameter is percent-encoded wrongly")]
    Encoding,
}

/// A parameter that may stand once stood twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {0} is repeated")]
pub struct Repeated(pub String);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text strictly.
    pub fn parse(encoded: &[u8]) -> Result<Self, Malformed> {
        let mut pairs = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_FIELDS {
                return Err(Malformed::TooMany);
            }
            let split = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match split.and_then(|at| pair.split_at_checked(at)) {
                Some((name, value)) => (name, value.get(1..).unwrap_or_default()),
                None => (pair, &b""[..]),
            };
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self(pairs))
    }

    /// The members of a request object: each is a parameter, and what is no text is its JSON (RFC 9101 §4).
    pub fn of_object(members: &Map<String, Value>) -> Result<Self, Malformed> {
        let mut pairs = Vec::with_capacity(members.len());
        for (name, value) in members {
            let texts = match (name.as_str(), value) {
                (_, Value::Null) => vec![],
                (_, Value::String(text)) => vec![text.clone()],
                // The one parameter that may stand several times does so as a list.
                ("resource", Value::Array(list)) => {
                    list.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
                }
                (_, other) => vec![other.to_string()],
            };
            if name.contains('\0') || texts.iter().any(|text| text.contains('\0')) {
                return Err(Malformed::Nul);
            }
            pairs.extend(texts.into_iter().map(|text| (name.clone(), text)));
            if pairs.len() > MAX_FIELDS {
                return Err(Malformed::TooMany);
            }
        }
        Ok(Self(pairs))
    }

    /// A parameter's value; absent and empty are the same (RFC 6749 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All values of a parameter that may stand several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Refuses any name that stands twice, known or not; only `resource` may (RFC 8707 §2).
    pub fn once(&self) -> Result<(), Repeated> {
        for (index, (name, _)) in self.0.iter().enumerate() {
            if name != "resource" && self.0.iter().take(index).any(|(earlier, _)| earlier == name) {
                return Err(Repeated(name.clone()));
            }
        }
        Ok(())
    }

    /// Whether a name stands more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decode(raw: &[u8]) -> Result<String, Malformed> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (Some(high), Some(low)) = (rest.next().copied().and_then(hex), rest.next().copied().and_then(hex))
                else {
                    return Err(Malformed::Encoding);
                };
                bytes.push(high << 4 | low);
            }
            other => bytes.push(*other),
        }
    }
    if bytes.contains(&0) {
        return Err(Malformed::Nul);
    }
    String::from_utf8(bytes).map_err(|_| Malformed::NotUtf8)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Percent-encodes one name or value of a query or form.
pub fn encode(text: &str) -> Cow<'_, str> {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nul_wrong_encoding_and_other_alphabets_than_utf8_are_refused() {
        assert_eq!(Parameters::parse(b"state=a%00b").unwrap_err(), Malformed::Nul);
        assert_eq!(Parameters::parse(b"state=%ff").unwrap_err(), Malformed::NotUtf8);
        assert_eq!(Parameters::parse(b"state=%zz").unwrap_err(), Malformed::Encoding);
        assert_eq!(Parameters::parse(b"state=%4").unwrap_err(), Malformed::Encoding);
        assert_eq!(Parameters::parse("a=b&".repeat(65).as_bytes()).unwrap_err(), Malformed::TooMany);
    }

    #[test]
    fn a_repeated_parameter_is_seen() {
        let parameters = Parameters::parse(b"a=1&b=2&a=1").unwrap();
        assert_eq!(parameters.once(), Err(Repeated("a".into())));
        assert!(Parameters::parse(b"a=1&b=2").unwrap().once().is_ok());
    }

    #[test]
    fn only_a_resource_may_stand_several_times() {
        let parameters = Parameters::parse(b"resource=a&resource=&resource=b").unwrap();
        assert!(parameters.once().is_ok());
        assert_eq!(parameters.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn members_of_an_object_are_parameters() {
        let read = |value: serde_json::Value| Parameters::of_object(value.as_object().unwrap());
        let parameters = read(serde_json::json!({
            "scope": "openid", "max_age": 10, "claims": { "userinfo": { "name": null } },
            "resource": ["a", "b"], "response_type": ["code"], "nonce": null
        }))
        .unwrap();
        assert_eq!(parameters.get("scope"), Some("openid"));
        assert_eq!(parameters.get("max_age"), Some("10"));
        assert_eq!(parameters.get("claims"), Some(r#"{"userinfo":{"name":null}}"#));
        assert_eq!(parameters.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(parameters.get("response_type"), Some(r#"["code"]"#));
        assert_eq!(parameters.get("nonce"), None);
        assert_eq!(read(serde_json::json!({ "state": "a\u{0}" })).unwrap_err(), Malformed::Nul);
    }

    #[test]
    fn empty_is_absent() {
        let parameters = Parameters::parse(b"nonce=&scope=open+id").unwrap();
        assert_eq!(parameters.get("nonce"), None);
        assert_eq!(parameters.get("scope"), Some("open id"));
    }

    proptest! {
        #[test]
        fn any_text_survives_encoding(text in "[^\u{0}]{0,40}") {
            let encoded = format!("x={}", encode(&text));
            let parameters = Parameters::parse(encoded.as_bytes()).unwrap();
            prop_assert_eq!(parameters.get("x").unwrap_or(""), text);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Parameters::parse(&bytes);
        }
    }
}
