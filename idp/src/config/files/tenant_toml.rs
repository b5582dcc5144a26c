//! `tenant.toml`: one university.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::PolicyTable;
use crate::config::values::{Length, Located, Moment, Setting, Tag, Text};

/// One university.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "tenant.toml")]
pub struct TenantToml {
    /// Any origin, a path allowed; `http` only on loopback.
    pub issuer: Setting<String>,
    pub name: Setting<Text>,
    pub service_name: Setting<Text>,
    pub theme: Setting<String>,
    pub languages: Setting<Vec<Tag>>,
    pub default_language: Setting<Tag>,
    /// Where `/` and orphaned links lead.
    pub default_client: Setting<String>,
    /// The sender of this tenant's mails.
    pub mail_from: Setting<String>,
    pub contact: ContactTable,
    pub maintenance: Option<Located<MaintenanceTable>>,
    pub policy: PolicyTable,
    pub upstream: Vec<Located<UpstreamTable>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContactTable {
    pub office: Setting<Text>,
    pub phone: Setting<Text>,
    pub hours: Setting<Text>,
    pub url: Setting<Text>,
    pub operator_name: Setting<Text>,
    pub operator_phone: Setting<Text>,
    pub operator_hours: Setting<Text>,
    pub chat_url: Setting<Text>,
    pub graduates_url: Setting<Text>,
    pub university_password_url: Setting<Text>,
}

/// A planned closure; RFC 3339.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MaintenanceTable {
    pub from: Setting<Moment>,
    pub until: Setting<Moment>,
    pub announce_from: Setting<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UpstreamKindName {
    Oidc,
    Ldap,
    Directory,
}

impl UpstreamKindName {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Ldap => "ldap",
            Self::Directory => "directory",
        }
    }
}

/// Where the first factor is proven.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpstreamTable {
    pub id: Setting<String>,
    pub kind: Setting<UpstreamKindName>,
    pub name: Setting<Text>,
    pub enabled: Setting<bool>,
    /// Ours = theirs.
    pub attributes: BTreeMap<String, Located<String>>,
    /// One entry is enough; within an entry all must hold; no entry = everyone.
    pub eligible: Vec<Located<BTreeMap<String, Located<ConditionTable>>>>,
    /// `oidc`
    pub issuer: Setting<String>,
    /// `oidc`
    pub client_id: Setting<String>,
    /// `oidc`
    pub client_secret_file: Setting<String>,
    /// Never here: it belongs into a file of its own.
    #[schemars(skip)]
    pub client_secret: Setting<String>,
    /// `oidc`
    pub scope: Setting<String>,
    /// `oidc`
    pub force_reauthentication: Setting<bool>,
    /// `ldap`: `ldaps://host`, or `ldap://host`, which means StartTLS.
    pub url: Setting<String>,
    /// `ldap`: who may search.
    pub bind_dn: Setting<String>,
    /// `ldap`
    pub bind_password_file: Setting<String>,
    /// Never here: it belongs into a file of its own.
    #[schemars(skip)]
    pub bind_password: Setting<String>,
    /// `ldap`
    pub base_dn: Setting<String>,
    /// `ldap`: with `{username}` once.
    pub filter: Setting<String>,
    /// `ldap`
    pub stable_id: Setting<String>,
    /// `ldap`: PEM of an authority of the university's own.
    pub ca_file: Setting<String>,
    /// `ldap`, `directory`
    pub max_attempts: Setting<i64>,
    /// `ldap`, `directory`
    pub window: Setting<Length>,
}

/// What an attribute must be like; several conditions must all hold.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConditionTable {
    /// One of its values is exactly this.
    pub contains: Option<String>,
    /// It has exactly this one value.
    pub equals: Option<String>,
    /// One of its values is one of these.
    pub one_of: Option<Vec<String>>,
    /// One of its values matches this pattern from end to end.
    pub matches: Option<String>,
}
