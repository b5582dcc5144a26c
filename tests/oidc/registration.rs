//! POST /register (RFC 7591, OpenID Connect Registration 1.0).

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{
    Student, World,
    assertion::{Signer, key},
    browser::Call,
    client::CALLBACK,
    https::Https,
    jose,
    registrar::{json_call, metadata, metadata_with, open, open_world},
    setup::ISSUER,
    world::events,
};

use super::{refusal, refused};

const REGISTER: &str = "https://id.example.jp/register";

#[tokio::test]
async fn what_is_registered_is_told_with_its_defaults() {
    let world = open_world().await;
    let answer = world.register(&metadata()).await;
    assert_eq!((answer.status(), answer.header("cache-control")), (201, "no-store"));
    assert!(answer.header("content-type").starts_with("application/json"));
    let told = answer.json();
    let id = told["client_id"].as_str().unwrap();
    assert_eq!(told["registration_client_uri"], format!("{ISSUER}/register/{id}"));
    assert_eq!(told["client_id_issued_at"], world.now().as_seconds());
    assert_eq!(told["client_secret_expires_at"], 0);
    assert!(told["client_secret"].as_str().unwrap().len() >= 43);
    assert!(told["registration_access_token"].as_str().unwrap().len() >= 43);
    for (name, value) in [
        ("redirect_uris", json!([CALLBACK])),
        ("client_name", json!("Newcomer")),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("scope", json!("openid profile email address phone")),
        ("application_type", json!("web")),
        ("subject_type", json!("public")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("require_auth_time", json!(false)),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
}

#[tokio::test]
async fn everything_that_is_known_is_told_back_and_the_rest_is_ignored() {
    let world = open_world().await;
    let key = jose::Key::generate("ES256", "k1");
    let said = json!({
        "redirect_uris": [CALLBACK, "http://127.0.0.1/cb"], "post_logout_redirect_uris": ["https://rp.example/bye"],
        "client_name": "RP", "client_name#ja": "あるサービス", "client_uri": "https://rp.example/",
        "logo_uri": "https://rp.example/logo.png", "policy_uri": "https://rp.example/policy",
        "tos_uri": "https://rp.example/tos", "contacts": ["a@rp.example"], "application_type": "native",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "scope": "openid email offline_access", "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256", "jwks": { "keys": [key.jwk()] },
        "id_token_signed_response_alg": "PS256", "userinfo_signed_response_alg": "EdDSA",
        "request_object_signing_alg": "ES256", "default_max_age": 3600, "require_auth_time": true,
        "default_acr_values": ["urn:idp:acr:second-password"], "initiate_login_uri": "https://rp.example/start",
        "backchannel_logout_uri": "https://rp.example/out", "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": "https://rp.example/front", "frontchannel_logout_session_required": true,
        "subject_type": "public", "dpop_bound_access_tokens": true, "require_pushed_authorization_requests": true,
        "software_id": "4NRB1-0XZABZI9E6-5SM3R", "software_version": "1.2",
    });
    let mut sent = said.clone();
    for (name, value) in [
        ("software_statement", json!("eyJhbGciOiJub25lIn0.e30.")),
        ("request_uris", json!(["https://rp.example/r#x"])),
        ("theme", json!("default")),
        ("menu", json!({ "top": "https://rp.example/" })),
        ("consent", json!("none")),
        ("minimum_acr", json!("urn:idp:acr:university")),
        ("require_pkce", json!(false)),
        ("access_token_format", json!("jwt")),
        ("client_id", json!("chosen")),
        ("client_secret", json!("chosen")),
        ("client_name#fr", json!("Le client")),
        ("logo_uri#ja", Value::Null),
    ] {
        sent[name] = value;
    }
    let told = world.registered(&sent).await.told;
    let told = told.as_object().unwrap();
    for (name, value) in said.as_object().unwrap() {
        assert_eq!(told.get(name), Some(value), "{name}");
    }
    let ours = ["client_id", "client_id_issued_at", "registration_client_uri", "registration_access_token"];
    let beside: BTreeSet<_> =
        told.keys().filter(|name| said.get(name.as_str()).is_none()).map(String::as_str).collect();
    assert_eq!(beside, BTreeSet::from(ours), "no secret for a method without one, nothing that was ignored");
    assert_ne!(told["client_id"], "chosen");
}

#[tokio::test]
async fn what_a_client_may_not_be_is_refused_by_name() {
    let world = open_world().await;
    let token = world.registration_token(1).await;
    let key = jose::Key::generate("ES256", "k1").jwk();
    let mut private = key.clone();
    private["d"] = json!("AAAA");
    let redirect = |uri: &str| metadata_with(json!({ "redirect_uris": [CALLBACK, uri] }));
    let with = |name: &str, value: Value| metadata_with(json!({ name: value }));
    let keyed = |other: Value| {
        let mut metadata = metadata_with(json!({ "token_endpoint_auth_method": "private_key_jwt" }));
        metadata.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        metadata
    };
    let (uri, data) = ("invalid_redirect_uri", "invalid_client_metadata");
    for (metadata, error) in [
        (json!({}), uri),
        (json!({ "redirect_uris": [] }), uri),
        (json!({ "redirect_uris": null }), uri),
        (json!({ "redirect_uris": CALLBACK }), uri),
        (redirect("https://rp.example/cb#fragment"), uri),
        (redirect("https://rp.example/cb#"), uri),
        (redirect("http://rp.example/cb"), uri),
        (redirect("https://me@rp.example/cb"), uri),
        (redirect("https://*.example/cb"), uri),
        (redirect("javascript:alert(1)"), uri),
        (redirect("data:text/html,x"), uri),
        (redirect("https://rp.example/a b"), uri),
        (redirect("/cb"), uri),
        (with("post_logout_redirect_uris", json!(["https://rp.example/#x"])), data),
        (with("response_types", json!(["code", "id_token"])), data),
        (with("response_types", json!(["code id_token"])), data),
        (with("response_types", json!(["token"])), data),
        (with("response_types", json!([])), data),
        (with("grant_types", json!(["implicit"])), data),
        (with("grant_types", json!(["password"])), data),
        (with("grant_types", json!(["refresh_token"])), data),
        (with("grant_types", json!([])), data),
        (with("id_token_signed_response_alg", json!("none")), data),
        (with("id_token_signed_response_alg", json!("HS256")), data),
        (with("userinfo_signed_response_alg", json!("none")), data),
        (with("request_object_signing_alg", json!("none")), data),
        (with("token_endpoint_auth_method", json!("client_secret_jwt")), data),
        (with("token_endpoint_auth_method", json!("private_key_jwt")), data),
        (with("token_endpoint_auth_method", json!("tls_client_auth")), data),
        (with("token_endpoint_auth_signing_alg", json!("HS256")), data),
        (with("id_token_encrypted_response_alg", json!("RSA-OAEP")), data),
        (with("userinfo_encrypted_response_enc", json!("A128GCM")), data),
        (with("request_object_encryption_alg", json!("RSA-OAEP")), data),
        (with("scope", json!("openid everything")), data),
        (with("subject_type", json!("secret")), data),
        (with("application_type", json!("robot")), data),
        (with("default_max_age", json!(-1)), data),
        (with("default_acr_values", json!(["1"])), data),
        (with("client_name", json!("x".repeat(129))), data),
        (with("client_name", json!("two\nlines")), data),
        (with("client_name", json!("safe\u{202e}name")), data),
        (with("client_name", json!(7)), data),
        (with("logo_uri", json!("http://rp.example/logo.png")), data),
        (with("policy_uri", json!("javascript:alert(1)")), data),
        (with("initiate_login_uri", json!("http://127.0.0.1/start")), data),
        (with("frontchannel_logout_uri", json!("https://other.example/out")), data),
        (with("backchannel_logout_uri", json!("http://127.0.0.1/out")), data),
        (with("backchannel_logout_uri", json!("https://rp.example/out#x")), data),
        (with("frontchannel_logout_uri", json!("https://rp.example/out#x")), data),
        (with("initiate_login_uri", json!("https://rp.example/start#x")), data),
        (with("jwks", json!({ "keys": [key], "x": 1 })), "fine"),
        (keyed(json!({ "jwks": { "keys": [] } })), data),
        (keyed(json!({ "jwks": { "keys": [{ "kty": "RSA" }] } })), data),
        (keyed(json!({ "jwks": { "keys": [private] } })), data),
        (keyed(json!({ "jwks": [key] })), data),
        (keyed(json!({ "jwks": { "keys": [key] }, "jwks_uri": "https://rp.example/jwks" })), data),
        (keyed(json!({ "jwks_uri": "http://rp.example/jwks" })), data),
        (metadata_with(json!({ "subject_type": "pairwise", "redirect_uris": [CALLBACK, "https://b.example/"] })), data),
    ] {
        if error == "fine" {
            assert_eq!(world.register(&metadata).await.status(), 201, "{metadata}");
            continue;
        }
        let answer = world.register_with(&token, &metadata).await;
        assert_eq!(refusal(&answer), refused(400, error), "{metadata}: {}", answer.page.body);
    }
    assert_eq!(world.register_with(&token, &metadata()).await.status(), 201, "no refusal used the token up");
}

#[tokio::test]
async fn a_refusal_repeats_nothing_that_was_sent() {
    let world = open_world().await;
    let answer = world.register(&metadata_with(json!({ "redirect_uris": ["http://marked.example/"] }))).await;
    assert_eq!(answer.status(), 400);
    assert!(!answer.page.body.contains("marked"), "{}", answer.page.body);
}

#[tokio::test]
async fn a_body_that_is_no_strict_json_object_is_refused() {
    let world = open_world().await;
    let token = world.registration_token(1).await;
    let post = async |kind: &str, body: &str| {
        let mut call = json_call(Method::POST, REGISTER, &token, &Value::Null);
        call.headers[1].1 = kind.to_owned();
        call.body = body.to_owned();
        world.service().send(call).await
    };
    let good = metadata().to_string();
    let twice = good.replacen('{', "{\"client_name\":\"a\",", 1);
    let deep = format!("{{\"redirect_uris\":[\"{CALLBACK}\"],\"x\":{}{}}}", "[".repeat(20), "]".repeat(20));
    for (kind, body) in [
        ("application/x-www-form-urlencoded", good.as_str()),
        ("text/plain", &good),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "null"),
        ("application/json", &good[1..]),
        ("application/json", &format!("{good}{good}")),
        ("application/json", &twice),
        ("application/json", &deep),
    ] {
        assert_eq!(refusal(&post(kind, body).await), refused(400, "invalid_request"), "{kind} {body}");
    }
    let long = metadata_with(json!({ "x": "a".repeat(64 * 1024) })).to_string();
    assert_eq!(post("application/json", &long).await.status(), 413);
    let fat = metadata_with(json!({ "contacts": vec!["a".repeat(1900); 10] })).to_string();
    assert_eq!(refusal(&post("application/json", &fat).await), refused(400, "invalid_client_metadata"));
    assert_eq!(post("application/json; charset=utf-8", &good).await.status(), 201);
}

#[tokio::test]
async fn what_lies_inside_is_not_called_for_a_stranger() {
    let world = open_world().await;
    let token = world.registration_token(1).await;
    for address in [
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://[fd00::1]/x",
        "https://rp.example:22/x",
        "https://rp.example:9200/x",
    ] {
        for member in ["jwks_uri", "sector_identifier_uri", "backchannel_logout_uri"] {
            let answer = world.register_with(&token, &metadata_with(json!({ member: address }))).await;
            assert_eq!(refusal(&answer), refused(400, "invalid_client_metadata"), "{member} {address}");
        }
    }
}

#[tokio::test]
async fn what_the_operator_lists_no_longer_is_not_called_for_who_registered_it_before() {
    let world = open_world().await;
    let server = Https::listen();
    let client = world
        .registered(&metadata_with(json!({
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": server.publish("/jwks", &json!({ "keys": [key("ES256").jwk()] })),
            "backchannel_logout_uri": server.answers("/out", 200, "{}"),
        })))
        .await;
    let signer = Signer::new(&world, &client.id(), key("ES256"));
    let mut student = world.student().await;
    let signs_out = async |student: &mut Student| {
        student.signs_in_and_allows(&client.party().url(&[])).await.code();
        let ask = student.browser.open(&format!("{ISSUER}/logout")).await;
        assert_eq!(student.browser.press(&ask, &[], "yes").await.id(), "signed-out");
        world.flows().tell_clients_of_logout(&world.configuration().tenants).await.unwrap();
    };
    assert!(signer.passes(&signer.assertion()).await);
    signs_out(&mut student).await;
    assert_eq!(server.asked(), ["/jwks", "/out"]);
    world.restart_with(open().without_outbound_allow()).await;
    assert!(!signer.passes(&signer.assertion()).await);
    signs_out(&mut student).await;
    assert_eq!(server.asked(), ["/jwks", "/out"], "this machine is not listed any more");
    world.restart_with(open()).await;
    assert!(signer.passes(&signer.assertion()).await);
}

#[tokio::test]
async fn a_sector_that_cannot_be_read_says_nothing_of_why() {
    let world = open_world().await;
    let token = world.registration_token(1).await;
    let server = Https::listen();
    let elsewhere = server.publish("/sector.json", &json!([CALLBACK]));
    let mut told = Vec::new();
    for address in [
        server.address("/missing.json"),
        server.answers("/broken.json", 200, "[\"https://rp.example/callback\""),
        server.answers("/object.json", 200, "{}"),
        server.answers("/moved.json", 302, &elsewhere),
        server.answers("/failing.json", 500, "[]"),
        "https://127.0.0.1:1/sector.json".to_owned(),
    ] {
        let answer = world.register_with(&token, &metadata_with(json!({ "sector_identifier_uri": address }))).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_client_metadata"), "{address}");
        told.push(answer.page.body);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(!server.asked().contains(&"/sector.json".to_owned()), "no redirect was followed");
}

#[tokio::test]
async fn people_are_always_asked_before_a_registered_client_learns_of_them() {
    let world = open_world().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let party = world.registered(&metadata_with(json!({ "consent": "none" }))).await.party();
    let silent = student.browser.open(&party.url(&[("prompt", "none")])).await;
    assert_eq!(super::error_of(&silent), "consent_required");
    let page = student.browser.open(&party.url(&[])).await;
    assert_eq!(page.id(), "consent");
    assert!(page.text().contains("Newcomer"), "{}", page.text());
    let denied = student.browser.press(&page, &[], "deny").await;
    assert_eq!(super::error_of(&denied), "access_denied");
    student.signs_in_and_allows(&party.url(&[])).await.code();
    student.browser.open(&party.url(&[("prompt", "none")])).await.code();
}

#[tokio::test]
async fn a_page_of_a_registered_client_may_call_the_token_endpoint() {
    let world = open_world().await;
    let origin = "https://spa.example";
    let preflight = async || {
        let call = Call::get(&format!("{ISSUER}/token")).method(Method::OPTIONS).with("origin", origin);
        let answer = world.service().send(call.with("access-control-request-method", "POST")).await;
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(preflight().await, "");
    let client = world.registered(&json!({ "redirect_uris": [format!("{origin}/cb")] })).await;
    assert_eq!(preflight().await, origin);
    client.deletes().await;
    assert_eq!(preflight().await, "");
}

#[tokio::test]
async fn where_it_is_off_there_is_no_such_endpoint() {
    let world = World::start().await;
    let token = world.registration_token(1).await;
    assert_eq!(world.register_with(&token, &metadata()).await.status(), 404);
    let gone = format!("{REGISTER}/some-client");
    assert_eq!(world.service().send(json_call(Method::GET, &gone, &token, &Value::Null)).await.status(), 404);
    let discovery = |world: std::sync::Arc<World>| async move {
        world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await.json()
    };
    assert!(discovery(world).await.get("registration_endpoint").is_none());
    assert_eq!(discovery(open_world().await).await["registration_endpoint"], REGISTER);
}

#[tokio::test]
async fn secrets_and_tokens_are_kept_as_hashes_and_acts_stand_in_the_trail() {
    use sea_orm::{ConnectionTrait, Statement};
    let world = open_world().await;
    let initial = world.registration_token(1).await;
    let answer = world.register_with(&initial, &metadata()).await;
    let db = world.raw_database().await;
    let mut stored = String::new();
    for (table, columns) in [
        ("registered_client", "id || metadata || secret_hash || access"),
        ("registration_token", "key || id"),
        ("audit_event", "event || detail"),
    ] {
        let all = Statement::from_string(db.get_database_backend(), format!("SELECT {columns} FROM {table}"));
        for row in db.query_all_raw(all).await.unwrap() {
            stored += &row.try_get_by_index::<String>(0).unwrap();
        }
    }
    assert!(stored.contains(&answer.text("client_id")));
    for secret in [&initial, &answer.text("client_secret"), &answer.text("registration_access_token")] {
        assert!(!stored.contains(secret.as_str()));
    }
    let trail = world.whole_trail().await;
    let acts = events(&trail);
    assert!(acts.contains(&"client.registered") && acts.contains(&"admin.changed"), "{acts:?}");
}
