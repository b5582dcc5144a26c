//! Dynamic registration and third-party login (protocol.md §5, B17).

use std::{collections::BTreeSet, sync::Arc};

use idp::domain::signing_key::SigningAlgorithm;
use serde_json::json;

use crate::support::{
    Page, World,
    assertion::{Signer, key},
    client::{Answer, CALLBACK, VERIFIER, claims},
    clock::MINUTE,
    https::Https,
    jose,
    registrar::{metadata, metadata_with, open_world},
    setup::ISSUER,
};

use super::{
    super::{refusal, refused},
    module::{read, strong},
};

#[tokio::test]
async fn any_registration() {
    let world = open_world().await;
    let endpoint = read(&world.service(), "/.well-known/openid-configuration").await["registration_endpoint"].clone();
    assert_eq!(endpoint, format!("{ISSUER}/register"));
    let key = jose::Key::generate("RS256", "k1");
    for (method, other) in [
        ("client_secret_basic", json!({})),
        ("client_secret_post", json!({})),
        ("private_key_jwt", json!({ "jwks": { "keys": [key.jwk()] } })),
        ("none", json!({})),
    ] {
        let mut said = metadata_with(json!({
            "token_endpoint_auth_method": method, "grant_types": ["authorization_code"], "response_types": ["code"],
            "contacts": ["certification@oidf.example"],
        }));
        said.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        let answer = world.register(&said).await;
        assert_eq!(answer.status(), 201, "{}", answer.page.body);
        assert!(answer.header("content-type").starts_with("application/json"));
        let told = answer.json();
        assert!(!told["client_id"].as_str().unwrap().is_empty());
        assert_eq!(told.get("client_secret").is_some(), method.starts_with("client_secret"), "{method}");
        assert_eq!(told.get("client_secret").is_some(), told.get("client_secret_expires_at").is_some());
        assert!(told["client_secret"].as_str().is_none_or(strong));
        assert!(told["registration_client_uri"].as_str().unwrap().starts_with("https://"));
        assert!(strong(told["registration_access_token"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn b17_dynamic_client() {
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    let answer = client.deletes().await;
    assert_eq!((answer.status(), answer.page.body.as_str()), (204, ""));
}

#[tokio::test]
async fn oidcc_idtoken_signature_of_a_dynamic_client() {
    let world = open_world().await;
    let mut student = world.student().await;
    let party = world.registered(&metadata()).await.party();
    let page = student.signs_in_and_allows(&party.url(&[])).await;
    let tokens = party.redeem(&page.code()).await;
    assert_eq!(tokens.status(), 200, "{}", tokens.page.body);
    let id_token = tokens.text("id_token");
    let header = jose::header(&id_token);
    assert_eq!(header["alg"], "RS256");
    assert!(!header["kid"].as_str().unwrap().is_empty());
    let verified = jose::verified(&read(&party, "/jwks").await, &id_token);
    assert_eq!((&verified["aud"], &verified), (&json!(party.id), &claims(&id_token)));
}

/// P-31 of a client that registered with this member; it signs in with it to the end.
async fn asked_with(member: &str, address: &str) -> Page {
    let world = open_world().await;
    let mut student = world.student().await;
    let party = world.registered(&metadata_with(json!({ member: address }))).await.party();
    let page = student.signs_in_at(&party.url(&[])).await;
    assert_eq!(page.id(), "consent");
    assert!(page.text().contains("Newcomer"), "{}", page.text());
    let allowed = student.browser.press(&page, &[], "allow").await;
    assert_eq!(party.redeem(&allowed.code()).await.status(), 200);
    page
}

#[tokio::test]
async fn oidcc_registration_logo_uri() {
    let logo = "https://rp.example/logo.png";
    assert_eq!(asked_with("logo_uri", logo).await.one("img.logo", "src").as_deref(), Some(logo));
}

#[tokio::test]
async fn oidcc_registration_policy_uri() {
    let policy = "https://rp.example/policy";
    assert_eq!(asked_with("policy_uri", policy).await.link("policy").as_str(), policy);
}

#[tokio::test]
async fn oidcc_registration_tos_uri() {
    let terms = "https://rp.example/terms";
    assert_eq!(asked_with("tos_uri", terms).await.link("terms").as_str(), terms);
}

/// A client that signs with keys it publishes, signed in at.
async fn publisher(server: &Https, key: &'static jose::Key) -> (Arc<World>, Signer, Answer) {
    let world = open_world().await;
    let mut student = world.student().await;
    let address = server.publish("/jwks", &json!({ "keys": [key.jwk()] }));
    let said = json!({
        "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": address,
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let party = world.registered(&metadata_with(said)).await.party();
    let page =
        student.signs_in_and_allows(&party.url(&[("scope", "openid offline_access"), ("prompt", "consent")])).await;
    let client = Signer::new(&world, &party.id, key);
    let token_endpoint = client.changed(|claims| drop(claims.insert("aud".into(), format!("{ISSUER}/token").into())));
    let code = page.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = client.shows(&token_endpoint, "/token", &form).await;
    assert_eq!(tokens.status(), 200, "{}", tokens.page.body);
    (world, client, tokens)
}

#[tokio::test]
async fn oidcc_registration_jwks_uri() {
    let server = Https::listen();
    publisher(&server, key("RS256")).await;
    assert_eq!(server.asked(), ["/jwks"]);
}

#[tokio::test]
async fn oidcc_refresh_token_rp_key_rotation() {
    let server = Https::listen();
    let (world, mut client, tokens) = publisher(&server, key("RS256")).await;
    client.key = key("ES256");
    server.publish("/jwks", &json!({ "keys": [client.key.jwk()] }));
    world.clock.pass(MINUTE);
    let refresh = tokens.text("refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let again = client.shows(&client.assertion(), "/token", &form).await;
    assert_eq!(again.status(), 200, "{}", again.page.body);
}

#[tokio::test]
async fn oidcc_server_rotate_keys() {
    let world = open_world().await;
    let party = world.registered(&metadata()).await.party();
    let kids = async || -> BTreeSet<String> {
        let set = read(&party, "/jwks").await;
        set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let before = kids().await;
    world.flows().rotate_keys_by_hand(&world.tenant().id, SigningAlgorithm::Rs256).await.unwrap();
    let after = kids().await;
    assert!(after.difference(&before).count() >= 1, "a new key is there");
    assert!(before.is_subset(&after), "and the old one is not gone yet");
}

#[tokio::test]
async fn oidcc_registration_sector_uri() {
    let world = open_world().await;
    let server = Https::listen();
    let address = server.publish("/sector.json", &json!(["https://other.example/cb", CALLBACK]));
    let said = metadata_with(json!({ "subject_type": "pairwise", "sector_identifier_uri": address }));
    let answer = world.register(&said).await;
    assert_eq!(answer.status(), 201, "{}", answer.page.body);
    assert_eq!((answer.text("subject_type"), answer.text("sector_identifier_uri")), ("pairwise".into(), address));
    assert_eq!(server.asked(), ["/sector.json"]);
}

#[tokio::test]
async fn oidcc_registration_sector_bad() {
    let world = open_world().await;
    let address = Https::listen().publish("/sector.json", &json!(["https://other.example/cb"]));
    let said = metadata_with(json!({ "subject_type": "pairwise", "sector_identifier_uri": address }));
    assert_eq!(refusal(&world.register(&said).await), refused(400, "invalid_client_metadata"));
}

/// By reference from a client's own address: refused, and nothing is fetched (protocol.md, Scope).
#[tokio::test]
async fn oidcc_request_uri_unsigned() {
    refused_by_reference("/request.jwt#unsigned", "eyJhbGciOiJub25lIn0.e30.").await;
}

#[tokio::test]
async fn oidcc_request_uri_signed_rs256() {
    let key = jose::Key::generate("RS256", "k1");
    let object = key.sign(&key.header("oauth-authz-req+jwt"), &json!({ "redirect_uri": CALLBACK }));
    refused_by_reference("/request.jwt#signed", &object).await;
}

async fn refused_by_reference(path: &str, object: &str) {
    let world = open_world().await;
    let server = Https::listen();
    server.answers("/request.jwt", 200, object);
    let address = server.address(path);
    let party = world.registered(&metadata_with(json!({ "request_uris": [address] }))).await.party();
    let discovery = read(&party, "/.well-known/openid-configuration").await;
    assert_eq!(discovery["request_uri_parameter_supported"], false);
    let page = world.browser().open(&party.url(&[("request_uri", &address)])).await;
    assert_eq!(super::super::error_of(&page), "request_uri_not_supported");
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn oidcc_3rd_party_init_login() {
    let world = open_world().await;
    let start = "https://rp.example/start";
    let client = world.registered(&metadata_with(json!({ "initiate_login_uri": start }))).await;
    assert_eq!(client.told["initiate_login_uri"], start);
    let answer = client.reads().await;
    assert_eq!(answer.status(), 200);
    assert!(answer.header("content-type").starts_with("application/json"));
    assert_eq!(answer.json()["initiate_login_uri"], start);
}

#[tokio::test]
async fn oidcc_3rd_party_init_login_nohttps() {
    let world = open_world().await;
    let said = metadata_with(json!({ "initiate_login_uri": "http://rp.example/start" }));
    assert_eq!(refusal(&world.register(&said).await), refused(400, "invalid_client_metadata"));
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag_of_a_dynamic_client() {
    let world = open_world().await;
    let said = metadata_with(json!({ "redirect_uris": [format!("{CALLBACK}#foobar")] }));
    assert_eq!(refusal(&world.register(&said).await), refused(400, "invalid_redirect_uri"));
}
