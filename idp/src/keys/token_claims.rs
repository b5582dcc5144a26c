//! Claims of a token that somebody else made, read by type: of another type is refused, never skipped (SR-66).

use serde_json::{Map, Value};

use crate::domain::clock::Timestamp;

/// The last second of the year 9999: later than any token needs, and safe to count with.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The claims of one token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenClaims(Map<String, Value>);

/// A claim that is there and not of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("claim {0} is not of its type")]
pub struct ClaimError(pub &'static str);

/// Whom a token is for (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

impl TokenClaims {
    pub fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// As it stands.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub fn text(&self, name: &'static str) -> Result<Option<&str>, ClaimError> {
        self.0.get(name).map(|value| value.as_str().ok_or(ClaimError(name))).transpose()
    }

    pub fn flag(&self, name: &'static str) -> Result<Option<bool>, ClaimError> {
        self.0.get(name).map(|value| value.as_bool().ok_or(ClaimError(name))).transpose()
    }

    /// A NumericDate from 1970 to 9999, whole or broken (RFC 7519 §2); rounded down to the second.
    pub fn instant(&self, name: &'static str) -> Result<Option<Timestamp>, ClaimError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        match value.as_f64() {
            Some(seconds) if (0.0..=LAST_SECOND).contains(&seconds) =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "within the range just checked")]
                Ok(Some(Timestamp::from_seconds(seconds.floor() as i64)))
            }
            _ => Err(ClaimError(name)),
        }
    }

    pub fn audience(&self) -> Result<Option<Audience<'_>>, ClaimError> {
        match self.0.get("aud") {
            None => Ok(None),
            Some(Value::String(one)) => Ok(Some(Audience::One(one))),
            Some(Value::Array(list)) => {
                let several = list.iter().map(Value::as_str).collect::<Option<_>>();
                several.map(|several| Some(Audience::Several(several))).ok_or(ClaimError("aud"))
            }
            Some(_) => Err(ClaimError("aud")),
        }
    }

    pub fn into_inner(self) -> Map<String, Value> {
        self.0
    }
}

impl Audience<'_> {
    /// Whether the token is for this one, among others or alone.
    pub fn names(&self, whom: &str) -> bool {
        match self {
            Self::One(one) => *one == whom,
            Self::Several(several) => several.contains(&whom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> TokenClaims {
        match value {
            Value::Object(claims) => TokenClaims::new(claims),
            _ => unreachable!("a test's claims are an object"),
        }
    }

    #[test]
    fn instants_are_numbers_in_range() {
        let at = |value: Value| claims(json!({ "exp": value })).instant("exp");
        assert_eq!(at(json!(0)), Ok(Some(Timestamp::from_seconds(0))));
        assert_eq!(at(json!(1_800_000_000)), Ok(Some(Timestamp::from_seconds(1_800_000_000))));
        assert_eq!(at(json!(1_800_000_000.9)), Ok(Some(Timestamp::from_seconds(1_800_000_000))));
        assert_eq!(at(json!(253_402_300_799_u64)), Ok(Some(Timestamp::from_seconds(253_402_300_799))));
        for wrong in [
            json!("1800000000"),
            json!(null),
            json!(true),
            json!([1]),
            json!({}),
            json!(-1),
            json!(253_402_300_800_u64),
            json!(u64::MAX),
            json!(1e300),
        ] {
            assert_eq!(at(wrong.clone()), Err(ClaimError("exp")), "{wrong}");
        }
        assert_eq!(claims(json!({})).instant("exp"), Ok(None));
    }

    #[test]
    fn texts_and_flags_are_nothing_else() {
        let some = claims(json!({ "jti": "a", "n": 1, "z": null, "f": false }));
        assert_eq!(some.text("jti"), Ok(Some("a")));
        assert_eq!(some.text("x"), Ok(None));
        assert_eq!(some.text("n"), Err(ClaimError("n")));
        assert_eq!(some.text("z"), Err(ClaimError("z")));
        assert_eq!(some.flag("f"), Ok(Some(false)));
        assert_eq!(some.flag("jti"), Err(ClaimError("jti")));
    }

    #[test]
    fn an_audience_is_one_text_or_a_list_of_texts() {
        let of = |value: Value| claims(json!({ "aud": value }));
        assert_eq!(of(json!("a")).audience(), Ok(Some(Audience::One("a"))));
        assert!(of(json!(["a", "b"])).audience().unwrap().unwrap().names("b"));
        assert!(!of(json!(["a", "b"])).audience().unwrap().unwrap().names("c"));
        assert!(!of(json!("a b")).audience().unwrap().unwrap().names("a"));
        assert!(!of(json!([])).audience().unwrap().unwrap().names(""));
        for wrong in [json!(1), json!(null), json!({ "a": 1 }), json!(["a", 1])] {
            assert_eq!(of(wrong.clone()).audience(), Err(ClaimError("aud")), "{wrong}");
        }
        assert_eq!(claims(json!({})).audience(), Ok(None));
    }
}
