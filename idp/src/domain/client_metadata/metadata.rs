//! A client's metadata as it was said, value by value, before any rule has looked at it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::{
    acr::Acr,
    client::{AccessTokenFormat, Consent, GrantType, Menu, Profile},
    language::Language,
    signing_key::SigningAlgorithm,
};

/// In the names of RFC 7591 §2 and the specifications that add to it. None and empty: it was not said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientMetadata {
    pub client_name: Option<String>,
    /// `client_name#ja` (RFC 7591 §2.2).
    pub client_names: BTreeMap<Language, String>,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub grant_types: Option<Vec<GrantType>>,
    pub response_types: Option<Vec<ResponseType>>,
    pub scope: Option<String>,
    pub token_endpoint_auth_method: Option<AuthMethod>,
    pub token_endpoint_auth_signing_alg: Option<SigningAlgorithm>,
    pub tls_client_auth: CertificateNames,
    pub jwks: Option<Value>,
    pub jwks_uri: Option<String>,
    pub id_token_signed_response_alg: Option<SigningAlgorithm>,
    pub userinfo_signed_response_alg: Option<SigningAlgorithm>,
    pub introspection_signed_response_alg: Option<SigningAlgorithm>,
    pub authorization_signed_response_alg: Option<SigningAlgorithm>,
    pub request_object_signing_alg: Option<SigningAlgorithm>,
    pub require_signed_request_object: Option<bool>,
    pub require_pushed_authorization_requests: Option<bool>,
    pub dpop_bound_access_tokens: Option<bool>,
    pub tls_client_certificate_bound_access_tokens: Option<bool>,
    pub subject_type: Option<SubjectKind>,
    pub sector_identifier_uri: Option<String>,
    pub default_acr_values: Vec<String>,
    /// Seconds.
    pub default_max_age: Option<i64>,
    pub require_auth_time: Option<bool>,
    pub initiate_login_uri: Option<String>,
    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: Option<bool>,
    pub frontchannel_logout_uri: Option<String>,
    pub frontchannel_logout_session_required: Option<bool>,
    pub logo_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    // Below here: kept for the client's own sake; nothing here acts on it.
    pub client_uri: Option<String>,
    pub application_type: Option<ApplicationType>,
    pub contacts: Vec<String>,
    pub software_id: Option<String>,
    pub software_version: Option<String>,
}

/// What names a client in its certificate (RFC 8705 §2.1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateNames {
    pub subject_dn: Option<String>,
    pub san_dns: Option<String>,
    pub san_uri: Option<String>,
    pub san_ip: Option<String>,
    pub san_email: Option<String>,
}

/// Our own settings beside the metadata (contract.md): an operator's word only.
#[derive(Clone, Debug)]
pub struct OwnSettings {
    pub theme: Option<String>,
    pub account_return_uris: Vec<String>,
    pub menu: Menu,
    pub minimum_acr: Option<Acr>,
    pub require_pkce: bool,
    pub consent: Consent,
    pub profile: Profile,
    pub access_token_format: AccessTokenFormat,
    pub resources: Vec<String>,
}

impl OwnSettings {
    /// Those of a client that registered itself: people are asked, and nothing of ours is its to choose (SR-60).
    pub fn of_a_registered_client() -> Self {
        Self {
            theme: None,
            account_return_uris: Vec::new(),
            menu: Menu::default(),
            minimum_acr: None,
            require_pkce: true,
            consent: Consent::Ask,
            profile: Profile::Plain,
            access_token_format: AccessTokenFormat::Opaque,
            resources: Vec::new(),
        }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $kind:ident { $($value:ident = $name:literal),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind { $($value),* }

        impl $kind {
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $name),* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$value),)* _ => None }
            }
        })*
    };
}

words! {
    /// Implicit and hybrid are not spoken (SR-50).
    ResponseType { Code = "code" }
    AuthMethod {
        ClientSecretBasic = "client_secret_basic",
        ClientSecretPost = "client_secret_post",
        PrivateKeyJwt = "private_key_jwt",
        TlsClientAuth = "tls_client_auth",
        SelfSignedTlsClientAuth = "self_signed_tls_client_auth",
        None = "none",
    }
    SubjectKind { Public = "public", Pairwise = "pairwise" }
    /// OpenID Connect Registration §2.
    ApplicationType { Web = "web", Native = "native" }
}

impl AuthMethod {
    /// Whether the client shows a secret.
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}
