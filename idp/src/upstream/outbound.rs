//! The one client for calls to addresses that others name: guarded against calls into our own network (SR-80).

mod stream;

pub use stream::Dial;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{
    StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE},
};
use ipnet::IpNet;
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use url::{Host, Url};

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

/// A client that is made at its first call: reading the system's certificate authorities takes longer than a whole start.
struct Caller {
    settings: OutboundSettings,
    guard: Guard,
    made: OnceLock<Client>,
}

impl Caller {
    fn new(settings: &OutboundSettings, guard: Guard) -> Arc<Self> {
        Arc::new(Self { settings: settings.clone(), guard, made: OnceLock::new() })
    }

    async fn client(self: &Arc<Self>) -> Result<Client, OutboundError> {
        if let Some(client) = self.made.get() {
            return Ok(client.clone());
        }
        let caller = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || client(&caller.settings, &caller.guard)).await;
        let made = made.map_err(|error| OutboundError::Unusable(error.to_string()))??;
        Ok(self.made.get_or_init(|| made).clone())
    }
}

/// Calls on behalf of one configured address.
#[derive(Clone)]
pub struct Entry {
    caller: Arc<Caller>,
    guard: Guard,
    port: Option<u16>,
    max_body: usize,
}

#[derive(Clone)]
struct Guard {
    allow: Arc<[IpNet]>,
    loopback: bool,
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
        let url = Url::parse(configured).map_err(|_| OutboundError::Forbidden("not an address".into()))?;
        let loopback = is_loopback(&url);
        let guard = Guard { allow: Arc::clone(&self.allow), loopback };
        let caller = Arc::clone(if loopback { &self.with_loopback } else { &self.open });
        let entry = Entry { caller, guard, port: url.port(), max_body: self.max_body };
        entry.permit(&url)?;
        Ok(entry)
    }
}

impl Outbound {
    /// For an address that a stranger named. Unlike [`Outbound::entry`] it opens neither loopback nor a port of its own:
    /// only what the operator has listed.
    pub fn strangers_entry(&self, named: &str) -> Result<Entry, OutboundError> {
        let url = Url::parse(named).map_err(|_| OutboundError::Forbidden("not an address".into()))?;
        let guard = Guard { allow: Arc::clone(&self.allow), loopback: false };
        if is_loopback(&url) && !guard.lists(IpAddr::V4(Ipv4Addr::LOCALHOST)) {
            return Err(OutboundError::Forbidden(format!("loopback: {}", origin(&url))));
        }
        let entry = Entry { caller: Arc::clone(&self.open), guard, port: None, max_body: self.max_body };
        entry.permit(&url)?;
        Ok(entry)
    }

    /// The JSON at an address that a stranger named.
    pub async fn read_strangers(&self, named: &str) -> Result<Vec<u8>, OutboundError> {
        let entry = self.strangers_entry(named)?;
        let request = http::Request::get(named).header(ACCEPT, "application/json").body(Vec::new());
        let answer = entry.call(request.map_err(|_| OutboundError::Forbidden("not an address".into()))?).await?;
        if answer.status() == StatusCode::OK {
            return Ok(answer.into_body());
        }
        Err(OutboundError::Unusable(format!("status {}", answer.status())))
    }

