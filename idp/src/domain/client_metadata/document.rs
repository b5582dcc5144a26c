//! Metadata as the JSON of a registration request or answer (RFC 7591 §3.1, §3.2.1).

use serde_json::{Map, Value};

use crate::domain::{client::GrantType, language::Language, signing_key::SigningAlgorithm};

use super::{
    metadata::{ApplicationType, AuthMethod, ClientMetadata, ResponseType, SubjectKind},
    problem::Problems,
};

/// What is kept of one client at most, as JSON.
pub const MOST_BYTES: usize = 16 * 1024;
const LONGEST_TEXT: usize = 2000;
const LONGEST_LIST: usize = 50;

macro_rules! members {
    ($($name:literal => $($path:ident).+),* $(,)?) => {
        /// Reads what is known here; other members are ignored (RFC 7591 §2), null is as good as nothing.
        pub fn from_json(json: &Map<String, Value>, problems: &mut Problems) -> ClientMetadata {
            let mut metadata = ClientMetadata::default();
            let mut members = Members { json, problems };
            $(metadata.$($path).+ = Member::read(&mut members, $name);)*
            members.names(&mut metadata);
            members.refuse_encryption();
            metadata
        }

        /// What was said, in the order of the specifications.
        pub fn to_json(metadata: &ClientMetadata) -> Map<String, Value> {
            let mut json = Map::new();
            let mut put = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    json.insert(name.to_owned(), value);
                }
            };
            $(put($name, metadata.$($path).+.write());)*
            for (language, name) in &metadata.client_names {
                put(&format!("client_name#{language}"), Some(name.as_str().into()));
            }
            json
        }
    };
}

members! {
    // RFC 7591 §2
    "redirect_uris" => redirect_uris,
    "token_endpoint_auth_method" => token_endpoint_auth_method,
    "grant_types" => grant_types,
    "response_types" => response_types,
    "client_name" => client_name,
    "client_uri" => client_uri,
    "logo_uri" => logo_uri,
    "scope" => scope,
    "contacts" => contacts,
    "tos_uri" => tos_uri,
    "policy_uri" => policy_uri,
    "jwks_uri" => jwks_uri,
    "jwks" => jwks,
    "software_id" => software_id,
    "software_version" => software_version,
    // OpenID Connect Registration §2
    "application_type" => application_type,
    "sector_identifier_uri" => sector_identifier_uri,
    "subject_type" => subject_type,
    "id_token_signed_response_alg" => id_token_signed_response_alg,
    "userinfo_signed_response_alg" => userinfo_signed_response_alg,
    "request_object_signing_alg" => request_object_signing_alg,
    "token_endpoint_auth_signing_alg" => token_endpoint_auth_signing_alg,
    "default_max_age" => default_max_age,
    "require_auth_time" => require_auth_time,
    "default_acr_values" => default_acr_values,
    "initiate_login_uri" => initiate_login_uri,
    // OpenID Connect RP-Initiated Logout §3.1, Back-Channel Logout §2.2, Front-Channel Logout §2
    "post_logout_redirect_uris" => post_logout_redirect_uris,
    "backchannel_logout_uri" => backchannel_logout_uri,
    "backchannel_logout_session_required" => backchannel_logout_session_required,
    "frontchannel_logout_uri" => frontchannel_logout_uri,
    "frontchannel_logout_session_required" => frontchannel_logout_session_required,
    // RFC 8705 §2.1.2, §3.4
    "tls_client_auth_subject_dn" => tls_client_auth.subject_dn,
    "tls_client_auth_san_dns" => tls_client_auth.san_dns,
    "tls_client_auth_san_uri" => tls_client_auth.san_uri,
    "tls_client_auth_san_ip" => tls_client_auth.san_ip,
    "tls_client_auth_san_email" => tls_client_auth.san_email,
    "tls_client_certificate_bound_access_tokens" => tls_client_certificate_bound_access_tokens,
    // RFC 9101 §10.5, RFC 9126 §6, RFC 9449 §5.2, JARM §3, RFC 9701 §6
    "require_signed_request_object" => require_signed_request_object,
    "require_pushed_authorization_requests" => require_pushed_authorization_requests,
    "dpop_bound_access_tokens" => dpop_bound_access_tokens,
    "authorization_signed_response_alg" => authorization_signed_response_alg,
    "introspection_signed_response_alg" => introspection_signed_response_alg,
}

