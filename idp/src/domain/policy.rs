//! A tenant's rules for its logins (contract.md, Settings `[policy]`; ranges in journeys 1.4).

use std::time::Duration;

use super::{clock::Timestamp, limits::Deadlines};

/// Every `[policy]` setting, defaults resolved.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one setting of its own, on or off")]
pub struct Policy {
    pub after_setup: AfterSetup,
    pub two_factor: TwoFactor,
    /// With `user-choice`: how a new account starts.
    pub two_factor_default: bool,
    pub two_factor_confirm_enable: bool,
    /// Whether students may use an authenticator app.
    pub authenticator: AuthenticatorUse,
    pub step_up_age: Duration,
    pub upstream_logout: bool,
    /// Whether clients may register themselves (RFC 7591).
    pub dynamic_registration: bool,
    /// Whether clients may watch the session from a frame (OpenID Connect Session Management).
    pub session_management: bool,
    pub mail_format: MailFormat,
    pub email: EmailPolicy,
    pub second_password: SecondPasswordPolicy,
    pub auth_key: AuthKeyPolicy,
    pub one_time_url: OneTimeUrlPolicy,
    pub session: SessionPolicy,
}

impl Policy {
    pub fn allows_apps(&self) -> bool {
        self.authenticator == AuthenticatorUse::Allowed
    }
}

/// Where a student goes after registering an address or setting the second password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSetup {
    /// Back to the login page, as the manual prints.
    SignInAgain,
    Continue,
}

/// Who decides whether the auth key is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoFactor {
    UserChoice,
    Required,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticatorUse {
    Off,
    Allowed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFormat {
    Text,
    TextAndHtml,
}

#[derive(Clone, Debug)]
pub struct EmailPolicy {
    /// Off for a tenant that only passes the university login on.
    pub enrolment: bool,
    pub allow_domains: Vec<String>,
    pub deny_domains: Vec<String>,
    /// Whether `..` and `.@` pass at the listed carriers.
    pub legacy_carrier_addresses: bool,
    /// Exact domains, or `*.example.jp` for every domain below it.
    pub legacy_carrier_domains: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct SecondPasswordPolicy {
    /// Off for a tenant that only passes the university login on.
    pub required: bool,
    pub min_length: usize,
    pub max_length: usize,
    pub max_attempts: u32,
    pub window: Duration,
    pub lock: Duration,
}

#[derive(Clone, Debug)]
pub struct AuthKeyPolicy {
    pub digits: usize,
    pub lifetime: Duration,
    pub max_attempts: u32,
}

#[derive(Clone, Debug)]
pub struct OneTimeUrlPolicy {
    pub lifetime: Duration,
    pub code_digits: usize,
    pub code_max_attempts: u32,
}

#[derive(Clone, Debug)]
pub struct SessionPolicy {
    pub idle: Duration,
    pub absolute: Duration,
}

impl SessionPolicy {
    /// When a session ends that began and was last used then (SR-4).
    pub fn deadlines(&self, created_at: Timestamp, used_at: Timestamp) -> Deadlines {
        Deadlines { idle: used_at.plus(self.idle), absolute: created_at.plus(self.absolute) }
    }
}