    /// Posts a form to one configured address; of the answer only its status is read.
    pub async fn post_form(&self, configured: &str, fields: &[(&str, &str)]) -> Result<StatusCode, OutboundError> {
        let entry = self.entry(configured)?;
        let url = Url::parse(configured).map_err(|_| OutboundError::Forbidden("not an address".into()))?;
        let client = entry.caller.client().await?;
        let response = client.post(url).form(fields).send().await.map_err(|error| unreachable(&error))?;
        Ok(response.status())
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

    /// One call. Redirects are never followed; a JSON answer is all that is taken.
    pub async fn call(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, OutboundError> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|_| OutboundError::Forbidden("not an absolute address".into()))?;
        self.permit(&url)?;
        let request = reqwest::Request::try_from(request).map_err(|error| unreachable(&error))?;
        let response = self.caller.client().await?.execute(request).await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(OutboundError::Unusable(format!("{} answers with a redirect", origin(&url))));
        }
        if status.is_server_error() {
            return Err(OutboundError::Unreachable(format!("{} answers {status}", origin(&url))));
        }
        let kept = [CONTENT_TYPE, CACHE_CONTROL].map(|name| (response.headers().get(&name).cloned(), name));
        let [(content_type, _), _] = &kept;
        if !content_type.as_ref().is_some_and(is_json) {
            return Err(OutboundError::Unusable(format!("{} answers {status} without JSON", origin(&url))));
        }
        let body = self.read(response).await?;
        let mut answer = http::Response::new(body);
        *answer.status_mut() = status;
        for (value, name) in kept {
            if let Some(value) = value {
                answer.headers_mut().insert(name, value);
            }
        }
        Ok(answer)
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, OutboundError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if body.len() + chunk.len() > self.max_body {
                return Err(OutboundError::Unusable(format!("an answer longer than {} bytes", self.max_body)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl Guard {
    fn admits(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.lists(ip) || (self.loopback && ip.is_loopback())
    }

    fn lists(&self, ip: IpAddr) -> bool {
        self.allow.iter().any(|network| network.contains(&ip))
    }
}

/// Connects to checked addresses only, so that a name cannot change its meaning between check and call.
impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let good: Vec<SocketAddr> = found.into_iter().filter(|address| guard.admits(address.ip())).collect();
            if good.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, "no address of a public network").into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

/// Those of the operator's file.
fn authorities(settings: &OutboundSettings) -> Result<Vec<reqwest::Certificate>, OutboundError> {
    let Some(pem) = &settings.extra_ca else { return Ok(Vec::new()) };
    reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|_| OutboundError::Unusable("the file of certificate authorities is not PEM".into()))
}

fn client(settings: &OutboundSettings, guard: &Guard) -> Result<Client, OutboundError> {
    let authorities = authorities(settings)?;
    let builder = || {
        Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.total_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(Arc::new(guard.clone()))
    };
    builder()
        .tls_certs_merge(authorities.clone())
        .build()
        .or_else(|error| {
            // A bare container has no authorities: then only those of the file count, and without one no https call succeeds.
            tracing::warn!(error = %chain(&error), "the system's certificate authorities cannot be used");
            builder().tls_certs_only(authorities).build()
        })
        .map_err(|error| OutboundError::Unusable(format!("TLS cannot be set up: {}", chain(&error))))
}

fn unreachable(error: &reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::Unreachable("no answer in time".into());
    }
    OutboundError::Unreachable(chain(error))
}

/// The innermost cause says what is wrong; the outer ones repeat the address with its query.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn is_json(value: &http::HeaderValue) -> bool {
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether an address belongs to the public internet (IANA special-purpose registries).
/// IPv6 forms that carry an IPv4 address are refused as a whole.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global_unicast = a & 0xe000 == 0x2000;
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    global_unicast && !special
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
    fn addresses_of_no_public_network_are_known() {
        for text in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
            "fec0::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in
            ["8.8.8.8", "100.63.0.1", "100.128.0.1", "172.32.0.1", "193.0.0.1", "2606:4700::1111", "2001:200::1"]
        {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
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

    #[tokio::test]
    async fn a_name_that_leads_to_loopback_is_not_called() {
        let guard = Guard { allow: Arc::from([]), loopback: false };
        assert!(guard.resolve("localhost".parse().unwrap()).await.is_err());
        let guard = Guard { allow: Arc::from([]), loopback: true };
        assert!(guard.resolve("localhost".parse().unwrap()).await.is_ok());
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_given_up() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", silent.local_addr().unwrap());
        let settings = OutboundSettings { total_timeout: Duration::from_millis(50), ..OutboundSettings::default() };
        let entry = Outbound::new(&settings).unwrap().entry(&url).unwrap();
        let answer = entry.call(http::Request::get(&url).body(Vec::new()).unwrap()).await;
        assert_eq!(answer.unwrap_err(), OutboundError::Unreachable("no answer in time".into()));
    }
}
