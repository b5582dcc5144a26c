//! Discovery and keys: what is said and no more, and how it is cached (OpenID Connect Discovery §3, RFC 8414, RFC 7517).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{
    World,
    browser::Call,
    setup::{ISSUER, OTHER_ISSUER},
};

async fn document(world: &std::sync::Arc<World>) -> Value {
    let answer = world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.header("content-type").starts_with("application/json"));
    answer.json()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_document_names_every_endpoint_below_the_issuer() {
    let world = World::start().await;
    let document = document(&world).await;
    assert_eq!(document["issuer"], ISSUER);
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "introspection_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
    ] {
        let url = document[name].as_str().unwrap_or_else(|| panic!("{name} is missing"));
        assert!(url.starts_with(&format!("{ISSUER}/")), "{name}: {url}");
    }
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(value.as_str().unwrap().starts_with("https://"), "{name}");
        }
    }
}

#[tokio::test]
async fn the_document_says_what_is_spoken_and_no_more() {
    let world = World::start().await;
    let document = document(&world).await;
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(
        texts(&document["response_modes_supported"]),
        ["query", "form_post", "query.jwt", "form_post.jwt", "jwt"]
    );
    assert_eq!(texts(&document["code_challenge_methods_supported"]), ["S256"]);
    assert!(texts(&document["grant_types_supported"]).contains(&"refresh_token"));
    assert!(texts(&document["subject_types_supported"]).contains(&"public"));
    let algorithms = texts(&document["id_token_signing_alg_values_supported"]);
    assert!(
        algorithms.contains(&"RS256")
            && !algorithms.contains(&"none")
            && !algorithms.iter().any(|name| name.starts_with("HS"))
    );
    assert_eq!(document["request_parameter_supported"], true);
    for list in ["request_object_signing_alg_values_supported", "authorization_signing_alg_values_supported"] {
        assert_eq!(texts(&document[list]), ["RS256", "ES256", "PS256", "EdDSA"], "{list}");
    }
    assert_eq!(document["pushed_authorization_request_endpoint"], format!("{ISSUER}/par"));
    assert_eq!(document["require_pushed_authorization_requests"], false);
    assert_eq!(document["request_uri_parameter_supported"], false);
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["claims_parameter_supported"], true);
    for method in texts(&document["token_endpoint_auth_methods_supported"]) {
        assert!(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"].contains(&method), "{method}");
    }
    let scopes = texts(&document["scopes_supported"]);
    for scope in ["openid", "profile", "email", "address", "phone", "offline_access"] {
        assert!(scopes.contains(&scope), "{scope}");
    }
    assert!(texts(&document["claims_supported"]).contains(&"sub"));
    assert!(texts(&document["ui_locales_supported"]).contains(&"ja"));
    let prompts = texts(&document["prompt_values_supported"]);
    for prompt in ["none", "login", "select_account"] {
        assert!(prompts.contains(&prompt), "{prompt}");
    }
}

#[tokio::test]
async fn acr_values_end_where_the_tenant_s_policy_ends() {
    use crate::support::setup::Setup;
    let world = World::start().await;
    let all = texts(&document(&world).await["acr_values_supported"]).len();
    let world = World::with(Setup::default().set("policy.two_factor", "off")).await;
    let fewer = document(&world).await;
    assert!(!texts(&fewer["acr_values_supported"]).contains(&"urn:idp:acr:auth-key"));
    assert_eq!(texts(&fewer["acr_values_supported"]).len(), all - 1);
}

#[tokio::test]
async fn both_well_known_addresses_give_the_same() {
    let world = World::start().await;
    let one = world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await;
    let two = world.service().send(Call::get(&format!("{ISSUER}/.well-known/oauth-authorization-server"))).await;
    assert_eq!(one.page.body, two.page.body);
    assert_eq!(one.header("access-control-allow-origin"), "*");
    assert!(one.header("cache-control").contains("max-age"));
}

#[tokio::test]
async fn no_member_is_null_and_none_stands_twice() {
    let world = World::start().await;
    let answer = world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await;
    for (name, value) in answer.json().as_object().unwrap() {
        assert!(!value.is_null() && *value != json!([]) && *value != json!(""), "{name}");
        assert_eq!(answer.page.body.matches(&format!("\"{name}\":")).count(), 1, "{name}");
    }
}

#[tokio::test]
async fn the_key_set_is_not_sent_again_to_who_has_it() {
    let world = World::start().await;
    let url = format!("{ISSUER}/jwks");
    let first = world.service().send(Call::get(&url)).await;
    let again = world.service().send(Call::get(&url).with("if-none-match", first.header("etag"))).await;
    assert_eq!((again.status(), again.page.body.as_str()), (304, ""));
    let other = world.service().send(Call::get(&url).with("if-none-match", "\"x\"")).await;
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn two_tenants_share_no_key() {
    let world = World::start().await;
    let kids = async |issuer: &str| {
        let body = world.service().send(Call::get(&format!("{issuer}/jwks"))).await.json();
        body["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert!(kids(ISSUER).await.is_disjoint(&kids(OTHER_ISSUER).await));
}
