//! What the checks of single values share: each takes a value, tells what is wrong with it, gives back what it means.

use std::{fs, io, ops::RangeInclusive, path::Path, time::Duration};

use ipnet::IpNet;
use url::Url;

use super::{
    finding::{Finding, Findings, Place},
    source::{Sources, Span},
    values::{Length, Located, Setting, Text},
};
pub use crate::domain::client_metadata::web_address;
use crate::domain::{email_address::EmailAddress, secret::Secret, tenant::LocalizedText};

const MINUTE: u64 = 60;
/// A file with one secret is never longer.
const MAX_SECRET_FILE: u64 = 64 * 1024;

pub struct Checker<'a> {
    pub sources: &'a Sources,
    pub findings: &'a mut Findings,
    /// The file that is looked at: the place of what is missing in it.
    pub file: &'a Path,
    /// Whether the whole file could be read; else what is missing may just have been unreadable.
    pub complete: bool,
}

impl Checker<'_> {
    pub fn error(&mut self, span: &Span, message: impl Into<String>) {
        self.findings.push(Finding::error(self.sources.place(span), message));
    }

    pub fn warning(&mut self, span: &Span, message: impl Into<String>) {
        self.findings.push(Finding::warning(self.sources.place(span), message));
    }

    pub fn missing(&mut self, message: impl Into<String>) {
        if self.complete {
            self.findings.push(Finding::error(Place::File(self.file.to_owned()), message));
        }
    }

    pub fn required<'s, T>(&mut self, key: &str, setting: &'s Setting<T>) -> Option<&'s Located<T>> {
        if setting.is_none() {
            self.missing(format!("{key} is missing"));
        }
        setting.as_ref()
    }

    /// A whole number within its range.
    pub fn number<T: TryFrom<i64> + Default>(
        &mut self,
        key: &str,
        setting: &Setting<i64>,
        range: RangeInclusive<i64>,
    ) -> T {
        let Some(setting) = self.required(key, setting) else { return T::default() };
        if !range.contains(&setting.value) {
            let message = format!("{key} must be {} to {}, not {}", range.start(), range.end(), setting.value);
            self.error(&setting.span, message);
        }
        T::try_from(setting.value).unwrap_or_default()
    }

    /// A length of time within its range, which is given in seconds.
    pub fn length(&mut self, key: &str, setting: &Setting<Length>, range: RangeInclusive<u64>) -> Duration {
        let Some(setting) = self.required(key, setting) else { return Duration::ZERO };
        let Length(length) = setting.value;
        if !range.contains(&length.as_secs()) || length.subsec_nanos() > 0 {
            let shown = |seconds: &u64| Length(Duration::from_secs(*seconds));
            let message =
                format!("{key} must be {} to {}, not {}", shown(range.start()), shown(range.end()), setting.value);
            self.error(&setting.span, message);
        }
        length
    }

    pub fn minutes(&mut self, key: &str, setting: &Setting<Length>, range: RangeInclusive<u64>) -> Duration {
        self.length(key, setting, range.start() * MINUTE..=range.end() * MINUTE)
    }

    /// `lower` may be at most `upper`; the finding stands at the upper one.
    pub fn ordered<T: PartialOrd + Copy, U>(&mut self, lower: (&str, T), upper: (&str, T), at: &Setting<U>) {
        if let Some(at) = at.as_ref().filter(|_| lower.1 > upper.1) {
            self.error(&at.span, format!("{} must not be less than {}", upper.0, lower.0));
        }
    }

    /// An address or a network.
    pub fn networks(&mut self, key: &str, values: &[Located<String>]) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for Located { value, span } in values {
            match value.parse::<IpNet>().or_else(|_| value.parse::<std::net::IpAddr>().map(IpNet::from)) {
                Ok(network) => networks.push(network),
                Err(_) => self.error(span, format!("{key}: \"{value}\" is no address or network, like 10.0.0.0/8")),
            }
        }
        networks
    }

    pub fn email(&mut self, key: &str, setting: &Setting<String>) -> Option<String> {
        let Located { value, span } = setting.as_ref()?;
        match EmailAddress::read(value) {
            Ok(address) if address.as_text().eq_ignore_ascii_case(value) => Some(address.as_text()),
            _ => {
                self.error(span, format!("{key}: \"{value}\" is no mail address"));
                None
            }
        }
    }

    /// An address that a browser is sent to: https, or http on loopback.
    pub fn web_address(&mut self, key: &str, setting: &Setting<String>) -> Option<String> {
        let Located { value, span } = setting.as_ref()?;
        match web_address(value) {
            Ok(_) => Some(value.clone()),
            Err(problem) => {
                self.error(span, format!("{key}: \"{value}\" {problem}"));
                None
            }
        }
    }

    /// A text whose every language is the address of a page.
    pub fn link(&mut self, key: &str, setting: &Setting<Text>) -> LocalizedText {
        let Some(Located { value: Text(text), span }) = setting else { return LocalizedText::default() };
        for address in text.0.values() {
            if !Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
                self.error(span, format!("{key}: \"{address}\" is no http or https address"));
            }
        }
        text.clone()
    }

    /// The one secret in a file of its own, which only its owner may read (SR-69).
    pub fn secret_file(&mut self, key: &str, setting: &Setting<String>) -> Option<Secret> {
        let Located { value, span } = setting.as_ref()?;
        let path = self.sources.resolve(span, value);
        self.private(key, span, &path);
        match read_secret(&path) {
            Ok(secret) if secret.is_empty() => self.error(span, format!("{key}: {} is empty", path.display())),
            Ok(secret) => return Some(secret),
            Err(error) => self.error(span, format!("{key}: {} cannot be read: {error}", path.display())),
        }
        None
    }

    /// Refuses a file that others than its owner may read; one that does not exist is no concern of this.
    pub fn private(&mut self, key: &str, span: &Span, path: &Path) {
        use std::os::unix::fs::PermissionsExt;
        if let Ok(metadata) = fs::metadata(path)
            && metadata.permissions().mode() & 0o077 != 0
        {
            let path = path.display();
            self.error(span, format!("{key}: others than its owner may read or write {path}; chmod 600 it"));
        }
    }
}

pub fn text(setting: &Setting<Text>) -> LocalizedText {
    setting.as_ref().map(|setting| setting.value.0.clone()).unwrap_or_default()
}

/// `[a-z0-9-]`, at most 32: names of tenants, upstreams and themes, which become parts of addresses and cookie names.
pub fn is_name(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn read_secret(path: &Path) -> io::Result<Secret> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > MAX_SECRET_FILE {
        return Err(io::Error::other("it is no file with one secret"));
    }
    let mut text = fs::read_to_string(path)?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    Ok(Secret::new(text))
}
