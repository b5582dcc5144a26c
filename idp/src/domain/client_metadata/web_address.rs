//! Addresses that a browser is sent to, or that are called: https, or http on loopback.

use url::{Host, Url};

/// Why an address is none that a browser may be sent to.
pub fn web_address(text: &str) -> Result<Url, &'static str> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err("must not contain blanks, control characters or backslashes");
    }
    let url = Url::parse(text).map_err(|_| "is no absolute address")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not carry a user name");
    }
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(url),
        ("http", Some(host)) if is_loopback(&host) => Ok(url),
        _ => Err("must be https, or http on loopback"),
    }
}

pub fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}
