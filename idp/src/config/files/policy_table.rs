//! `[policy]`: the same table in `idp.toml` and in a tenant's file, where it overrides key by key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Length, Located, Setting};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyTable {
    pub after_setup: Setting<AfterSetupName>,
    pub two_factor: Setting<TwoFactorName>,
    /// With `user-choice`: how a new account starts.
    pub two_factor_default: Setting<OnOff>,
    /// A key must be entered before the setting turns on.
    pub two_factor_confirm_enable: Setting<bool>,
    /// Whether students may use an authenticator app.
    pub authenticator: Setting<AuthenticatorName>,
    pub step_up_age: Setting<Length>,
    pub upstream_logout: Setting<bool>,
    /// Whether clients may register themselves (RFC 7591), with an initial access token.
    pub dynamic_registration: Setting<bool>,
    /// Whether clients may watch the session from a frame (OpenID Connect Session Management).
    pub session_management: Setting<bool>,
    pub mail_format: Setting<MailFormatName>,
    pub email: EmailPolicyTable,
    pub second_password: SecondPasswordPolicyTable,
    pub auth_key: AuthKeyPolicyTable,
    pub one_time_url: OneTimeUrlPolicyTable,
    pub session: SessionPolicyTable,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AfterSetupName {
    SignInAgain,
    Continue,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TwoFactorName {
    UserChoice,
    Required,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnOff {
    Off,
    On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuthenticatorName {
    Off,
    Allowed,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailFormatName {
    Text,
    TextAndHtml,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Enrolment {
    Free,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CarrierAddresses {
    Allow,
    Refuse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecondPasswordUse {
    Required,
    Off,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EmailPolicyTable {
    pub enrolment: Setting<Enrolment>,
    pub allow_domains: Vec<Located<String>>,
    pub deny_domains: Vec<Located<String>>,
    pub legacy_carrier_addresses: Setting<CarrierAddresses>,
    pub legacy_carrier_domains: Vec<Located<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecondPasswordPolicyTable {
    #[serde(rename = "use")]
    pub usage: Setting<SecondPasswordUse>,
    pub min_length: Setting<i64>,
    pub max_length: Setting<i64>,
    pub max_attempts: Setting<i64>,
    pub window: Setting<Length>,
    pub lock: Setting<Length>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthKeyPolicyTable {
    pub digits: Setting<i64>,
    pub lifetime: Setting<Length>,
    pub max_attempts: Setting<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OneTimeUrlPolicyTable {
    pub lifetime: Setting<Length>,
    pub code_digits: Setting<i64>,
    pub code_max_attempts: Setting<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionPolicyTable {
    pub idle: Setting<Length>,
    pub absolute: Setting<Length>,
}