struct Members<'a> {
    json: &'a Map<String, Value>,
    problems: &'a mut Problems,
}

impl<'a> Members<'a> {
    fn value(&self, name: &str) -> Option<&'a Value> {
        self.json.get(name).filter(|value| !value.is_null())
    }

    fn wrong(&mut self, name: &'static str, expected: &str) {
        self.problems.error(name, format!("{name} must be {expected}"));
    }

    fn one_of<W: Word>(&mut self, (name, index): (&'static str, Option<usize>), value: &Value) -> Option<W> {
        let text = value.as_str().unwrap_or_default();
        let word = W::from_name(text);
        if word.is_none() {
            self.problems.unknown((name, index), text, ("is not spoken", W::names()));
        }
        word
    }

    /// RFC 7591 §2.2; a name in a language that no page is in is ignored.
    fn names(&mut self, metadata: &mut ClientMetadata) {
        for (member, value) in self.json {
            let Some(language) = member.strip_prefix("client_name#").and_then(Language::from_tag) else { continue };
            match value {
                Value::String(name) => {
                    metadata.client_names.insert(language, name.clone());
                }
                Value::Null => {}
                _ => self.wrong("client_name", "a text"),
            }
        }
    }

    /// Whoever wants an encrypted answer must not be sent a plain one.
    fn refuse_encryption(&mut self) {
        let encrypts = |name: &str| {
            name.ends_with("_encrypted_response_alg")
                || name.ends_with("_encrypted_response_enc")
                || name.starts_with("request_object_encryption_")
        };
        if self.json.iter().any(|(name, value)| encrypts(name) && !value.is_null()) {
            self.problems.error("encryption", "encrypted tokens and answers are not spoken");
        }
    }
}

/// SR-57: no text has a use for control characters, and some who read it later do.
fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_TEXT && !text.contains(char::is_control)
}

/// A value with a closed list of names.
trait Word: Copy {
    fn names() -> Vec<&'static str>;
    fn name(self) -> &'static str;
    fn from_name(name: &str) -> Option<Self>;
}

macro_rules! words {
    ($($kind:ident: $names:expr),* $(,)?) => {
        $(impl Word for $kind {
            fn names() -> Vec<&'static str> {
                $names
            }

            fn name(self) -> &'static str {
                $kind::name(self)
            }

            fn from_name(name: &str) -> Option<Self> {
                $kind::from_name(name)
            }
        })*
    };
}

words! {
    GrantType: GrantType::ALL.map(GrantType::name).to_vec(),
    SigningAlgorithm: SigningAlgorithm::ALL.map(SigningAlgorithm::name).to_vec(),
    ResponseType: ResponseType::NAMES.to_vec(),
    AuthMethod: AuthMethod::NAMES.to_vec(),
    SubjectKind: SubjectKind::NAMES.to_vec(),
    ApplicationType: ApplicationType::NAMES.to_vec(),
}

/// How a kind of value stands in JSON.
trait Member: Sized {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self;
    fn write(&self) -> Option<Value>;
}

impl Member for Option<String> {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self {
        match members.value(name)? {
            Value::String(text) if is_plain(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            _ => {
                members.wrong(name, &format!("a text of at most {LONGEST_TEXT} bytes without control characters"));
                None
            }
        }
    }

    fn write(&self) -> Option<Value> {
        self.as_deref().map(Value::from)
    }
}

impl Member for Vec<String> {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self {
        let Some(value) = members.value(name) else { return Self::new() };
        let text = |item: &Value| item.as_str().filter(|text| is_plain(text)).map(str::to_owned);
        let list = value.as_array().filter(|list| list.len() <= LONGEST_LIST);
        let texts = list.and_then(|list| list.iter().map(text).collect::<Option<Self>>());
        texts.unwrap_or_else(|| {
            members.wrong(name, &format!("a list of at most {LONGEST_LIST} texts"));
            Self::new()
        })
    }

    fn write(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.clone().into())
    }
}

impl Member for Option<bool> {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self {
        let value = members.value(name)?;
        if !value.is_boolean() {
            members.wrong(name, "true or false");
        }
        value.as_bool()
    }

    fn write(&self) -> Option<Value> {
        self.map(Value::from)
    }
}

impl Member for Option<i64> {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self {
        let value = members.value(name)?;
        if !value.is_i64() {
            members.wrong(name, "a whole number");
        }
        value.as_i64()
    }

