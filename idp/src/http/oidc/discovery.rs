//! GET /.well-known/openid-configuration and its OAuth twin (OpenID Connect Discovery §3, RFC 8414 §2): derived from what is on.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::domain::{
    acr::Acr, authorization_request::ResponseMode, claims, client::GrantType, dpop, language::Language,
    login::reachable, scope, signing_key::SigningAlgorithm, tenant::Tenant,
};

use super::super::visit::Visit;

pub async fn get(visit: Visit) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, visit.site.metadata.clone()).into_response()
}

/// The document of one tenant, made once.
pub fn document(tenant: &Tenant, languages: &[Language]) -> Bytes {
    let at = |path: &str| tenant.issuer.join(path);
    let own = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
    let claims: Vec<&str> = own.into_iter().chain(claims::supported()).collect();
    let ceiling = reachable(&tenant.policy);
    let acrs: Vec<&str> = Acr::ALL.into_iter().filter(|acr| *acr <= ceiling).map(Acr::urn).collect();
    let mut document = json!({
        "issuer": tenant.issuer.as_str(),
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "pushed_authorization_request_endpoint": at("/par"),
        "require_pushed_authorization_requests": false,
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "introspection_endpoint": at("/introspect"),
        "revocation_endpoint": at("/revoke"),
        "device_authorization_endpoint": at("/device_authorization"),
        "end_session_endpoint": at("/logout"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "scopes_supported": scope::SUPPORTED,
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::NAMED.map(|(name, _)| name).into_iter().chain(["jwt"]).collect::<Vec<_>>(),
        "authorization_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::name),
        "grant_types_supported": GrantType::ALL.map(GrantType::name),
        "acr_values_supported": acrs,
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::name),
        "userinfo_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::name),
        "introspection_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::name),
        "dpop_signing_alg_values_supported": dpop::ALGORITHMS.map(SigningAlgorithm::name),
        "code_challenge_methods_supported": ["S256"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_request_uri_registration": false,
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "display_values_supported": ["page", "popup"],
        "ui_locales_supported": languages.iter().map(|language| language.tag()).collect::<Vec<_>>(),
    });
    if let Some(members) = document.as_object_mut() {
        members.extend(client_authentication());
    }
    if tenant.policy.dynamic_registration
        && let Some(members) = document.as_object_mut()
    {
        members.insert("registration_endpoint".to_owned(), at("/register").into());
    }
    if tenant.policy.session_management
        && let Some(members) = document.as_object_mut()
    {
        members.insert("check_session_iframe".to_owned(), at("/check-session").into());
    }
    Bytes::from(document.to_string())
}

/// How clients show who they are, at each endpoint that asks (RFC 8414 §2); a public client introspects nothing.
fn client_authentication() -> impl Iterator<Item = (String, Value)> {
    let confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    ["token", "introspection", "revocation"].into_iter().flat_map(move |endpoint| {
        let public = (endpoint != "introspection").then_some("none");
        let methods: Vec<&str> = confidential.into_iter().chain(public).collect();
        let algorithms = SigningAlgorithm::ALL.map(SigningAlgorithm::name);
        [
            (format!("{endpoint}_endpoint_auth_methods_supported"), json!(methods)),
            (format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), json!(algorithms)),
        ]
    })
}
