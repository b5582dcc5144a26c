//! The whole configuration as the rest of the house sees it: checked, defaults resolved.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http::HeaderName;
use ipnet::IpNet;
use url::Url;

use super::finding::Findings;
use crate::domain::{limits::Limits, secret::Secret, tenant::Tenant};

#[derive(Clone, Debug)]
pub struct Configuration {
    pub server: ServerSettings,
    /// `sqlite://…` with the path made relative to the working directory, or `postgres://…`.
    pub database_url: Secret,
    pub mail: MailSettings,
    /// May not exist yet.
    pub master_key_file: PathBuf,
    /// Where themes other than the built-in ones lie.
    pub themes: Option<PathBuf>,
    pub telemetry: TelemetrySettings,
    pub retention: RetentionSettings,
    pub limits: Limits,
    /// By id.
    pub tenants: Vec<Arc<Tenant>>,
    /// Weak choices; they stop nothing.
    pub warnings: Findings,
    pub(super) samples: Findings,
}

/// Listeners and what they trust (`[server]`).
#[derive(Clone, Debug)]
pub struct ServerSettings {
    pub listen: SocketAddr,
    pub admin_listen: SocketAddr,
    /// The console's outside address.
    pub admin_url: Option<Url>,
    pub trusted_proxies: Vec<IpNet>,
    /// In which a trusted proxy passes on the certificate of a client.
    pub client_certificate_header: Option<HeaderName>,
    /// Private networks that outgoing calls may reach.
    pub outbound_allow: Vec<IpNet>,
    /// PEM; trusted besides the system's.
    pub outbound_ca_file: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `smtp://`, `smtps://`; never holds a password.
    pub smtp_url: String,
    pub smtp_password: Option<Secret>,
    /// The sender where a tenant names none.
    pub from: Option<String>,
    /// Where refused mails go back to (envelope sender); with a local part that ends in `+`, the beginning of it.
    pub bounce_address: Option<String>,
    /// Where they arrive.
    pub bounce_maildir: Option<PathBuf>,
    /// Whoever knows it may report deliveries.
    pub report_key: Option<Secret>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug)]
pub struct TelemetrySettings {
    pub log_format: LogFormat,
    /// A filter as `tracing_subscriber::EnvFilter` reads it.
    pub log_level: String,
}

#[derive(Clone, Debug)]
pub struct RetentionSettings {
    pub audit: Duration,
    /// After their end; keys and one-time URLs too.
    pub logins: Duration,
    pub unused_accounts: Duration,
}

impl Configuration {
    /// Reads and checks everything; all findings at once. Repeatable: a reload is a second call.
    pub fn load(path: &Path, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, Findings> {
        super::load::load(path, &environment.into_iter().collect::<Vec<_>>())
    }

    /// The demo's secret must not guard anything real: `serve` and `check` refuse it, `demo` does not ask.
    pub fn refuse_samples(&self) -> Result<(), Findings> {
        if self.samples.is_empty() { Ok(()) } else { Err(self.samples.clone()) }
    }

    pub fn tenant(&self, id: &str) -> Option<&Arc<Tenant>> {
        self.tenants.iter().find(|tenant| tenant.id.as_str() == id)
    }
}
