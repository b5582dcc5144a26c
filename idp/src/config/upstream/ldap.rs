//! `[[upstream]]` of kind `ldap` → how a university's directory is asked.

use url::{Host, Url};

use super::password_limits;
use crate::{
    config::{
        checker::Checker,
        files::UpstreamTable,
        source::Span,
        values::{Located, Setting},
    },
    domain::{
        ldap_filter::{LdapFilter, is_attribute},
        tenant::LdapUpstream,
    },
};

const STABLE_ID: &str = "entryUUID";
/// What people are called can be given to the next one (SR-71).
const NAMES: [&str; 11] = [
    "cn",
    "dn",
    "displayName",
    "employeeNumber",
    "entryDN",
    "distinguishedName",
    "mail",
    "sAMAccountName",
    "sn",
    "uid",
    "userPrincipalName",
];
/// A file with certificates is never longer.
const MAX_CA_FILE: u64 = 1 << 20;

/// None when address or filter cannot be told.
pub fn ldap(table: &UpstreamTable, span: &Span, checker: &mut Checker<'_>) -> Option<LdapUpstream> {
    for (key, setting) in [
        ("url", &table.url),
        ("bind_dn", &table.bind_dn),
        ("bind_password_file", &table.bind_password_file),
        ("base_dn", &table.base_dn),
        ("filter", &table.filter),
    ] {
        match setting {
            None if checker.complete => checker.error(span, format!("upstream.{key} is missing")),
            Some(setting) if setting.value.trim().is_empty() => {
                checker.error(&setting.span, format!("upstream.{key} is empty"));
            }
            _ => {}
        }
    }
    if let Some(inline) = &table.bind_password {
        checker.error(
            &inline.span,
            "upstream.bind_password: no secrets in here; put it into a file and name that as bind_password_file",
        );
    }
    if table.max_attempts.is_none() && checker.complete {
        checker.warning(
            span,
            "upstream.max_attempts is 5 unless set: it must stay below the wrong tries after which the university locks an account",
        );
    }
    let plain = |setting: &Setting<String>| setting.as_ref().map(|setting| setting.value.clone()).unwrap_or_default();
    let (url, filter) = (url(&table.url, checker), filter(&table.filter, checker));
    let ldap = LdapUpstream {
        url: url?,
        bind_dn: plain(&table.bind_dn),
        bind_password: checker
            .secret_file("upstream.bind_password_file", &table.bind_password_file)
            .unwrap_or_default(),
        base_dn: plain(&table.base_dn),
        filter: filter?,
        stable_id: stable_id(&table.stable_id, checker),
        ca: authorities(&table.ca_file, checker),
        limits: password_limits(&table.max_attempts, &table.window, checker),
    };
    attribute_names(table, checker);
    Some(ldap)
}

/// TLS from the start, or StartTLS before anything else; there is no third way.
fn url(setting: &Setting<String>, checker: &mut Checker<'_>) -> Option<Url> {
    let Located { value, span } = setting.as_ref()?;
    let problem = match Url::parse(value) {
        Err(_) => "is no address, like ldaps://ldap.example.ac.jp",
        Ok(url) if !matches!(url.scheme(), "ldaps" | "ldap") => {
            "must be ldaps://host, or ldap://host, which means StartTLS"
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => "must not carry a user name",
        Ok(url) if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() => {
            "must end after host and port; base and filter have keys of their own"
        }
        Ok(url) => match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() && !name.contains('%') => return Some(url),
            _ => "must name the host as its certificate does",
        },
    };
    checker.error(span, format!("upstream.url: \"{value}\" {problem}"));
    None
}

fn filter(setting: &Setting<String>, checker: &mut Checker<'_>) -> Option<LdapFilter> {
    let Located { value, span } = setting.as_ref()?;
    match LdapFilter::parse(value) {
        Ok(filter) => Some(filter),
        Err(error) => {
            checker.error(span, format!("upstream.filter: \"{value}\" {error}"));
            None
        }
    }
}

fn stable_id(setting: &Setting<String>, checker: &mut Checker<'_>) -> String {
    let Some(Located { value, span }) = setting else { return STABLE_ID.to_owned() };
    if !is_attribute(value) {
        checker.error(span, format!("upstream.stable_id: \"{value}\" is no attribute's name"));
    } else if NAMES.iter().any(|name| name.eq_ignore_ascii_case(value)) {
        checker.error(
            span,
            format!(
                "upstream.stable_id: \"{value}\" can be given to another person; use entryUUID, objectGUID or the like"
            ),
        );
    }
    value.clone()
}

fn authorities(setting: &Setting<String>, checker: &mut Checker<'_>) -> Option<Vec<u8>> {
    let Located { value, span } = setting.as_ref()?;
    let path = checker.sources.resolve(span, value);
    let fits = std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= MAX_CA_FILE);
    let pem = std::fs::read(&path).ok().filter(|pem| fits && has_certificate(pem));
    if pem.is_none() {
        checker.error(span, format!("upstream.ca_file: {} is no file with a certificate in PEM", path.display()));
    }
    pem
}

fn has_certificate(pem: &[u8]) -> bool {
    String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----")
}

fn attribute_names(table: &UpstreamTable, checker: &mut Checker<'_>) {
    for Located { value, span } in table.attributes.values().filter(|theirs| !is_attribute(&theirs.value)) {
        checker.error(span, format!("upstream.attributes: \"{value}\" is no attribute's name"));
    }
}
