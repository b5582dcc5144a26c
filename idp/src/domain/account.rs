//! A student as this provider knows them: keyed by tenant, upstream and the upstream's subject, never by e-mail or number alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    authenticator::Authenticator,
    clock::Timestamp,
    ids::{AccountId, Subject, TenantId, UpstreamId},
    language::Language,
    secret::Sealed,
};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub tenant: TenantId,
    pub upstream: UpstreamId,
    /// The upstream's own unchanging name for this person (SR-71).
    pub upstream_subject: String,
    pub subject: Subject,
    /// What the student types at the university; shown masked.
    pub user_id: String,
    /// As the university said at the last login; a description, never a right.
    pub attributes: Attributes,
    pub email: Option<RegisteredEmail>,
    pub second_password: Option<SecondPasswordHash>,
    /// The student's authenticator app, once a code of it has confirmed it.
    pub authenticator: Option<Authenticator>,
    /// The student's own switch.
    pub two_factor: bool,
    /// The language of the last finished login, for mails outside a visit.
    pub language: Option<Language>,
    pub status: AccountStatus,
    /// Raised when a credential or the address changes: voids open links (SR-38).
    pub credential_version: i64,
    /// Raised at each save; a stale save is refused.
    pub version: i64,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    Active,
    /// By the operator.
    Suspended,
    /// The university's roster says that enrolment has ended.
    Ended,
}

/// The one confirmed address of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredEmail {
    pub address: Sealed,
    /// Keyed HMAC of the canonical address, for equality search.
    pub index: String,
    /// When an address was first registered (after none); a change of address leaves it.
    pub registered_at: Timestamp,
    /// When this very address was confirmed.
    pub confirmed_at: Timestamp,
    /// A mail to it came back.
    pub undeliverable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondPasswordHash {
    /// PHC string with the pepper's key id.
    pub hash: String,
    /// When one was first set (after none); a change leaves it.
    pub set_at: Timestamp,
    /// When this very password was set, changed or reset.
    pub changed_at: Timestamp,
}

/// Claims about a person, by our own names; values are texts, numbers, booleans, lists of texts, or the `address` object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(pub BTreeMap<String, Value>);

impl Attributes {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// All values of an attribute that may have several.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// What an upstream says of a person, mapped and cleaned.
#[derive(Clone, Debug)]
pub struct Identity {
    pub subject: String,
    pub user_id: String,
    pub attributes: Attributes,
    /// When the person signed in there, if the upstream said so.
    pub auth_time: Option<Timestamp>,
}

/// A person of a `directory` upstream: an account that is kept here.
#[derive(Clone, Debug)]
pub struct DirectoryAccount {
    pub tenant: TenantId,
    pub upstream: UpstreamId,
    pub user_id: String,
    pub subject: String,
    pub password_hash: String,
    pub attributes: Attributes,
}

/// A user ID as pages show it: `12••••78` (journeys 1.3, 9).
pub fn masked_user_id(user_id: &str) -> String {
    let characters: Vec<char> = user_id.chars().collect();
    let shown = match characters.len() {
        0..=3 => 0,
        4..=5 => 1,
        _ => 2,
    };
    let head: String = characters.iter().take(shown).collect();
    let tail: String = characters.iter().skip(characters.len().saturating_sub(shown)).collect();
    format!("{head}••••{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_user_id_shows_its_ends_only() {
        assert_eq!(masked_user_id("12345678"), "12••••78");
        assert_eq!(masked_user_id("1234"), "1••••4");
        assert_eq!(masked_user_id("abc"), "••••");
    }
}
