//! A relying party, described with RFC 7591 and OpenID registration names.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    acr::Acr,
    ids::{ClientId, SessionId},
    parameters::encode,
    redirect_uri::RedirectUri,
    scope::Scope,
    secret,
    signing_key::SigningAlgorithm,
    tenant::LocalizedText,
};

#[derive(Clone, Debug)]
pub struct Client {
    pub id: ClientId,
    pub name: LocalizedText,
    pub redirect_uris: Vec<RedirectUri>,
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    pub grant_types: BTreeSet<GrantType>,
    /// What it may ask for.
    pub scope: Scope,
    pub authentication: ClientAuthentication,
    pub id_token_signed_response_alg: SigningAlgorithm,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
}

/// `token_endpoint_auth_method` with what it needs (RFC 7591 §2): the registered one is the only one that works.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// A public client.
    None,
    SecretBasic(ClientSecrets),
    SecretPost(ClientSecrets),
}

impl ClientAuthentication {
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

    pub fn redirect_uri(&self, asked: &str) -> Option<RedirectUri> {
        // A native client's own port must survive, so the asked text is what goes on.
        self.redirect_uris
            .iter()
            .find(|registered| registered.admits(asked))
            .and_then(|_| RedirectUri::register(asked).ok())
    }

    /// Byte equality; no port of its own here (OpenID Connect RP-Initiated Logout §3.1).
    pub fn post_logout_redirect_uri(&self, asked: &str) -> Option<&RedirectUri> {
        self.post_logout_redirect_uris.iter().find(|registered| registered.as_str() == asked)
    }
}
