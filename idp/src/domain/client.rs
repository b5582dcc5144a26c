//! A relying party, described with RFC 7591 and OpenID registration names.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    acr::Acr,
    distinguished_name::DistinguishedName,
    ids::{ClientId, SessionId},
    oauth_error::{ErrorCode, OAuthError},
    parameters::encode,
    redirect_uri::RedirectUri,
    scope::Scope,
    secret,
    signing_key::SigningAlgorithm,
    tenant::LocalizedText,
};

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one member of its metadata, true or false as registered")]
pub struct Client {
    pub id: ClientId,
    pub origin: Origin,
    pub name: LocalizedText,
    pub redirect_uris: Vec<RedirectUri>,
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    pub grant_types: BTreeSet<GrantType>,
    /// What it may ask for.
    pub scope: Scope,
    pub authentication: ClientAuthentication,
    /// Its public keys: for assertions, request objects and its own certificates.
    pub keys: ClientKeys,
    pub subject_type: SubjectType,
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// None: UserInfo answers plain JSON.
    pub userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// None: introspection answers plain JSON (RFC 9701 §6).
    pub introspection_signed_response_alg: Option<SigningAlgorithm>,
    /// The algorithm of a JARM answer, when one is asked for.
    pub authorization_signed_response_alg: SigningAlgorithm,
    /// The only algorithm of its request objects; none: any that is supported (RFC 9101 §10.5).
    pub request_object_signing_alg: Option<SigningAlgorithm>,
    /// Whether every authorization request must come as a signed object (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// RFC 9126 §6.
    pub require_pushed_authorization_requests: bool,
    /// RFC 9449 §5.2.
    pub dpop_bound_access_tokens: bool,
    /// RFC 8705 §3.4.
    pub tls_client_certificate_bound_access_tokens: bool,
    pub default_acr_values: Vec<Acr>,
    pub default_max_age: Option<Duration>,
    pub require_auth_time: bool,
    pub initiate_login_uri: Option<String>,
    /// Told by us of a session's end (Back-Channel Logout §2.2).
    pub backchannel_logout_uri: Option<String>,
    /// Shown in a frame at a session's end (Front-Channel Logout §2).
    pub frontchannel_logout: Option<FrontchannelLogout>,
    pub logo_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    // Below here: our own settings (contract.md).
    pub theme: Option<String>,
    pub account_return_uris: Vec<String>,
    pub menu: Menu,
    pub minimum_acr: Option<Acr>,
    /// Off only for a confidential client that sends a nonce (SR-51).
    pub require_pkce: bool,
    pub consent: Consent,
    pub profile: Profile,
    pub access_token_format: AccessTokenFormat,
    /// Protected resources that it may ask tokens for (RFC 8707).
    pub resources: Vec<String>,
}

/// Whose word a client's metadata is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An operator's file: plain http is allowed on loopback, for trials.
    File,
    /// A stranger's request.
    Registration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

impl GrantType {
    pub const ALL: [Self; 4] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == name)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

/// `token_endpoint_auth_method` with what it needs (RFC 7591 §2): the registered one is the only one that works.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// A public client.
    None,
    SecretBasic(ClientSecrets),
    SecretPost(ClientSecrets),
    /// An assertion signed by one of its keys (OpenID Connect Core §9). None: any algorithm that is supported.
    PrivateKeyJwt(Option<SigningAlgorithm>),
    /// A certificate of a known authority (RFC 8705 §2.1).
    TlsClientAuth(CertificateSubject),
    /// A certificate of its own, known by its key (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
}

/// What names a client in its certificate; exactly one is registered (RFC 8705 §2.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateSubject {
    /// RFC 4514.
    DistinguishedName(DistinguishedName),
    Dns(String),
    Uri(String),
    Ip(IpAddr),
    Email(String),
}

/// Where a client's public keys are (RFC 7591 §2: `jwks` or `jwks_uri`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClientKeys {
    #[default]
    None,
    /// A JWK set, as registered.
    Inline(Arc<Value>),
    Uri(String),
}

/// Whether all clients know a person by the same `sub` (OpenID Connect Core §8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectType {
    Public,
    /// The host that the `sub` is computed for.
    Pairwise {
        sector: String,
    },
}

/// Whether people are asked before a client learns of them (SR-60).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// First-party: no page, not even on `prompt=consent`.
    None,
    Ask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Plain,
    /// FAPI 2.0 Security Profile.
    Fapi2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTokenFormat {
    Opaque,
    /// RFC 9068.
    Jwt,
}

