//! The one client for calls to addresses that others name: who may have which address called (SR-80).

mod call;
mod guard;
mod stream;

pub(super) use call::chain;
pub use stream::Dial;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use url::{Host, Url};

use crate::domain::client::Origin;

use call::{Caller, authorities};
use guard::{Guard, is_loopback};

/// What the operator set, with the fixed limits as defaults.
#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// Private networks that may be called.
    pub allow: Vec<IpNet>,
    /// More certificate authorities, as PEM.
    pub extra_ca: Option<Vec<u8>>,
    pub connect_timeout: Duration,
    /// From the first byte sent to the last one read.
    pub total_timeout: Duration,
    /// Bytes of an answer.
    pub max_body: usize,
}

impl Default for OutboundSettings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            extra_ca: None,
            connect_timeout: Duration::from_secs(2),
            total_timeout: Duration::from_secs(5),
            max_body: 256 * 1024,
        }
    }
}

/// Why a call was not made, or its answer not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address is one that we do not call.
    #[error("this address is not called: {0}")]
    Forbidden(String),
    #[error("no answer: {0}")]
    Unreachable(String),
    #[error("the answer is not taken: {0}")]
    Unusable(String),
}

/// Makes the guarded client of each configured address.
#[derive(Clone)]
pub struct Outbound {
    open: Arc<Caller>,
    with_loopback: Arc<Caller>,
    allow: Arc<[IpNet]>,
    max_body: usize,
}

/// Calls on behalf of one configured address.
#[derive(Clone)]
pub struct Entry {
    caller: Arc<Caller>,
    guard: Guard,
    port: Option<u16>,
    max_body: usize,
}

impl Outbound {
    pub fn new(settings: &OutboundSettings) -> Result<Self, OutboundError> {
        let allow: Arc<[IpNet]> = settings.allow.clone().into();
        authorities(settings)?;
        let open = Caller::new(settings, Guard { allow: Arc::clone(&allow), loopback: false });
        let with_loopback = Caller::new(settings, Guard { allow: Arc::clone(&allow), loopback: true });
        Ok(Self { open, with_loopback, allow, max_body: settings.max_body })
    }

    /// For one address that an operator configured. If it lies on loopback itself, then so may what it names;
    /// its own port may be called beside 443 and 8443.
    pub fn entry(&self, configured: &str) -> Result<Entry, OutboundError> {
        let url = Url::parse(configured).map_err(|_| not_an_address())?;
        let loopback = is_loopback(&url);
        let guard = Guard { allow: Arc::clone(&self.allow), loopback };
        let caller = Arc::clone(if loopback { &self.with_loopback } else { &self.open });
        let entry = Entry { caller, guard, port: url.port(), max_body: self.max_body };
        entry.permit(&url)?;
        Ok(entry)
    }

    /// For an address that a stranger named. Unlike [`Outbound::entry`] it opens neither loopback nor a port of its own:
    /// only what the operator has listed.
    pub fn strangers_entry(&self, named: &str) -> Result<Entry, OutboundError> {
        let url = Url::parse(named).map_err(|_| not_an_address())?;
        let guard = Guard { allow: Arc::clone(&self.allow), loopback: false };
        if is_loopback(&url) && !guard.lists(IpAddr::V4(Ipv4Addr::LOCALHOST)) {
            return Err(OutboundError::Forbidden(format!("loopback: {}", origin(&url))));
        }
        let entry = Entry { caller: Arc::clone(&self.open), guard, port: None, max_body: self.max_body };
        entry.permit(&url)?;
        Ok(entry)
    }

    /// For an address in a client's metadata, whoever wrote that; asked at each call, for what is listed may have changed.
    pub fn entry_of(&self, origin: Origin, address: &str) -> Result<Entry, OutboundError> {
        match origin {
            Origin::File => self.entry(address),
            Origin::Registration => self.strangers_entry(address),
        }
    }
}

