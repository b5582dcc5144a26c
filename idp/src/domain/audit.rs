//! The audit trail's events: stored names are only ever added to (contract.md, Audit events).

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

use super::{
    clock::Timestamp,
    ids::{AccountId, ClientId, LoginId, TenantId},
};

macro_rules! events {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Event { $($name),* }

        impl Event {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

events! {
    UniversityProven = "login.university_proven",
    NotEligible = "login.not_eligible",
    LoginCompleted = "login.completed",
    RequestRejected = "request.rejected",
    UpstreamFailed = "upstream.failed",
    EmailRequested = "email.requested",
    EmailRegistered = "email.registered",
    EmailChangeRequested = "email.change_requested",
    EmailChanged = "email.changed",
    EmailCleared = "email.cleared",
    EmailUndeliverable = "email.undeliverable",
    SecondPasswordSet = "second_password.set",
    SecondPasswordProven = "second_password.proven",
    SecondPasswordFailed = "second_password.failed",
    SecondPasswordLocked = "second_password.locked",
    SecondPasswordChanged = "second_password.changed",
    SecondPasswordResetRequested = "second_password.reset_requested",
    SecondPasswordReset = "second_password.reset",
    SecondPasswordCleared = "second_password.cleared",
    AuthKeySent = "auth_key.sent",
    AuthKeyReissued = "auth_key.reissued",
    AuthKeyProven = "auth_key.proven",
    AuthKeyFailed = "auth_key.failed",
    AuthKeyInvalidated = "auth_key.invalidated",
    AuthKeyLocked = "auth_key.locked",
    AuthenticatorEnrolled = "authenticator.enrolled",
    AuthenticatorRemoved = "authenticator.removed",
    AuthenticatorProven = "authenticator.proven",
    AuthenticatorFailed = "authenticator.failed",
    TwoFactorEnabled = "two_factor.enabled",
    TwoFactorDisabled = "two_factor.disabled",
    SessionEnded = "session.ended",
    Logout = "logout",
    AccountCreated = "account.created",
    AccountSuspended = "account.suspended",
    AccountEnded = "account.ended",
    AccountUnlocked = "account.unlocked",
    AccountErased = "account.erased",
    AccountMoved = "account.moved",
    CodeReused = "grant.code_reused",
    RefreshReused = "grant.refresh_reused",
    GrantRevoked = "grant.revoked",
    ConsentGiven = "consent.given",
    ConsentDenied = "consent.denied",
    ConsentRevoked = "consent.revoked",
    ClientAuthenticationFailed = "client.authentication_failed",
    ClientRegistered = "client.registered",
    KeyCreated = "key.created",
    KeyActivated = "key.activated",
    KeyRetired = "key.retired",
    ConfigLoaded = "config.loaded",
    AdminChanged = "admin.changed",
}

/// One row of the trail: no name, no address, no secret.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    pub at: Timestamp,
    pub event: Event,
    pub tenant: TenantId,
    /// The support code that leads here.
    pub login: Option<LoginId>,
    pub account: Option<AccountId>,
    pub client: Option<ClientId>,
    /// /24 or /48 of where it came from, never the whole address.
    pub address_prefix: Option<String>,
    /// Small and harmless: reasons, counts, ids.
    pub detail: Map<String, Value>,
}

impl AuditEvent {
    pub fn new(at: Timestamp, event: Event, tenant: TenantId) -> Self {
        Self { at, event, tenant, login: None, account: None, client: None, address_prefix: None, detail: Map::new() }
    }

    #[must_use]
    pub fn of_login(mut self, login: &LoginId) -> Self {
        self.login = Some(login.clone());
        self
    }

    #[must_use]
    pub fn of_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    #[must_use]
    pub fn of_client<'a>(mut self, client: impl Into<Option<&'a ClientId>>) -> Self {
        self.client = client.into().cloned();
        self
    }

    #[must_use]
    pub fn from(mut self, address_prefix: Option<&str>) -> Self {
        self.address_prefix = address_prefix.map(str::to_owned);
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// What the audit may keep of an address: its /24 or /48.
pub fn address_prefix(address: IpAddr) -> String {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, bits).map_or_else(|_| String::new(), |net| net.trunc().to_string())
}

/// A row of the trail as it is stored, with its link of the chain once it is sealed.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// In the order of arrival.
    pub id: i64,
    pub event: String,
    pub entry: AuditEntry,
    pub seal: Option<Seal>,
}

/// The stored fields, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    pub tenant: String,
    pub login: Option<String>,
    pub account: Option<String>,
    pub client: Option<String>,
    pub address_prefix: Option<String>,
    pub detail: String,
}

/// One link: a consecutive number and the HMAC over the former link and the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    pub number: i64,
    pub mac: String,
}

impl AuditRow {
    /// The bytes a link covers: every field with its length before it, so that no two rows read alike.
    pub fn covered(&self) -> Vec<u8> {
        let entry = &self.entry;
        let numbers = [self.id.to_string(), entry.at.as_millis().to_string()];
        let fields = [
            Some(numbers[0].as_str()),
            Some(numbers[1].as_str()),
            Some(self.event.as_str()),
            Some(entry.tenant.as_str()),
            entry.login.as_deref(),
            entry.account.as_deref(),
            entry.client.as_deref(),
            entry.address_prefix.as_deref(),
            Some(entry.detail.as_str()),
        ];
        let mut bytes = Vec::with_capacity(256);
        for field in fields {
            match field {
                Some(text) => bytes.extend_from_slice(format!("{}:{text};", text.len()).as_bytes()),
                None => bytes.extend_from_slice(b"-;"),
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_events_share_a_name() {
        let mut names: Vec<_> = Event::ALL.iter().map(|event| event.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Event::ALL.len());
    }

    #[test]
    fn moving_a_character_between_fields_changes_what_is_covered() {
        let entry = |tenant: &str, login: &str| AuditEntry {
            at: Timestamp::from_millis(1),
            tenant: tenant.into(),
            login: Some(login.into()),
            account: None,
            client: None,
            address_prefix: None,
            detail: "{}".into(),
        };
        let row = |entry| AuditRow { id: 1, event: "logout".into(), entry, seal: None }.covered();
        assert_ne!(row(entry("ab", "c")), row(entry("a", "bc")));
    }

    #[test]
    fn the_audit_keeps_a_prefix_only() {
        assert_eq!(address_prefix("198.51.100.77".parse().unwrap()), "198.51.100.0/24");
        assert_eq!(address_prefix("::ffff:198.51.100.77".parse().unwrap()), "198.51.100.0/24");
        assert_eq!(address_prefix("2001:db8:aaaa:bbbb::1".parse().unwrap()), "2001:db8:aaaa::/48");
    }
}
