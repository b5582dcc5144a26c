//! `oidcc-discovery-endpoint-verification` of the Config plan, check by check (protocol.md §4).

use serde_json::{Value, json};
use url::Url;

use crate::support::{browser::Call, setup::ISSUER};

use super::Module;

const PATH: &str = "/.well-known/openid-configuration";

fn texts(document: &Value, name: &str) -> Vec<String> {
    let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is no list"));
    list.iter().map(|text| text.as_str().unwrap_or_else(|| panic!("{name} holds {text}")).to_owned()).collect()
}

#[tokio::test]
async fn discovery_is_json_at_its_well_known_address() {
    let op = Module::start("query").await;
    let answer = op.client.send(Call::get(&format!("{ISSUER}{PATH}"))).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(ISSUER.starts_with("https://"));
}

#[tokio::test]
async fn issuer_is_that_address_without_the_suffix() {
    let op = Module::start("query").await;
    assert_eq!(op.discovery["issuer"], ISSUER);
    let issuer = Url::parse(ISSUER).unwrap();
    assert!(issuer.query().is_none() && issuer.fragment().is_none() && issuer.username().is_empty());
}

#[tokio::test]
async fn response_types_supported_is_code_alone() {
    let op = Module::start("query").await;
    assert_eq!(op.discovery["response_types_supported"], json!(["code"]));
}

#[tokio::test]
async fn subject_types_and_rs256_are_there() {
    let op = Module::start("query").await;
    assert!(texts(&op.discovery, "subject_types_supported").contains(&"public".to_owned()));
    assert!(texts(&op.discovery, "id_token_signing_alg_values_supported").contains(&"RS256".to_owned()));
}

#[tokio::test]
async fn every_endpoint_is_https() {
    let op = Module::start("query").await;
    let addresses = op.discovery.as_object().unwrap().iter();
    let mut count = 0;
    for (name, value) in addresses.filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri") {
        let address = Url::parse(value.as_str().unwrap()).unwrap();
        assert_eq!(address.scheme(), "https", "{name}");
        assert!(address.as_str().starts_with(ISSUER), "{name}");
        count += 1;
    }
    assert!(count >= 7, "{count}");
}

#[tokio::test]
async fn every_endpoint_that_is_named_is_there() {
    let op = Module::start("query").await;
    for (name, value) in op.discovery.as_object().unwrap() {
        if name.ends_with("_endpoint") || name.ends_with("_iframe") || name == "jwks_uri" {
            let answer = op.client.send(Call::get(value.as_str().unwrap())).await;
            assert_ne!(answer.status(), 404, "{name}");
        }
    }
}

#[tokio::test]
async fn grant_types_supported_holds_authorization_code() {
    let op = Module::start("query").await;
    let grants = texts(&op.discovery, "grant_types_supported");
    assert!(grants.contains(&"authorization_code".to_owned()));
    for refused in ["implicit", "password"] {
        assert!(!grants.contains(&refused.to_owned()), "{refused}");
    }
}

#[tokio::test]
async fn scopes_supported_holds_openid_and_legal_tokens() {
    let op = Module::start("query").await;
    let scopes = texts(&op.discovery, "scopes_supported");
    assert!(scopes.contains(&"openid".to_owned()));
    for scope in scopes {
        let legal = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(!scope.is_empty() && scope.bytes().all(legal), "{scope}");
    }
}

#[tokio::test]
async fn locales_are_registered_language_tags() {
    let op = Module::start("query").await;
    assert_eq!(texts(&op.discovery, "ui_locales_supported"), ["ja", "en", "zh-CN", "ko"]);
    assert!(op.discovery.get("claims_locales_supported").is_none());
}

#[tokio::test]
async fn code_challenge_methods_supported_is_s256_alone() {
    let op = Module::start("query").await;
    assert_eq!(op.discovery["code_challenge_methods_supported"], json!(["S256"]));
}

/// The members of RFC 8414, OpenID Connect Discovery and of what else is spoken here, by their types.
const LISTS: &[&str] = &[
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "introspection_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "code_challenge_methods_supported",
    "claim_types_supported",
    "claims_supported",
    "prompt_values_supported",
    "display_values_supported",
    "ui_locales_supported",
    "dpop_signing_alg_values_supported",
    "authorization_signing_alg_values_supported",
];
const FLAGS: &[&str] = &[
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "authorization_response_iss_parameter_supported",
    "tls_client_certificate_bound_access_tokens",
];
const ADDRESSES: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
    "registration_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "check_session_iframe",
    "service_documentation",
    "op_policy_uri",
    "op_tos_uri",
];

#[tokio::test]
async fn every_member_has_its_type_and_none_is_unknown() {
    let op = Module::start("query").await;
    for (name, value) in op.discovery.as_object().unwrap() {
        match name.as_str() {
            name if LISTS.contains(&name) => assert!(!texts(&op.discovery, name).is_empty(), "{name}"),
            name if FLAGS.contains(&name) => assert!(value.is_boolean(), "{name}: {value}"),
            name if ADDRESSES.contains(&name) => drop(Url::parse(value.as_str().unwrap()).unwrap()),
            "mtls_endpoint_aliases" => assert!(value.is_object()),
            _ => panic!("{name} is not in the suite's list"),
        }
    }
}

#[tokio::test]
async fn claims_supported_and_userinfo_are_there() {
    let op = Module::start("query").await;
    assert!(texts(&op.discovery, "claims_supported").contains(&"sub".to_owned()));
    assert!(op.discovery["userinfo_endpoint"].is_string());
}
