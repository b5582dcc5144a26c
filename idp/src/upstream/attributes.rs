//! What an upstream says of a person, under our names and cleaned (SR-79).

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use crate::domain::account::Attributes;

/// Characters of a text; a longer one is left out, since a cut text says something else.
const MAX_TEXT: usize = 256;
const MAX_USER_ID: usize = 128;
const MAX_URL: usize = 2048;
const MAX_ADDRESS: usize = 1024;
const MAX_VALUES: usize = 64;
const MAX_ATTRIBUTES: usize = 64;

/// The name of the attribute that every upstream must send: what the student types there.
pub const USER_ID: &str = "user_id";
/// Where it is taken from unless the mapping says otherwise.
const USER_ID_DEFAULT: &str = "preferred_username";

const ADDRESS_MEMBERS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// `[upstream.attributes]`: ours = theirs. What is not named in it is not kept.
#[derive(Clone, Debug)]
pub struct Mapping(BTreeMap<String, String>);

impl Mapping {
    pub fn new(configured: &BTreeMap<String, String>) -> Self {
        Self(configured.clone())
    }

    /// Their names for what is read.
    pub fn theirs(&self) -> impl Iterator<Item = &str> {
        let default = (!self.0.contains_key(USER_ID)).then_some(USER_ID_DEFAULT);
        self.0.values().map(String::as_str).chain(default)
    }

    /// The claims of a foreign upstream.
    pub fn read(&self, theirs: &Map<String, Value>) -> Attributes {
        let mut attributes = BTreeMap::new();
        if !self.0.contains_key(USER_ID) {
            put(&mut attributes, USER_ID, theirs.get(USER_ID_DEFAULT));
        }
        for (ours, name) in &self.0 {
            put(&mut attributes, ours, theirs.get(name));
        }
        Attributes(attributes)
    }

    /// Attributes that are kept here bear our names already; the mapping may rename some.
    pub fn read_own(&self, kept: &Attributes) -> Attributes {
        let mut attributes = BTreeMap::new();
        for (name, value) in kept.0.iter().take(MAX_ATTRIBUTES) {
            put(&mut attributes, name, Some(value));
        }
        for (ours, name) in &self.0 {
            put(&mut attributes, ours, kept.0.get(name));
        }
        Attributes(attributes)
    }
}

fn put(attributes: &mut BTreeMap<String, Value>, name: &str, value: Option<&Value>) {
    if let Some(value) = value.and_then(|value| clean(name, value)) {
        attributes.insert(name.to_owned(), value);
    }
}

/// One attribute, or nothing if it is null, empty, too long or of another type than its name has
/// (OpenID Connect Core §5.1; a language may follow the name, §5.2).
pub fn clean(name: &str, value: &Value) -> Option<Value> {
    match name.split('#').next().unwrap_or(name) {
        "updated_at" => value.as_i64().filter(|seconds| (0..=253_402_300_799).contains(seconds)).map(Value::from),
        "email_verified" | "phone_number_verified" => value.as_bool().map(Value::from),
        "address" => address(value),
        "profile" | "picture" | "website" => {
            single(value, MAX_URL).filter(|text| is_web_address(text)).map(Value::from)
        }
        USER_ID => single(value, MAX_USER_ID).map(Value::from),
        "student_number" | "name" | "given_name" | "family_name" | "middle_name" | "nickname"
        | "preferred_username" | "email" | "gender" | "birthdate" | "zoneinfo" | "locale" | "phone_number"
        | "user_kind" => single(value, MAX_TEXT).map(Value::from),
        _ => several(value),
    }
}

/// A text; a list of just one is taken for it, as directories send it.
fn single(value: &Value, most: usize) -> Option<String> {
    match value {
        Value::String(raw) => text(raw, most),
        Value::Array(values) => match values.as_slice() {
            [Value::String(raw)] => text(raw, most),
            _ => None,
        },
        _ => None,
    }
}

fn several(value: &Value) -> Option<Value> {
    match value {
        Value::String(raw) => text(raw, MAX_TEXT).map(Value::from),
        Value::Array(values) if values.len() <= MAX_VALUES => {
            let texts: Vec<Value> = values
                .iter()
                .filter_map(Value::as_str)
                .filter_map(|raw| text(raw, MAX_TEXT))
                .map(Value::from)
                .collect();
            (!texts.is_empty()).then_some(Value::Array(texts))
        }
        _ => None,
    }
}

fn address(value: &Value) -> Option<Value> {
    let members = value.as_object()?;
    let kept: Map<String, Value> = ADDRESS_MEMBERS
        .iter()
        .filter_map(|name| {
            let raw = members.get(*name)?.as_str()?;
            // OpenID Connect Core §5.1.1: these two may have several lines.
            let lines = matches!(*name, "formatted" | "street_address");
            let text = if lines { several_lines(raw) } else { text(raw, MAX_TEXT) }?;
            Some(((*name).to_owned(), Value::from(text)))
        })
        .collect();
    (!kept.is_empty()).then_some(Value::Object(kept))
}

