//! A client's metadata as RFC 7591 JSON.

use serde_json::{Map, Value};

use crate::domain::{
    client::{AccessTokenFormat, Client, ClientKeys, Consent, Profile, SubjectType},
    client_metadata::to_json,
    language::Language,
    redirect_uri::RedirectUri,
    registered_client::RegisteredClient,
    signing_key::SigningAlgorithm,
};

/// What a client registered, defaults included, and what always holds for such a client.
pub fn of_registered(client: &RegisteredClient) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("client_id".to_owned(), client.id.as_str().into());
    map.insert("client_id_issued_at".to_owned(), client.issued_at.as_seconds().into());
    map.extend(to_json(&client.metadata));
    map.insert("consent".to_owned(), "ask".into());
    map
}

/// RFC 7591 §2 and OpenID Connect Registration §2 names; ours behind them.
pub fn of_file(client: &Client) -> Map<String, Value> {
    let uris = |uris: &[RedirectUri]| Value::from(uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>());
    let grants = client.grant_types.iter().map(|grant| grant.name());
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), value);
        }
    };
    put("client_id", Some(client.id.as_str().into()));
    let english = client.name.in_language(Language::En, Language::Ja);
    put("client_name", english.map(Value::from));
    for (language, name) in client.name.0.iter().filter(|(_, name)| Some(name.as_str()) != english) {
        put(&format!("client_name#{language}"), Some(name.as_str().into()));
    }
    put("redirect_uris", Some(uris(&client.redirect_uris)));
    let after = &client.post_logout_redirect_uris;
    put("post_logout_redirect_uris", (!after.is_empty()).then(|| uris(after)));
    put("grant_types", Some(grants.collect::<Vec<_>>().into()));
    put("response_types", Some(vec!["code"].into()));
    put("scope", Some(client.scope.to_string().into()));
    put("token_endpoint_auth_method", Some(client.authentication.name().into()));
    put("id_token_signed_response_alg", Some(client.id_token_signed_response_alg.name().into()));
    let algorithm = |algorithm: Option<SigningAlgorithm>| algorithm.map(|algorithm| algorithm.name().into());
    put("userinfo_signed_response_alg", algorithm(client.userinfo_signed_response_alg));
    put("introspection_signed_response_alg", algorithm(client.introspection_signed_response_alg));
    put("authorization_signed_response_alg", algorithm(Some(client.authorization_signed_response_alg)));
    put("request_object_signing_alg", algorithm(client.request_object_signing_alg));
    match &client.keys {
        ClientKeys::None => {}
        ClientKeys::Inline(set) => put("jwks", Some((**set).clone())),
        ClientKeys::Uri(uri) => put("jwks_uri", Some(uri.as_str().into())),
    }
    let pairwise = matches!(client.subject_type, SubjectType::Pairwise { .. });
    put("subject_type", Some(if pairwise { "pairwise" } else { "public" }.into()));
    for (name, on) in [
        ("require_signed_request_object", client.require_signed_request_object),
        ("require_pushed_authorization_requests", client.require_pushed_authorization_requests),
        ("dpop_bound_access_tokens", client.dpop_bound_access_tokens),
        ("tls_client_certificate_bound_access_tokens", client.tls_client_certificate_bound_access_tokens),
    ] {
        put(name, on.then(|| true.into()));
    }
    let acrs: Vec<&str> = client.default_acr_values.iter().map(|acr| acr.urn()).collect();
    put("default_acr_values", (!acrs.is_empty()).then(|| acrs.into()));
    put("default_max_age", client.default_max_age.map(|age| age.as_secs().into()));
    put("require_auth_time", client.require_auth_time.then(|| true.into()));
    put("initiate_login_uri", client.initiate_login_uri.clone().map(Value::from));
    put("logo_uri", client.logo_uri.clone().map(Value::from));
    put("policy_uri", client.policy_uri.clone().map(Value::from));
    put("tos_uri", client.tos_uri.clone().map(Value::from));
    put("theme", client.theme.clone().map(Value::from));
    let returns = &client.account_return_uris;
    put("account_return_uris", (!returns.is_empty()).then(|| returns.clone().into()));
    put("minimum_acr", client.minimum_acr.map(|acr| acr.urn().into()));
    put("require_pkce", Some(client.require_pkce.into()));
    put("consent", (client.consent == Consent::Ask).then(|| "ask".into()));
    put("profile", (client.profile == Profile::Fapi2).then(|| "fapi2".into()));
    put("access_token_format", (client.access_token_format == AccessTokenFormat::Jwt).then(|| "jwt".into()));
    put("resources", (!client.resources.is_empty()).then(|| client.resources.clone().into()));
    map
}
