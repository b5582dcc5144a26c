//! Redirect URIs: what may be registered, and the only comparison there is (SR-49, RFC 9700 §2.1).

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A redirect URI exactly as it was registered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    #[error("must not contain blanks, control characters or backslashes")]
    Characters,
    #[error("is not an absolute address")]
    NotAbsolute,
    #[error("must not have a fragment")]
    Fragment,
    #[error("must not carry a user name")]
    UserInfo,
    #[error("must be https, or http on loopback")]
    Scheme,
    #[error("must name its host without a wildcard")]
    Wildcard,
}

impl RedirectUri {
    pub fn register(text: &str) -> Result<Self, RedirectUriError> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\' || !c.is_ascii()) {
            return Err(RedirectUriError::Characters);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::UserInfo);
        }
        let host = url.host().ok_or(RedirectUriError::NotAbsolute)?;
        if text.contains('*') {
            return Err(RedirectUriError::Wildcard);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            _ => return Err(RedirectUriError::Scheme),
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port as browsers tell them (RFC 6454 §6.2).
    pub fn origin(&self) -> String {
        Url::parse(&self.0).map_or_else(|_| "null".to_owned(), |url| url.origin().ascii_serialization())
    }

    /// Whether a request's `redirect_uri` is this one: byte for byte. A native client's
    /// `http://127.0.0.1` or `http://[::1]` registered without a port may add one (RFC 8252 §7.3).
    pub fn admits(&self, asked: &str) -> bool {
        self.0 == asked || self.admits_with_port(asked)
    }

    fn admits_with_port(&self, asked: &str) -> bool {
        ["http://127.0.0.1", "http://[::1]"].iter().any(|origin| {
            let (Some(ours), Some(theirs)) = (self.0.strip_prefix(origin), asked.strip_prefix(origin)) else {
                return false;
            };
            let Some(rest) = theirs.strip_prefix(':') else { return false };
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (port, tail) = rest.split_at(digits);
            ours == tail && (ours.is_empty() || ours.starts_with('/')) && port.parse::<u16>().is_ok_and(|p| p > 0)
        })
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_match() {
        let uri = RedirectUri::register("https://rp.example/cb?a=1").unwrap();
        assert!(uri.admits("https://rp.example/cb?a=1"));
        for other in [
            "https://rp.example/cb",
            "https://rp.example/cb?a=1&b=2",
            "https://rp.example/cb/?a=1",
            "https://RP.example/cb?a=1",
            "https://rp.example:443/cb?a=1",
            "https://rp.example/%63b?a=1",
            "https://rp.example/x/../cb?a=1",
            "https://rp.example/cb?a=1#",
            "https://rp.example/cb?a=1 ",
        ] {
            assert!(!uri.admits(other), "{other}");
        }
    }

    #[test]
    fn a_native_client_may_choose_its_port_on_loopback() {
        let uri = RedirectUri::register("http://127.0.0.1/cb").unwrap();
        assert!(uri.admits("http://127.0.0.1:51004/cb"));
        for other in [
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1:51004/other",
            "http://localhost:51004/cb",
        ] {
            assert!(!uri.admits(other), "{other}");
        }
        assert!(!RedirectUri::register("http://localhost/cb").unwrap().admits("http://localhost:51004/cb"));
    }

    #[test]
    fn what_is_dangerous_cannot_be_registered() {
        use RedirectUriError::*;
        for (text, error) in [
            ("http://rp.example/cb", Scheme),
            ("javascript:alert(1)", NotAbsolute),
            ("https://rp.example/cb#x", Fragment),
            ("https://a@rp.example/cb", UserInfo),
            ("https://*.example/cb", Wildcard),
            ("https://rp.example/c b", Characters),
            ("https://rp.example\\cb", Characters),
            ("/cb", NotAbsolute),
            ("com.example.app://host/cb", Scheme),
        ] {
            assert_eq!(RedirectUri::register(text), Err(error), "{text}");
        }
    }
}
