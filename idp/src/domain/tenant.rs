//! One university: its issuer, upstreams, clients, policy, languages and contact.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use url::Url;

use super::{
    client::Client,
    clock::Timestamp,
    eligibility::Pattern,
    ids::{ClientId, TenantId, UpstreamId},
    known_clients::KnownClients,
    language::Language,
    ldap_filter::LdapFilter,
    policy::Policy,
    secret::Secret,
};

/// One university as the provider serves it.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub id: TenantId,
    pub issuer: Issuer,
    pub name: LocalizedText,
    pub service_name: LocalizedText,
    pub theme: String,
    /// Never empty; holds `default_language`.
    pub languages: Vec<Language>,
    pub default_language: Language,
    /// Where `/` and orphaned links lead.
    pub default_client: Option<ClientId>,
    /// The sender's address of this tenant's mails.
    pub mail_from: String,
    pub contact: Contact,
    pub maintenance: Option<Maintenance>,
    pub policy: Policy,
    pub upstreams: Vec<Upstream>,
    pub clients: BTreeMap<ClientId, Arc<Client>>,
    /// Those that registered themselves; a file of the same name goes before.
    pub registered: KnownClients,
}

impl Tenant {
    pub fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.clients.get(id).cloned().or_else(|| self.registered.get(id))
    }

    /// An upstream that may be used now (SR-75: disabled means disabled, at once).
    pub fn upstream(&self, id: &str) -> Option<&Upstream> {
        self.enabled_upstreams().find(|upstream| upstream.id.as_str() == id)
    }

    pub fn enabled_upstreams(&self) -> impl Iterator<Item = &Upstream> {
        self.upstreams.iter().filter(|upstream| upstream.enabled)
    }
}

/// The tenant's issuer identifier: the one constant that tokens, links and metadata begin with (SR-53).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: Arc<str>,
    origin: String,
    authority: String,
    path: String,
    secure: bool,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    #[error("not an absolute http or https address")]
    NotAnAddress,
    #[error("http is allowed on loopback only; use https")]
    PlainHttp,
    #[error("must not carry a user name, query or fragment")]
    Extra,
    #[error("must not end in a slash")]
    TrailingSlash,
}

impl Issuer {
    /// OpenID Connect Discovery §3: https, no query, no fragment. Kept byte for byte as written.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|_| IssuerError::NotAnAddress)?;
        let host = url.host_str().ok_or(IssuerError::NotAnAddress)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" if is_loopback(host) => false,
            "http" => return Err(IssuerError::PlainHttp),
            _ => return Err(IssuerError::NotAnAddress),
        };
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(IssuerError::Extra);
        }
        if text.ends_with('/') {
            return Err(IssuerError::TrailingSlash);
        }
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let path = url.path().trim_end_matches('/').to_owned();
        Ok(Self { text: text.into(), origin: format!("{}://{authority}", url.scheme()), authority, path, secure })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port as a browser sends them: lower case, without the default port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The part before every route of this tenant: empty, or `/uni`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Scheme, host and port: what an `Origin` header of our own pages says.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether cookies get `Secure` and the prefix `__Host-`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// An absolute address below the issuer; `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// A text in several languages; falls back to the tenant's default language, then to any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalizedText(pub BTreeMap<Language, String>);

impl LocalizedText {
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self(Language::ALL.into_iter().map(|language| (language, text.clone())).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn in_language(&self, language: Language, fallback: Language) -> Option<&str> {
        self.0.get(&language).or_else(|| self.0.get(&fallback)).or_else(|| self.0.values().next()).map(String::as_str)
    }
}

/// Whom a student calls; each text per language, each optional.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    pub office: LocalizedText,
    pub phone: LocalizedText,
    pub hours: LocalizedText,
    pub url: LocalizedText,
    pub operator_name: LocalizedText,
    pub operator_phone: LocalizedText,
    pub operator_hours: LocalizedText,
    pub chat_url: LocalizedText,
    pub graduates_url: LocalizedText,
    pub university_password_url: LocalizedText,
}

/// A planned closure (J-20).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    pub from: Timestamp,
    pub until: Timestamp,
    pub announce_from: Option<Timestamp>,
}

impl Maintenance {
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    pub fn is_announced(&self, now: Timestamp) -> bool {
        self.announce_from.is_some_and(|from| from <= now) && now < self.from
    }
}

