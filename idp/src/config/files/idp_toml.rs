//! `idp.toml`: the server and the defaults of every tenant. What each key means stands in `config/idp.toml`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::PolicyTable;
use crate::config::values::{Length, Located, Setting};

/// The server, and `[policy]`: the defaults of every tenant.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "idp.toml")]
pub struct IdpToml {
    pub server: ServerTable,
    pub database: DatabaseTable,
    pub mail: MailTable,
    pub secrets: SecretsTable,
    pub paths: PathsTable,
    pub telemetry: TelemetryTable,
    pub retention: RetentionTable,
    pub limits: LimitsTable,
    pub policy: PolicyTable,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerTable {
    /// Address and port of the public listener; plain HTTP.
    pub listen: Setting<String>,
    /// Address and port of the admin listener.
    pub admin_listen: Setting<String>,
    /// The console's outside address.
    pub admin_url: Setting<String>,
    /// Addresses or networks whose forwarding headers are believed.
    pub trusted_proxies: Vec<Located<String>>,
    /// In which a trusted proxy passes on the certificate of a client (RFC 8705).
    pub client_certificate_header: Setting<String>,
    /// Private networks that outgoing calls may reach.
    pub outbound_allow: Vec<Located<String>>,
    /// PEM file of authorities that outgoing calls trust besides the system's.
    pub outbound_ca_file: Setting<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseTable {
    /// `sqlite://…` or `postgres://…`.
    pub url: Setting<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MailTable {
    /// `smtp://` or `smtps://`, without the password.
    pub smtp_url: Setting<String>,
    /// Only from the environment, as `IDP__MAIL__SMTP_PASSWORD`.
    #[schemars(skip)]
    pub smtp_password: Setting<String>,
    pub smtp_password_file: Setting<String>,
    /// The sender where a tenant names none.
    pub from: Setting<String>,
    /// Where refused mails go back to.
    pub bounce_address: Setting<String>,
    /// The maildir that they arrive in.
    pub bounce_maildir: Setting<String>,
    /// The key of a relay that reports deliveries.
    pub report_key_file: Setting<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsTable {
    pub master_key_file: Setting<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PathsTable {
    /// The folder of the tenants' folders.
    pub tenants: Setting<String>,
    /// The folder of themes other than the built-in ones.
    pub themes: Setting<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormatName {
    Text,
    Json,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryTable {
    pub log_format: Setting<LogFormatName>,
    /// `error`, `warn`, `info`, `debug`, `trace`, or one per part: `info,idp=debug`.
    pub log_level: Setting<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionTable {
    pub audit: Setting<Length>,
    pub logins: Setting<Length>,
    pub unused_accounts: Setting<Length>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsTable {
    pub connections: Setting<i64>,
    pub connections_per_address: Setting<i64>,
    pub anonymous_audit_per_minute: Setting<i64>,
    pub pushed_requests_per_minute: Setting<i64>,
    pub login: LoginLimitsTable,
    pub one_time_url: OneTimeUrlLimitsTable,
    pub reset: ResetLimitsTable,
    pub auth_key: AuthKeyLimitsTable,
    pub second_password: SecondPasswordLimitsTable,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LoginLimitsTable {
    /// Since the last press.
    pub idle: Setting<Length>,
    pub absolute: Setting<Length>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OneTimeUrlLimitsTable {
    pub resend_cooldown: Setting<Length>,
    pub max_per_account_hour: Setting<i64>,
    pub max_per_account_day: Setting<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResetLimitsTable {
    pub max_per_address_hour: Setting<i64>,
    pub max_per_source_hour: Setting<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthKeyLimitsTable {
    /// Within one login.
    pub reissue_cooldown: Setting<Length>,
    pub max_per_login: Setting<i64>,
    pub max_per_account_hour: Setting<i64>,
    pub max_per_account_day: Setting<i64>,
    pub max_wrong_in_a_row: Setting<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecondPasswordLimitsTable {
    pub max_wrong_in_a_row: Setting<i64>,
    pub argon2_memory_kib: Setting<i64>,
    pub argon2_iterations: Setting<i64>,
}
