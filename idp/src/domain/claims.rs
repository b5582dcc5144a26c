//! Claims: what each scope lets a client see, and what the `claims` parameter asks for (OpenID Connect Core §5.4, §5.5).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{account::Account, acr::Acr, scope::Scope, strict_json};

/// Standard claims that an upstream's mapping may supply, by scope.
pub const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
pub const EMAIL: [&str; 2] = ["email", "email_verified"];
pub const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];
pub const STUDENT: [&str; 3] = ["student_number", "user_kind", "affiliation"];
pub const ACCOUNT: [&str; 1] = ["two_factor_enabled"];

/// The claims that a scope stands for.
pub fn of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &PROFILE,
        "email" => &EMAIL,
        "address" => &["address"],
        "phone" => &PHONE,
        "student" => &STUDENT,
        "account" => &ACCOUNT,
        _ => &[],
    }
}

/// Every claim about a person that this provider can supply (discovery's `claims_supported`).
pub fn supported() -> impl Iterator<Item = &'static str> {
    ["profile", "email", "address", "phone", "student", "account"].into_iter().flat_map(of_scope).copied()
}

/// The `claims` parameter, reduced to what this provider knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    #[serde(rename = "u", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub userinfo: BTreeSet<String>,
    #[serde(rename = "i", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub id_token: BTreeSet<String>,
    /// Claims that are wanted at UserInfo only with one of these values.
    #[serde(rename = "w", default, skip_serializing_if = "BTreeMap::is_empty")]
    userinfo_values: BTreeMap<String, Vec<Value>>,
    #[serde(rename = "j", default, skip_serializing_if = "BTreeMap::is_empty")]
    id_token_values: BTreeMap<String, Vec<Value>>,
    /// `id_token.acr`: its values in order, and whether it is essential.
    #[serde(skip)]
    pub acr: Option<(Vec<Acr>, bool)>,
    /// `sub` with a value: the login must be this person's.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `id_token.auth_time` was asked for.
    #[serde(rename = "t", default, skip_serializing_if = "std::ops::Not::not")]
    pub auth_time: bool,
}

/// The parameter may be this long; it rides in a cookie with the rest of the request.
const MAX_CLAIMS: usize = 4096;

impl ClaimsRequest {
    /// OpenID Connect Core §5.5: unknown members and claims are ignored; a wrong shape, a name that stands twice
    /// and deep nesting are errors.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_CLAIMS {
            return Err("claims is longer than 4096 bytes");
        }
        let members = strict_json::object(text.as_bytes()).ok_or("claims is not a JSON object with each name once")?;
        let userinfo = section(&members, "userinfo")?;
        let id_token = section(&members, "id_token")?;
        let acr = id_token.iter().find(|(name, _)| *name == "acr").map(|(_, asked)| acr(asked)).transpose()?;
        let subjects = [&userinfo, &id_token].map(|section| section.iter().find(|(name, _)| *name == "sub"));
        let subjects: Vec<String> = subjects
            .into_iter()
            .flatten()
            .map(|(_, asked)| subject(asked))
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?;
        if let [one, other] = subjects.as_slice()
            && one != other
        {
            return Err("claims names different subjects");
        }
        Ok(Self {
            auth_time: id_token.iter().any(|(name, _)| *name == "auth_time"),
            userinfo_values: valued(&userinfo),
            id_token_values: valued(&id_token),
            userinfo: known(&userinfo),
            id_token: known(&id_token),
            acr,
            subject: subjects.into_iter().next(),
        })
    }

    /// Without what none of these scopes stands for.
    #[must_use]
    pub fn within(mut self, scope: &Scope) -> Self {
        let allowed = |claim: &String| scope.iter().any(|token| of_scope(token).contains(&claim.as_str()));
        self.userinfo.retain(allowed);
        self.id_token.retain(allowed);
        self
    }
}

/// What is asked of one claim (OpenID Connect Core §5.5.1).
#[derive(Debug, Default)]
struct Asked {
    essential: bool,
    /// None: any value will do.
    values: Option<Vec<Value>>,
}

type Section<'a> = Vec<(&'a str, Asked)>;

fn section<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Section<'a>, &'static str> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(claims)) => {
            claims.iter().map(|(name, claim)| Ok((name.as_str(), Asked::read(claim)?))).collect()
        }
        Some(_) => Err("a member of claims is not an object of claims"),
    }
}