/// Where the first factor is proven.
#[derive(Clone, Debug)]
pub struct Upstream {
    pub id: UpstreamId,
    pub name: LocalizedText,
    pub enabled: bool,
    pub kind: UpstreamKind,
    /// Ours = theirs; see `upstream::attributes`.
    pub attributes: BTreeMap<String, String>,
    pub eligible: Vec<EligibilityRule>,
}

#[derive(Clone, Debug)]
pub enum UpstreamKind {
    Oidc(OidcUpstream),
    Ldap(Box<LdapUpstream>),
    Directory(PasswordLimits),
}

impl UpstreamKind {
    /// Whether user ID and password are typed on our own sign-in page.
    pub fn asks_password(&self) -> bool {
        self.password_limits().is_some()
    }

    /// How often a password may be tried that is typed here.
    pub fn password_limits(&self) -> Option<&PasswordLimits> {
        match self {
            Self::Oidc(_) => None,
            Self::Ldap(ldap) => Some(&ldap.limits),
            Self::Directory(limits) => Some(limits),
        }
    }
}

#[derive(Clone, Debug)]
pub struct OidcUpstream {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret,
    pub scope: String,
    /// Pass `prompt=login` on and demand a newer `auth_time` when one is sent (SR-5).
    pub force_reauthentication: bool,
}

/// A university's directory, asked by LDAP and over TLS only (SR-77).
#[derive(Clone, Debug)]
pub struct LdapUpstream {
    /// `ldaps`: TLS from the start; `ldap`: StartTLS before anything else.
    pub url: Url,
    /// Who may search; its password is not the students'.
    pub bind_dn: String,
    pub bind_password: Secret,
    pub base_dn: String,
    pub filter: LdapFilter,
    /// The attribute that never changes and is never given again (SR-71).
    pub stable_id: String,
    /// A certificate authority of the university's own, as PEM, besides the system's.
    pub ca: Option<Vec<u8>>,
    pub limits: PasswordLimits,
}

/// Tries at a university password that is typed here.
#[derive(Clone, Debug)]
pub struct PasswordLimits {
    pub max_attempts: u32,
    pub window: Duration,
}

/// One entry of `[[upstream.eligible]]`: all its conditions must hold.
#[derive(Clone, Debug)]
pub struct EligibilityRule(pub Vec<(String, Condition)>);

/// What one attribute must be like.
#[derive(Clone, Debug)]
pub enum Condition {
    /// One of its values is exactly this.
    Contains(String),
    /// It has exactly this one value.
    Equals(String),
    /// One of its values is one of these.
    OneOf(Vec<String>),
    /// One of its values matches this pattern from end to end.
    Matches(Pattern),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_kept_byte_for_byte() {
        let issuer = Issuer::parse("https://ID.Example.ac.jp:8443/uni").unwrap();
        assert_eq!(issuer.as_str(), "https://ID.Example.ac.jp:8443/uni");
        assert_eq!((issuer.authority(), issuer.path()), ("id.example.ac.jp:8443", "/uni"));
        assert_eq!(issuer.join("/token"), "https://ID.Example.ac.jp:8443/uni/token");
    }

    #[test]
    fn the_default_port_is_no_part_of_the_authority() {
        assert_eq!(Issuer::parse("https://id.example.jp:443").unwrap().authority(), "id.example.jp");
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        assert!(Issuer::parse("http://localhost:9000").is_ok());
        assert!(Issuer::parse("http://[::1]:9000").is_ok());
        assert_eq!(Issuer::parse("http://id.example.jp"), Err(IssuerError::PlainHttp));
        assert_eq!(Issuer::parse("http://localhost.example.jp"), Err(IssuerError::PlainHttp));
    }

    #[test]
    fn an_issuer_with_anything_more_is_refused() {
        for text in ["https://a@b.jp", "https://b.jp?x", "https://b.jp#x"] {
            assert_eq!(Issuer::parse(text), Err(IssuerError::Extra), "{text}");
        }
        assert_eq!(Issuer::parse("https://b.jp/"), Err(IssuerError::TrailingSlash));
        assert_eq!(Issuer::parse("ftp://b.jp"), Err(IssuerError::NotAnAddress));
    }
}