impl Entry {
    /// Whether an address may be called at all, as far as its text tells; names are checked again when they are resolved.
    pub fn permit(&self, url: &Url) -> Result<(), OutboundError> {
        let forbidden = |reason: &str| Err(OutboundError::Forbidden(format!("{reason}: {}", origin(url))));
        match url.scheme() {
            "https" => {}
            "http" if self.guard.loopback && is_loopback(url) => {}
            _ => return forbidden("neither https nor configured as http on loopback"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return forbidden("carries a user name");
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return forbidden("has no host"),
        };
        if literal.is_some_and(|ip| !self.guard.admits(ip)) {
            return forbidden("an address of no public network");
        }
        let listed = literal.is_some_and(|ip| self.guard.lists(ip)) || (self.guard.loopback && is_loopback(url));
        match url.port_or_known_default() {
            Some(443 | 8443) => Ok(()),
            port if listed || (port.is_some() && port == self.port) => Ok(()),
            _ => forbidden("an unusual port"),
        }
    }
}

fn not_an_address() -> OutboundError {
    OutboundError::Forbidden("not an address".into())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbound(allow: &[&str]) -> Outbound {
        let allow = allow.iter().map(|network| network.parse().unwrap()).collect();
        Outbound::new(&OutboundSettings { allow, ..OutboundSettings::default() }).unwrap()
    }

    fn permits(entry: &Entry, url: &str) -> bool {
        entry.permit(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn an_entry_on_the_internet_calls_public_https_only() {
        let entry = outbound(&[]).entry("https://idp.example.ac.jp").unwrap();
        for url in [
            "http://idp.example.ac.jp",
            "http://localhost:9001",
            "https://127.0.0.1",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://10.0.0.1/",
            "https://a:b@idp.example.ac.jp/",
            "https://idp.example.ac.jp:22/",
            "https://idp.example.ac.jp:6379/",
            "ftp://idp.example.ac.jp/",
        ] {
            assert!(!permits(&entry, url), "{url}");
        }
        for url in ["https://keys.example.ac.jp/jwks", "https://idp.example.ac.jp:8443/", "https://8.8.8.8/"] {
            assert!(permits(&entry, url), "{url}");
        }
    }

    #[test]
    fn an_entry_on_loopback_may_call_loopback_and_nothing_else_private() {
        let entry = outbound(&[]).entry("http://localhost:9001").unwrap();
        for url in ["http://localhost:9001/token", "http://127.0.0.1:9005/", "https://idp.example.ac.jp/"] {
            assert!(permits(&entry, url), "{url}");
        }
        for url in ["http://10.0.0.1/", "https://10.0.0.1/", "http://idp.example.ac.jp/", "http://localhost.example/"] {
            assert!(!permits(&entry, url), "{url}");
        }
    }

    #[test]
    fn a_listed_network_may_be_called_and_a_configured_port_too() {
        let entry = outbound(&["10.1.0.0/16"]).entry("https://idp.example.ac.jp:9443").unwrap();
        assert!(permits(&entry, "https://10.1.2.3:8080/"));
        assert!(!permits(&entry, "https://10.2.2.3/"));
        assert!(permits(&entry, "https://idp.example.ac.jp:9443/token"));
        assert!(outbound(&[]).entry("http://idp.example.ac.jp").is_err());
    }

    #[test]
    fn what_a_stranger_names_opens_nothing_of_its_own() {
        let closed = outbound(&[]);
        for named in ["https://rp.example/jwks", "https://rp.example:8443/jwks", "https://[2606:4700::1]/"] {
            assert!(closed.strangers_entry(named).is_ok(), "{named}");
        }
        for named in [
            "jwks",
            "http://rp.example/",
            "http://localhost/",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.0.0.1/",
            "https://169.254.169.254/",
            "https://rp.example:9443/",
            "https://me@rp.example/",
        ] {
            assert!(closed.strangers_entry(named).is_err(), "{named}");
        }
        let listed = outbound(&["127.0.0.0/8"]);
        assert!(listed.strangers_entry("https://127.0.0.1:9443/").is_ok());
        assert!(listed.strangers_entry("http://127.0.0.1:9443/").is_err());
    }

    #[test]
    fn only_an_operator_s_file_opens_the_loopback_that_it_names() {
        for address in ["https://127.0.0.1:9443/", "https://localhost/", "https://rp.example:9443/"] {
            assert!(outbound(&[]).entry_of(Origin::File, address).is_ok(), "{address}");
            assert!(outbound(&[]).entry_of(Origin::Registration, address).is_err(), "{address}");
        }
    }
}