/// Without control characters and surrounding blanks.
pub fn text(raw: &str, most: usize) -> Option<String> {
    let stripped: String = raw.chars().filter(|c| !is_unwanted(*c)).collect();
    let text = stripped.trim();
    (!text.is_empty() && text.chars().count() <= most).then(|| text.to_owned())
}

fn several_lines(raw: &str) -> Option<String> {
    let lines: Vec<String> = raw.lines().filter_map(|line| text(line, MAX_TEXT)).collect();
    let joined = lines.join("\n");
    (!joined.is_empty() && joined.chars().count() <= MAX_ADDRESS).then_some(joined)
}

/// Control characters, line separators, and what turns the direction of the text around it.
fn is_unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapping(pairs: &[(&str, &str)]) -> Mapping {
        Mapping(pairs.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect())
    }

    #[test]
    fn each_attribute_has_its_type_and_anything_else_is_left_out() {
        for (name, value, expected) in [
            ("name", json!("慶應 太郎"), Some(json!("慶應 太郎"))),
            ("name#ja", json!("太郎"), Some(json!("太郎"))),
            ("name", json!(" a\r\nb\u{0}\u{202e}c\u{85} "), Some(json!("abc"))),
            ("name", json!(["only"]), Some(json!("only"))),
            ("name", json!(["two", "names"]), None),
            ("name", json!(""), None),
            ("name", json!("\u{7}\n"), None),
            ("name", json!(null), None),
            ("name", json!(7), None),
            ("name", json!({"x": "y"}), None),
            ("name", json!("x".repeat(256)), Some(json!("x".repeat(256)))),
            ("name", json!("x".repeat(257)), None),
            ("user_id", json!("x".repeat(129)), None),
            ("student_number", json!(20_250_001), None),
            ("updated_at", json!(1_700_000_000), Some(json!(1_700_000_000))),
            ("updated_at", json!("1700000000"), None),
            ("updated_at", json!(-1), None),
            ("updated_at", json!(1e300), None),
            ("email_verified", json!(true), Some(json!(true))),
            ("email_verified", json!("true"), None),
            ("phone_number_verified", json!(1), None),
            ("picture", json!("https://uni.example/a.png"), Some(json!("https://uni.example/a.png"))),
            ("picture", json!("javascript:alert(1)"), None),
            ("profile", json!("data:text/html,x"), None),
            ("affiliation", json!("student"), Some(json!("student"))),
            ("affiliation", json!(["student", 1, "", null, "staff\n"]), Some(json!(["student", "staff"]))),
            ("affiliation", json!([]), None),
            ("affiliation", json!([1]), None),
            ("affiliation", json!(vec!["x"; 65]), None),
            ("address", json!({"country": "JP", "x": "y", "region": 1}), Some(json!({"country": "JP"}))),
            ("address", json!({"formatted": "1-1\r\nTokyo\u{0}"}), Some(json!({"formatted": "1-1\nTokyo"}))),
            ("address", json!("Tokyo"), None),
            ("address", json!({}), None),
        ] {
            assert_eq!(clean(name, &value), expected, "{name} {value}");
        }
    }

    #[test]
    fn only_what_the_mapping_names_is_kept() {
        let theirs = json!({"uid": "s1", "eduPersonAffiliation": ["student"], "secret": "x", "name": "n"});
        let mapping = mapping(&[("user_id", "uid"), ("affiliation", "eduPersonAffiliation"), ("email", "mail")]);
        let attributes = mapping.read(theirs.as_object().unwrap());
        assert_eq!(serde_json::to_value(attributes).unwrap(), json!({"user_id": "s1", "affiliation": ["student"]}));
    }

    #[test]
    fn the_user_id_is_the_preferred_user_name_unless_mapped() {
        let theirs = json!({"preferred_username": "s1", "uid": "u"});
        let theirs = theirs.as_object().unwrap();
        assert_eq!(mapping(&[]).read(theirs).text("user_id"), Some("s1"));
        assert_eq!(mapping(&[("user_id", "uid")]).read(theirs).text("user_id"), Some("u"));
        assert_eq!(mapping(&[("user_id", "none")]).read(theirs).text("user_id"), None);
    }

    #[test]
    fn attributes_kept_here_need_no_mapping_but_are_cleaned_too() {
        let kept = Attributes([("name".to_owned(), json!("a\nb")), ("kind".to_owned(), json!("x"))].into());
        let attributes = mapping(&[("user_kind", "kind")]).read_own(&kept);
        assert_eq!(serde_json::to_value(attributes).unwrap(), json!({"name": "ab", "kind": "x", "user_kind": "x"}));
    }
}
