//! GET /.well-known/openid-configuration and its OAuth twin (OpenID Connect Discovery §3, RFC 8414 §2): derived from what is on.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::domain::{
    acr::Acr, authorization_request::ResponseMode, claims, client::GrantType, dpop, language::Language,
    login::reachable, scope, signing_key::SigningAlgorithm, tenant::Tenant,
};

use super::super::visit::Visit;

/// What this provider signs with, and believes of others.
fn algorithms() -> [&'static str; SigningAlgorithm::ALL.len()] {
    SigningAlgorithm::ALL.map(SigningAlgorithm::name)
}

pub async fn get(visit: Visit) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, visit.site.metadata.clone()).into_response()
}

/// Whether a proxy in front of us passes clients' certificates on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificates {
    Unseen,
    PassedOn,
}

/// The document of one tenant, made once.
pub fn document(tenant: &Tenant, languages: &[Language], certificates: Certificates) -> Bytes {
    let parts = [endpoints(tenant), requests(), authentication(certificates), tokens(tenant), people(languages)];
    let mut members: Map<String, Value> = parts.into_iter().filter_map(members_of).flatten().collect();
    if certificates == Certificates::PassedOn {
        members.extend(certificate_bound(&members));
    }
    Bytes::from(Value::Object(members).to_string())
}

fn members_of(part: Value) -> Option<Map<String, Value>> {
    if let Value::Object(members) = part { Some(members) } else { None }
}

fn endpoints(tenant: &Tenant) -> Value {
    let at = |path: &str| tenant.issuer.join(path);
    let mut endpoints = json!({
        "issuer": tenant.issuer.as_str(),
        "authorization_endpoint": at("/authorize"),
        "pushed_authorization_request_endpoint": at("/par"),
        "token_endpoint": at("/token"),
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
    });
    let further = [
        (tenant.policy.dynamic_registration, "registration_endpoint", "/register"),
        (tenant.policy.session_management, "check_session_iframe", "/check-session"),
    ];
    for (_, name, path) in further.into_iter().filter(|(is_on, ..)| *is_on) {
        if let Some(members) = endpoints.as_object_mut() {
            members.insert(name.to_owned(), at(path).into());
        }
    }
    endpoints
}

/// How a client may ask, and be answered.
fn requests() -> Value {
    let modes: Vec<&str> = ResponseMode::NAMED.into_iter().map(|(name, _)| name).chain(["jwt"]).collect();
    json!({
        "response_types_supported": ["code"],
        "response_modes_supported": modes,
        "authorization_signing_alg_values_supported": algorithms(),
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_object_signing_alg_values_supported": algorithms(),
        "request_uri_parameter_supported": false,
        "require_request_uri_registration": false,
        "require_pushed_authorization_requests": false,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "display_values_supported": ["page", "popup"],
    })
}

/// How clients show who they are, at each endpoint that asks (RFC 8414 §2); a public client introspects nothing.
fn authentication(certificates: Certificates) -> Value {
    let mut confidential = vec!["client_secret_basic", "client_secret_post", "private_key_jwt"];
    if certificates == Certificates::PassedOn {
        confidential.extend(["tls_client_auth", "self_signed_tls_client_auth"]);
    }
    let mut members = Map::new();
    for endpoint in ["token", "introspection", "revocation"] {
        let public = (endpoint != "introspection").then_some("none");
        let methods: Vec<&str> = confidential.iter().copied().chain(public).collect();
        members.insert(format!("{endpoint}_endpoint_auth_methods_supported"), json!(methods));
        members.insert(format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), json!(algorithms()));
    }
    let proofs = dpop::ALGORITHMS.map(SigningAlgorithm::name);
    members.insert("dpop_signing_alg_values_supported".to_owned(), json!(proofs));
    Value::Object(members)
}

/// RFC 8705 §3.3, §5: one and the same address asks for certificates and does without.
fn certificate_bound(members: &Map<String, Value>) -> [(String, Value); 2] {
    let endpoints = members.iter().filter(|(name, _)| {
        name.ends_with("_endpoint") && !["authorization_endpoint", "end_session_endpoint"].contains(&name.as_str())
    });
    let aliases: Map<String, Value> = endpoints.map(|(name, value)| (name.clone(), value.clone())).collect();
    [
        ("tls_client_certificate_bound_access_tokens".to_owned(), true.into()),
        ("mtls_endpoint_aliases".to_owned(), aliases.into()),
    ]
}

/// What it is given.
fn tokens(tenant: &Tenant) -> Value {
    let own = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
    let claims: Vec<&str> = own.into_iter().chain(claims::supported()).collect();
    let ceiling = reachable(&tenant.policy);
    let acrs: Vec<&str> = Acr::ALL.into_iter().filter(|acr| *acr <= ceiling).map(Acr::urn).collect();
    json!({
        "grant_types_supported": GrantType::ALL.map(GrantType::name),
        "scopes_supported": scope::SUPPORTED,
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "acr_values_supported": acrs,
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": algorithms(),
        "userinfo_signing_alg_values_supported": algorithms(),
        "introspection_signing_alg_values_supported": algorithms(),
    })
}

fn people(languages: &[Language]) -> Value {
    json!({ "ui_locales_supported": languages.iter().map(|language| language.tag()).collect::<Vec<_>>() })
}
