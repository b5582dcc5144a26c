//! `clients/<client_id>.toml`: one client, in the names of RFC 7591 and OpenID Connect Registration.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Located, OneOrMany, Setting};

/// One client.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "client.toml")]
pub struct ClientToml {
    /// Without it: the name of the file.
    pub client_id: Setting<String>,
    pub client_name: Setting<String>,
    #[serde(rename = "client_name#ja")]
    pub client_name_ja: Setting<String>,
    #[serde(rename = "client_name#en")]
    pub client_name_en: Setting<String>,
    #[serde(rename = "client_name#zh-CN")]
    pub client_name_zh_cn: Setting<String>,
    #[serde(rename = "client_name#ko")]
    pub client_name_ko: Setting<String>,
    pub redirect_uris: Vec<Located<String>>,
    pub post_logout_redirect_uris: Vec<Located<String>>,
    pub grant_types: Setting<Vec<GrantTypeName>>,
    pub response_types: Setting<Vec<ResponseTypeName>>,
    pub scope: Setting<String>,
    pub token_endpoint_auth_method: Setting<AuthMethodName>,
    /// With `private_key_jwt`: the only algorithm of its assertions.
    pub token_endpoint_auth_signing_alg: Setting<AlgorithmName>,
    /// With `tls_client_auth`: what names it in its certificate; exactly one of the five.
    pub tls_client_auth_subject_dn: Setting<String>,
    pub tls_client_auth_san_dns: Setting<String>,
    pub tls_client_auth_san_uri: Setting<String>,
    pub tls_client_auth_san_ip: Setting<String>,
    pub tls_client_auth_san_email: Setting<String>,
    /// Its public keys as a JWK set, or where they are.
    pub jwks: Setting<JwksTable>,
    pub jwks_uri: Setting<String>,
    pub id_token_signed_response_alg: Setting<AlgorithmName>,
    pub userinfo_signed_response_alg: Setting<AlgorithmName>,
    pub introspection_signed_response_alg: Setting<AlgorithmName>,
    pub authorization_signed_response_alg: Setting<AlgorithmName>,
    pub request_object_signing_alg: Setting<AlgorithmName>,
    pub require_signed_request_object: Setting<bool>,
    pub require_pushed_authorization_requests: Setting<bool>,
    pub dpop_bound_access_tokens: Setting<bool>,
    pub tls_client_certificate_bound_access_tokens: Setting<bool>,
    pub subject_type: Setting<SubjectTypeName>,
    /// With `pairwise` and redirect URIs on several hosts: names them all.
    pub sector_identifier_uri: Setting<String>,
    pub default_acr_values: Vec<Located<String>>,
    /// Seconds.
    pub default_max_age: Setting<i64>,
    pub require_auth_time: Setting<bool>,
    pub initiate_login_uri: Setting<String>,
    pub backchannel_logout_uri: Setting<String>,
    /// `sid` is in every logout token of ours, asked for or not.
    pub backchannel_logout_session_required: Setting<bool>,
    pub frontchannel_logout_uri: Setting<String>,
    pub frontchannel_logout_session_required: Setting<bool>,
    pub logo_uri: Setting<String>,
    pub policy_uri: Setting<String>,
    pub tos_uri: Setting<String>,
    /// Never here: `client_secret_sha256` or `client_secret_file`.
    #[schemars(skip)]
    pub client_secret: Setting<String>,
    pub client_secret_file: Setting<String>,
    /// Lower-case hex; two while rotating.
    pub client_secret_sha256: Option<OneOrMany>,
    pub theme: Setting<String>,
    pub account_return_uris: Vec<Located<String>>,
    pub menu: MenuTable,
    pub minimum_acr: Setting<String>,
    pub consent: Setting<ConsentName>,
    pub require_pkce: Setting<bool>,
    pub access_token_format: Setting<AccessTokenFormatName>,
    pub profile: Setting<ProfileName>,
    /// Protected resources that it may ask tokens for (RFC 8707).
    pub resources: Vec<Located<String>>,
}

/// RFC 7517 §5.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct JwksTable {
    pub keys: Vec<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MenuTable {
    pub top: Setting<String>,
    pub manual: Setting<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantTypeName {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseTypeName {
    Code,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethodName {
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
    TlsClientAuth,
    SelfSignedTlsClientAuth,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AlgorithmName {
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectTypeName {
    Public,
    Pairwise,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentName {
    None,
    Ask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormatName {
    Opaque,
    Jwt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProfileName {
    Fapi2,
}