impl Asked {
    fn read(claim: &Value) -> Result<Self, &'static str> {
        let members = match claim {
            Value::Null => return Ok(Self::default()),
            Value::Object(members) => members,
            _ => return Err("a claim is asked for by neither null nor an object"),
        };
        let essential = match members.get("essential") {
            None => false,
            Some(Value::Bool(essential)) => *essential,
            Some(_) => return Err("essential is neither true nor false"),
        };
        let values = match (members.get("value"), members.get("values")) {
            (None, None) => None,
            (Some(value), None) => Some(vec![value.clone()]),
            (None, Some(Value::Array(values))) if !values.is_empty() => Some(values.clone()),
            (None, Some(_)) => return Err("values is not a list of values"),
            (Some(_), Some(_)) => return Err("a claim has a value and values"),
        };
        Ok(Self { essential, values })
    }

    fn texts(&self) -> Result<Vec<&str>, &'static str> {
        let values = self.values.iter().flatten();
        values.map(|value| value.as_str().ok_or("a value of acr or sub is not a text")).collect()
    }
}

fn is_known(name: &str) -> bool {
    supported().any(|known| known == name)
}

fn known(section: &Section<'_>) -> BTreeSet<String> {
    section.iter().filter(|(name, _)| is_known(name)).map(|(name, _)| (*name).to_owned()).collect()
}

fn valued(section: &Section<'_>) -> BTreeMap<String, Vec<Value>> {
    let known = section.iter().filter(|(name, _)| is_known(name));
    known.filter_map(|(name, asked)| Some(((*name).to_owned(), asked.values.clone()?))).collect()
}

/// OpenID Connect Core §5.5.1.1. Without values it asks for what every ID token has.
fn acr(asked: &Asked) -> Result<(Vec<Acr>, bool), &'static str> {
    let values = asked.texts()?.into_iter().filter_map(Acr::from_urn).collect();
    Ok((values, asked.essential && asked.values.is_some()))
}

/// Whom the request is for. A login is one person's: of several, none is meant.
fn subject(asked: &Asked) -> Result<Option<String>, &'static str> {
    match asked.texts()?.as_slice() {
        [] => Ok(None),
        [subject] => Ok(Some((*subject).to_owned())),
        _ => Err("claims names several subjects"),
    }
}

/// What is known of an account, by claim name; what is not known is left out, never null or empty (protocol.md B11).
#[derive(Debug)]
pub struct KnownClaims<'a> {
    pub account: &'a Account,
    /// The confirmed address, opened.
    pub email: Option<&'a str>,
    /// The switch as the relying party's menu shows it: the tenant's rule included.
    pub two_factor_enabled: bool,
}

