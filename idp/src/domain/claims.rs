//! Claims: what each scope lets a client see, and what the `claims` parameter asks for (OpenID Connect Core §5.4, §5.5).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{account::Account, acr::Acr, scope::Scope};

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
    /// `id_token.acr`: its values in order, and whether it is essential.
    #[serde(skip)]
    pub acr: Option<(Vec<Acr>, bool)>,
    /// `id_token.sub.value`: the login must be this person's.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `id_token.auth_time` was asked for.
    #[serde(rename = "t", default, skip_serializing_if = "std::ops::Not::not")]
    pub auth_time: bool,
}

impl ClaimsRequest {
    /// OpenID Connect Core §5.5: unknown members and claims are ignored, a wrong shape is an error.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_str(text).map_err(|_| "claims is not JSON")?;
        let Value::Object(members) = value else { return Err("claims is not a JSON object") };
        let mut request = Self::default();
        if let Some(userinfo) = section(&members, "userinfo")? {
            request.userinfo = known(userinfo);
        }
        if let Some(id_token) = section(&members, "id_token")? {
            request.id_token = known(id_token);
            request.auth_time = id_token.contains_key("auth_time");
            request.subject = match id_token.get("sub").and_then(|sub| sub.get("value")) {
                None => None,
                Some(Value::String(subject)) => Some(subject.clone()),
                Some(_) => return Err("claims.id_token.sub.value is not a string"),
            };
            request.acr = id_token.get("acr").map(acr).transpose()?;
        }
        Ok(request)
    }
}

fn section<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a Map<String, Value>>, &'static str> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(claims)) if claims.values().all(|claim| claim.is_null() || claim.is_object()) => {
            Ok(Some(claims))
        }
        Some(_) => Err("a member of claims is not an object of claims"),
    }
}

fn known(claims: &Map<String, Value>) -> BTreeSet<String> {
    let supported: BTreeSet<&str> = supported().collect();
    claims.keys().filter(|name| supported.contains(name.as_str())).cloned().collect()
}

fn acr(claim: &Value) -> Result<(Vec<Acr>, bool), &'static str> {
    let essential = claim.get("essential").and_then(Value::as_bool).unwrap_or(false);
    let values = match (claim.get("value"), claim.get("values")) {
        (Some(Value::String(value)), None) => vec![value.as_str()],
        (None, Some(Value::Array(values))) => values.iter().filter_map(Value::as_str).collect(),
        (None, None) => return Ok((Vec::new(), false)),
        _ => return Err("claims.id_token.acr has no usable value or values"),
    };
    Ok((values.into_iter().filter_map(Acr::from_urn).collect(), essential))
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
        by_scope
            .chain(asked.userinfo.iter().map(String::as_str))
            .filter_map(|name| Some((name.to_owned(), self.get(name)?)))
            .collect()
    }

    /// The ID token holds only what `claims` asked for there.
    pub fn id_token(&self, asked: &ClaimsRequest) -> BTreeMap<String, Value> {
        asked.id_token.iter().filter_map(|name| Some((name.clone(), self.get(name)?))).collect()
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
        ] {
            assert!(ClaimsRequest::parse(text).is_err(), "{text}");
        }
    }
}