impl ClientAuthentication {
    /// Its `token_endpoint_auth_method`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretBasic(_) => "client_secret_basic",
            Self::SecretPost(_) => "client_secret_post",
            Self::PrivateKeyJwt(_) => "private_key_jwt",
            Self::TlsClientAuth(_) => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        }
    }

    pub fn is_public(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// SHA-256 of one secret, or of two while they are rotated.
#[derive(Clone, Debug)]
pub struct ClientSecrets(Vec<[u8; 32]>);

impl ClientSecrets {
    pub fn new(hashes: Vec<[u8; 32]>) -> Self {
        Self(hashes)
    }

    /// Compares with every kept hash, so that time tells nothing.
    pub fn admit(&self, presented: &str) -> bool {
        let hash = secret::sha256(presented.as_bytes());
        self.0.iter().fold(false, |found, kept| secret::same_bytes(kept, &hash) | found)
    }
}

/// A client's page that ends its session in this browser (OpenID Connect Front-Channel Logout §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontchannelLogout {
    pub uri: String,
    /// It wants to know whose and which session: `iss` and `sid`.
    pub session_required: bool,
}

impl FrontchannelLogout {
    /// What a frame loads.
    pub fn address(&self, issuer: &str, session: SessionId) -> String {
        if !self.session_required {
            return self.uri.clone();
        }
        let separator = if self.uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}iss={}&sid={session}", self.uri, encode(issuer))
    }
}

/// Links of the manual's menu that lead to the service itself.
#[derive(Clone, Debug, Default)]
pub struct Menu {
    pub top: Option<String>,
    pub manual: Option<String>,
}

impl Client {
    pub fn may(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// What of a request's `scope` it may have: the rest is dropped (SR-59).
    pub fn permitted_scope(&self, asked: Option<&str>) -> Result<Scope, OAuthError> {
        let scope = Scope::parse(asked.unwrap_or_default()).intersection(&self.scope);
        // RFC 6749 §3.3: nothing that was asked for can be given.
        if scope.is_empty() {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "scope holds nothing that this client may have"));
        }
        // OpenID Connect Core §11: without refresh tokens offline_access means nothing.
        Ok(if self.may(GrantType::RefreshToken) { scope } else { scope.without("offline_access") })
    }

    /// What a request's `resource` parameters name, each once (RFC 8707 §2).
    pub fn permitted_resources<'a>(&self, asked: impl Iterator<Item = &'a str>) -> Result<Vec<String>, OAuthError> {
        let mut resources: Vec<String> = Vec::new();
        for resource in asked {
            // Compared by bytes, so that what is no absolute URI, or has a fragment, is none of the client's either.
            if !self.resources.iter().any(|registered| registered == resource) {
                return Err(OAuthError::new(ErrorCode::InvalidTarget, "this client may not ask for that resource"));
            }
            if !resources.iter().any(|known| known == resource) {
                resources.push(resource.to_owned());
            }
        }
        Ok(resources)
    }

    pub fn redirect_uri(&self, asked: &str) -> Option<RedirectUri> {
        // A native client's own port must survive, so the asked text is what goes on.
        self.redirect_uris
            .iter()
            .find(|registered| registered.admits(asked))
            .and_then(|_| RedirectUri::register(asked).ok())
    }

    /// The logo, where a page may show it: only from a host that the client's people are sent back to anyway, so that nobody
    /// borrows another's look and no third party learns who is asked (RFC 7591 §5). The browser loads it, this provider never does (SR-80).
    pub fn shown_logo(&self) -> Option<Url> {
        let logo = Url::parse(self.logo_uri.as_deref()?).ok()?;
        let same = |uri: &RedirectUri| {
            Url::parse(uri.as_str()).is_ok_and(|uri| uri.scheme() == logo.scheme() && uri.host() == logo.host())
        };
        (matches!(logo.scheme(), "https" | "http") && self.redirect_uris.iter().any(same)).then_some(logo)
    }

    /// Byte equality; no port of its own here (OpenID Connect RP-Initiated Logout §3.1).
    pub fn post_logout_redirect_uri(&self, asked: &str) -> Option<&RedirectUri> {
        self.post_logout_redirect_uris.iter().find(|registered| registered.as_str() == asked)
    }
}
