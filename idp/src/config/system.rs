//! `idp.toml` → what the server runs with.

use std::{net::SocketAddr, path::PathBuf};

use http::HeaderName;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::{
    checker::Checker,
    files::{IdpToml, LogFormatName, MailTable, RetentionTable, ServerTable, TelemetryTable},
    settings::{LogFormat, MailSettings, RetentionSettings, ServerSettings, TelemetrySettings},
    values::{Located, Setting},
};
use crate::domain::secret::Secret;

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);
const DAY: u64 = 86400;
const HOUR: u64 = 3600;
/// A local part has 64 characters (RFC 5321 §4.5.3.1.1), and a mail's tag 42.
const MAX_BOUNCE_LOCAL: usize = 21;
const MIN_REPORT_KEY: usize = 32;

pub fn server(table: &ServerTable, checker: &mut Checker<'_>) -> ServerSettings {
    let admin_url = checker.web_address("server.admin_url", &table.admin_url).and_then(|url| Url::parse(&url).ok());
    let settings = ServerSettings {
        listen: listener("server.listen", &table.listen, checker),
        admin_listen: listener("server.admin_listen", &table.admin_listen, checker),
        admin_url,
        trusted_proxies: checker.networks("server.trusted_proxies", &table.trusted_proxies),
        client_certificate_header: client_certificate_header(table, checker),
        outbound_allow: checker.networks("server.outbound_allow", &table.outbound_allow),
        outbound_ca_file: table.outbound_ca_file.as_ref().map(|file| path(file, checker)),
    };
    if let Some(file) = &table.outbound_ca_file
        && let Some(path) = settings.outbound_ca_file.as_ref().filter(|path| !path.is_file())
    {
        checker.error(&file.span, format!("server.outbound_ca_file: {} is no file", path.display()));
    }
    if let Some(Located { span, .. }) = &table.admin_listen {
        if settings.listen == settings.admin_listen && settings.listen.port() != 0 {
            checker.error(span, "server.admin_listen must differ from server.listen");
        }
        if !settings.admin_listen.ip().is_loopback() {
            checker
                .warning(span, "server.admin_listen is open beyond this machine; let only your own network reach it");
        }
    }
    if let Some(Located { span, .. }) = table.trusted_proxies.iter().find(|proxy| proxy.value.ends_with("/0")) {
        checker.warning(span, "server.trusted_proxies: everybody may claim any address");
    }
    settings
}

fn client_certificate_header(table: &ServerTable, checker: &mut Checker<'_>) -> Option<HeaderName> {
    let Located { value, span } = table.client_certificate_header.as_ref()?;
    if table.trusted_proxies.is_empty() {
        checker.error(span, "server.client_certificate_header: without server.trusted_proxies nobody is believed");
    }
    let name = HeaderName::try_from(value).ok();
    if name.is_none() {
        checker.error(span, format!("server.client_certificate_header: \"{value}\" is no name of a header"));
    }
    name
}

fn listener(key: &str, setting: &Setting<String>, checker: &mut Checker<'_>) -> SocketAddr {
    let Some(Located { value, span }) = checker.required(key, setting) else { return ANY };
    value.parse().unwrap_or_else(|_| {
        checker.error(span, format!("{key}: \"{value}\" is no address with a port, like 127.0.0.1:8080"));
        ANY
    })
}

pub fn path(setting: &Located<String>, checker: &Checker<'_>) -> PathBuf {
    checker.sources.resolve(&setting.span, &setting.value)
}

/// `database.url`; a relative SQLite path is relative to its file, like every path.
pub fn database_url(setting: &Setting<String>, checker: &mut Checker<'_>) -> Secret {
    let Some(Located { value, span }) = checker.required("database.url", setting) else { return Secret::default() };
    if let Some(rest) = value.strip_prefix("sqlite://") {
        let (file, query) =
            rest.split_once('?').map_or((rest, String::new()), |(file, query)| (file, format!("?{query}")));
        if file.is_empty() || file == ":memory:" || query.contains("mode=memory") {
            checker.error(span, "database.url must name a file: what is only in memory is lost at the next start");
            return Secret::default();
        }
        let path = checker.sources.resolve(span, file);
        return Secret::new(format!("sqlite://{}{query}", path.display()));
    }
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
            if url.password().is_some() && checker.sources.is_file(span) {
                checker.warning(span, "database.url holds a password; set IDP__DATABASE__URL instead");
            }
        }
        _ => checker.error(span, "database.url must begin with sqlite:// or postgres://"),
    }
    Secret::new(value.clone())
}