    fn write(&self) -> Option<Value> {
        self.map(Value::from)
    }
}

impl Member for Option<Value> {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self {
        members.value(name).cloned()
    }

    fn write(&self) -> Option<Value> {
        self.clone()
    }
}

impl<W: Word> Member for Option<W> {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self {
        let value = members.value(name)?;
        members.one_of((name, None), value)
    }

    fn write(&self) -> Option<Value> {
        self.map(|word| word.name().into())
    }
}

impl<W: Word> Member for Option<Vec<W>> {
    fn read(members: &mut Members<'_>, name: &'static str) -> Self {
        let value = members.value(name)?;
        let Some(list) = value.as_array().filter(|list| list.len() <= LONGEST_LIST) else {
            members.wrong(name, "a list");
            return None;
        };
        Some(list.iter().enumerate().filter_map(|(i, item)| members.one_of((name, Some(i)), item)).collect())
    }

    fn write(&self) -> Option<Value> {
        let words = self.as_ref()?;
        Some(words.iter().map(|word| word.name()).collect::<Vec<_>>().into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> (ClientMetadata, Vec<String>) {
        let mut problems = Problems::default();
        let metadata = from_json(value.as_object().unwrap(), &mut problems);
        (metadata, problems.0.iter().map(super::super::Problem::description).collect())
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        let json = json!({
            "redirect_uris": ["https://rp.example/cb"], "client_name": "RP", "client_name#ja": "あ",
            "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": ["code"], "token_endpoint_auth_method": "private_key_jwt",
            "tls_client_auth_san_dns": "rp.example", "jwks": { "keys": [] }, "default_max_age": 60,
            "require_auth_time": false, "id_token_signed_response_alg": "EdDSA", "contacts": ["a@b.example"],
            "application_type": "native", "subject_type": "pairwise",
        });
        let (metadata, problems) = read(&json);
        assert_eq!(problems, [""; 0]);
        assert_eq!(Value::Object(to_json(&metadata)), json);
    }

    #[test]
    fn what_is_unknown_or_null_is_left_aside() {
        let (metadata, problems) =
            read(&json!({ "x": [1], "client_name": null, "client_name#fr": "x", "scope": "", "request_uris": ["x"] }));
        assert_eq!((metadata, problems.len()), (ClientMetadata::default(), 0));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_told_by_its_member() {
        for (json, told) in [
            (json!({ "client_name": 1 }), "client_name must be a text"),
            (json!({ "client_name#ja": 1 }), "client_name must be a text"),
            (json!({ "redirect_uris": "https://rp.example/cb" }), "redirect_uris must be a list"),
            (json!({ "redirect_uris": [1] }), "redirect_uris must be a list"),
            (json!({ "redirect_uris": vec!["https://rp.example/cb"; 51] }), "redirect_uris must be a list"),
            (json!({ "client_uri": "a".repeat(2001) }), "client_uri must be a text of at most 2000 bytes"),
            (json!({ "software_id": "a\u{0}" }), "software_id must be a text"),
            (json!({ "contacts": ["a\nb"] }), "contacts must be a list"),
            (json!({ "require_auth_time": "yes" }), "require_auth_time must be true or false"),
            (json!({ "default_max_age": 1.5 }), "default_max_age must be a whole number"),
            (json!({ "response_types": ["code", "id_token"] }), "response_types[1]: is not spoken; known here: code"),
            (json!({ "response_types": ["code id_token"] }), "response_types[0]: is not spoken"),
            (json!({ "id_token_signed_response_alg": "none" }), "id_token_signed_response_alg: is not spoken"),
            (json!({ "userinfo_signed_response_alg": "HS256" }), "userinfo_signed_response_alg: is not spoken"),
            (json!({ "token_endpoint_auth_method": "client_secret_jwt" }), "token_endpoint_auth_method: is not spoken"),
            (json!({ "grant_types": ["implicit"] }), "grant_types[0]: is not spoken"),
            (json!({ "id_token_encrypted_response_alg": "RSA-OAEP" }), "encrypted tokens"),
            (json!({ "request_object_encryption_enc": "A128GCM" }), "encrypted tokens"),
        ] {
            let (_, problems) = read(&json);
            assert!(problems.len() == 1 && problems[0].starts_with(told), "{json}: {problems:?}");
        }
    }
}