impl KnownClaims<'_> {
    pub fn get(&self, name: &str) -> Option<Value> {
        match name {
            "email" => self.email.map(Value::from),
            "email_verified" => self.email.map(|_| Value::from(true)),
            "preferred_username" => Some(Value::from(self.account.user_id.as_str())),
            "locale" => self
                .account
                .language
                .map(|language| Value::from(language.tag()))
                .or_else(|| self.account.attributes.0.get(name).cloned()),
            "two_factor_enabled" => Some(Value::from(self.two_factor_enabled)),
            _ => self.account.attributes.0.get(name).cloned(),
        }
    }

    /// UserInfo: every claim of the granted scopes, and what `claims` asked for there (OpenID Connect Core §5.3).
    pub fn userinfo(&self, scope: &Scope, asked: &ClaimsRequest) -> BTreeMap<String, Value> {
        let by_scope = scope.iter().flat_map(|token| of_scope(token).iter().copied());
        let by_scope = by_scope.filter_map(|name| Some((name.to_owned(), self.get(name)?)));
        self.asked(&asked.userinfo, &asked.userinfo_values).chain(by_scope).collect()
    }

    /// The ID token holds only what `claims` asked for there.
    pub fn id_token(&self, asked: &ClaimsRequest) -> BTreeMap<String, Value> {
        self.asked(&asked.id_token, &asked.id_token_values).collect()
    }

    /// Essential or not, what is not known is left out, and so is what has another value than was asked for
    /// (OpenID Connect Core §5.5.1): a request never fails by it.
    fn asked<'a>(
        &'a self,
        names: &'a BTreeSet<String>,
        values: &'a BTreeMap<String, Vec<Value>>,
    ) -> impl Iterator<Item = (String, Value)> + 'a {
        names.iter().filter_map(|name| {
            let value = self.get(name)?;
            values.get(name).is_none_or(|wanted| wanted.contains(&value)).then(|| (name.clone(), value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    #[test]
    fn scopes_open_their_own_claims_and_no_others() {
        let account = samples::account();
        let known = KnownClaims { account: &account, email: Some("a@example.com"), two_factor_enabled: false };
        let names: Vec<String> =
            known.userinfo(&Scope::parse("openid email"), &ClaimsRequest::default()).into_keys().collect();
        assert_eq!(names, ["email", "email_verified"]);
        let all = known.userinfo(&Scope::parse("openid profile account"), &ClaimsRequest::default());
        assert_eq!(all.get("two_factor_enabled"), Some(&Value::from(false)));
        assert!(!all.contains_key("nickname"), "an unknown claim is left out");
    }

    #[test]
    fn the_claims_parameter_is_read_and_what_is_unknown_ignored() {
        let asked = ClaimsRequest::parse(
            r#"{"userinfo":{"name":{"essential":true},"shoe_size":null},"id_token":{"auth_time":null,
                "acr":{"essential":true,"values":["urn:idp:acr:auth-key","9"]}},"x":1}"#,
        )
        .unwrap();
        assert!(asked.userinfo.contains("name") && asked.userinfo.len() == 1);
        assert_eq!(asked.acr, Some((vec![Acr::AuthKey], true)));
        assert!(asked.auth_time);
    }

    #[test]
    fn a_claims_parameter_of_the_wrong_shape_is_refused() {
        for text in [
            "",
            "[]",
            "1",
            r#"{"userinfo":[]}"#,
            r#"{"id_token":{"acr":7}}"#,
            r#"{"id_token":{"acr":{"values":3}}}"#,
            r#"{"id_token":{"sub":{"value":1}}}"#,
            r#"{"id_token":{"sub":{"values":["a","b"]}}}"#,
            r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
            r#"{"userinfo":{"name":null},"userinfo":{}}"#,
            r#"{"userinfo":{"name":null,"name":{"essential":true}}}"#,
            r#"{"userinfo":{"name":{"essential":true,"essential":false}}}"#,
            r#"{"userinfo":{"name":{"essential":"true"}}}"#,
            r#"{"userinfo":{"name":{"value":"a","values":["a"]}}}"#,
            r#"{"userinfo":{"name":{"values":[]}}}"#,
            r#"{"userinfo":{"name":true}}"#,
            r#"{"userinfo":{"name":null}} {}"#,
        ] {
            assert!(ClaimsRequest::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_long_or_deep_claims_parameter_is_refused() {
        let value = |value: &str| format!(r#"{{"userinfo":{{"address":{{"value":{value}}}}}}}"#);
        assert!(ClaimsRequest::parse(&value(r#"{"country":"JP"}"#)).is_ok());
        assert!(ClaimsRequest::parse(&value(&format!("{}{}", "[".repeat(14), "]".repeat(14)))).is_err());
        assert!(ClaimsRequest::parse(&value(&format!("\"{}\"", "a".repeat(4096)))).is_err());
    }

    #[test]
    fn a_claim_asked_for_with_a_value_is_given_with_that_value_only() {
        let account = samples::account();
        let known = KnownClaims { account: &account, email: Some("a@example.com"), two_factor_enabled: true };
        let given = |text: &str| known.id_token(&ClaimsRequest::parse(text).unwrap()).into_keys().collect::<Vec<_>>();
        assert_eq!(given(r#"{"id_token":{"email":{"essential":true,"value":"a@example.com"}}}"#), ["email"]);
        assert_eq!(given(r#"{"id_token":{"email":{"values":["b@example.com","a@example.com"]}}}"#), ["email"]);
        assert!(given(r#"{"id_token":{"email":{"essential":true,"value":"b@example.com"}}}"#).is_empty());
        assert_eq!(given(r#"{"id_token":{"two_factor_enabled":{"value":true}}}"#), ["two_factor_enabled"]);
        let asked = ClaimsRequest::parse(r#"{"userinfo":{"email":{"value":"b@example.com"}}}"#).unwrap();
        assert!(known.userinfo(&Scope::parse("openid email"), &asked).contains_key("email"), "its scope gives it");
        assert!(known.userinfo(&Scope::parse("openid"), &asked).is_empty());
    }

    #[test]
    fn sub_with_a_value_in_either_place_names_the_person() {
        for place in ["id_token", "userinfo"] {
            let asked = |claim: &str| ClaimsRequest::parse(&format!(r#"{{"{place}":{{"sub":{claim}}}}}"#)).unwrap();
            assert_eq!(asked(r#"{"value":"them"}"#).subject.as_deref(), Some("them"));
            assert_eq!(asked(r#"{"values":["them"]}"#).subject.as_deref(), Some("them"));
            assert_eq!(asked(r#"{"essential":true}"#).subject, None);
        }
    }

    #[test]
    fn single_claims_open_nothing_that_the_client_s_scopes_do_not() {
        let asked = ClaimsRequest::parse(r#"{"userinfo":{"name":null,"student_number":null}}"#).unwrap();
        let within = asked.within(&Scope::parse("openid profile"));
        assert_eq!(within.userinfo.into_iter().collect::<Vec<_>>(), ["name"]);
    }
}