pub fn mail(table: &MailTable, checker: &mut Checker<'_>) -> MailSettings {
    let smtp_url = checker.required("mail.smtp_url", &table.smtp_url).map(|setting| {
        if let Err(problem) = smtp(&setting.value) {
            checker.error(&setting.span, format!("mail.smtp_url {problem}"));
        }
        setting.value.clone()
    });
    let inline = table.smtp_password.as_ref().inspect(|setting| {
        if checker.sources.is_file(&setting.span) {
            checker.error(
                &setting.span,
                "mail.smtp_password: no secrets in here; put it into a file and name that as smtp_password_file",
            );
        }
    });
    let from_file = checker.secret_file("mail.smtp_password_file", &table.smtp_password_file);
    let bounce_address = checker.email("mail.bounce_address", &table.bounce_address);
    if let (Some(address), Some(setting)) = (&bounce_address, &table.bounce_address)
        && address.split_once("+@").is_some_and(|(local, _)| local.len() > MAX_BOUNCE_LOCAL)
    {
        let message =
            format!("mail.bounce_address: at most {MAX_BOUNCE_LOCAL} characters before a + that is completed");
        checker.error(&setting.span, message);
    }
    MailSettings {
        smtp_url: smtp_url.unwrap_or_default(),
        smtp_password: inline.map(|setting| Secret::new(setting.value.clone())).or(from_file),
        from: checker.email("mail.from", &table.from),
        bounce_address,
        bounce_maildir: bounce_maildir(table, checker),
        report_key: report_key(table, checker),
    }
}

/// A maildir that is there, and that something comes back to.
fn bounce_maildir(table: &MailTable, checker: &mut Checker<'_>) -> Option<PathBuf> {
    let maildir = folder("mail.bounce_maildir", &table.bounce_maildir, checker)?;
    let span = &table.bounce_maildir.as_ref()?.span;
    if !["new", "cur"].iter().all(|name| maildir.join(name).is_dir()) {
        checker.error(span, format!("mail.bounce_maildir: {} is no maildir with new and cur", maildir.display()));
    }
    if table.bounce_address.is_none() {
        checker.error(span, "mail.bounce_maildir needs mail.bounce_address, or nothing comes back to it");
    }
    Some(maildir)
}

fn report_key(table: &MailTable, checker: &mut Checker<'_>) -> Option<Secret> {
    let key = checker.secret_file("mail.report_key_file", &table.report_key_file)?;
    if key.expose().len() < MIN_REPORT_KEY {
        let setting = table.report_key_file.as_ref()?;
        let message = format!("mail.report_key_file: at least {MIN_REPORT_KEY} characters, like openssl rand -hex 32");
        checker.error(&setting.span, message);
    }
    Some(key)
}

fn smtp(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "is no address, like smtp://localhost:25")?;
    match (url.scheme(), url.host_str(), url.password()) {
        ("smtp" | "smtps", Some(host), None) if !host.is_empty() => Ok(()),
        ("smtp" | "smtps", Some(_), Some(_)) => Err("must not hold the password; put it into smtp_password_file"),
        _ => Err("must begin with smtp:// or smtps:// and name a host"),
    }
}

pub fn telemetry(table: &TelemetryTable, checker: &mut Checker<'_>) -> TelemetrySettings {
    let log_level = checker.required("telemetry.log_level", &table.log_level).map(|setting| {
        if setting.value.is_empty() || EnvFilter::try_new(&setting.value).is_err() {
            checker.error(&setting.span, format!("telemetry.log_level: \"{}\" is no level, like info", setting.value));
        }
        setting.value.clone()
    });
    TelemetrySettings {
        log_format: match table.log_format.as_ref().map(|setting| setting.value) {
            Some(LogFormatName::Json) => LogFormat::Json,
            Some(LogFormatName::Text) | None => LogFormat::Text,
        },
        log_level: log_level.unwrap_or_default(),
    }
}

pub fn retention(table: &RetentionTable, checker: &mut Checker<'_>) -> RetentionSettings {
    RetentionSettings {
        audit: checker.length("retention.audit", &table.audit, DAY..=3650 * DAY),
        logins: checker.length("retention.logins", &table.logins, HOUR..=30 * DAY),
        unused_accounts: checker.length("retention.unused_accounts", &table.unused_accounts, 30 * DAY..=3650 * DAY),
    }
}

/// The master key's file; it may not exist yet.
pub fn master_key_file(file: &IdpToml, checker: &mut Checker<'_>) -> PathBuf {
    let Some(setting) = checker.required("secrets.master_key_file", &file.secrets.master_key_file) else {
        return PathBuf::new();
    };
    let path = path(setting, checker);
    checker.private("secrets.master_key_file", &setting.span, &path);
    path
}

/// A folder that must be there.
pub fn folder(key: &str, setting: &Setting<String>, checker: &mut Checker<'_>) -> Option<PathBuf> {
    let setting = setting.as_ref()?;
    let path = path(setting, checker);
    if path.is_dir() {
        return Some(path);
    }
    checker.error(&setting.span, format!("{key}: {} is no folder", path.display()));
    None
}
