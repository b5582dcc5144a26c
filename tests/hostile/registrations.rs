//! Every member of a registration doubled, of another kind, oversized, in no alphabet, and with characters that end lines or strings (SR-57, SR-66).

use std::sync::Arc;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use idp::http::client_address::PeerAddress;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{World, assertion::key, browser::ADDRESS, client::CALLBACK, registrar::open_world, setup::ISSUER};

use super::Corpus;

fn good() -> Value {
    json!({
        "redirect_uris": [CALLBACK], "post_logout_redirect_uris": ["https://rp.example/bye"], "client_name": "RP",
        "client_name#ja": "あるサービス", "client_uri": "https://rp.example/", "logo_uri": "https://rp.example/logo.png",
        "policy_uri": "https://rp.example/policy", "tos_uri": "https://rp.example/tos", "contacts": ["a@rp.example"],
        "application_type": "web", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "scope": "openid email offline_access", "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256", "jwks": { "keys": [key("ES256").jwk()] },
        "id_token_signed_response_alg": "ES256", "userinfo_signed_response_alg": "ES256", "default_max_age": 3600,
        "require_auth_time": true, "default_acr_values": ["urn:idp:acr:second-password"],
        "initiate_login_uri": "https://rp.example/start", "backchannel_logout_uri": "https://rp.example/out",
        "backchannel_logout_session_required": true, "frontchannel_logout_uri": "https://rp.example/front",
        "subject_type": "public", "dpop_bound_access_tokens": true, "software_id": "4NRB1", "software_version": "1.2",
    })
}

/// How a member is spoilt: what is written instead of `"name":value`, both JSON already.
type Spoil = fn(&str, &str) -> Vec<u8>;
const SPOILT: [(&str, Spoil); 14] = [
    ("doubled", |name, value| format!("\"{name}\":{value},\"{name}\":{value}").into()),
    ("doubled after null", |name, value| format!("\"{name}\":null,\"{name}\":{value}").into()),
    ("doubled by an escape", |name, value| {
        let (first, rest) = name.split_at(1);
        format!("\"{name}\":{value},\"\\u{:04x}{rest}\":{value}", first.as_bytes()[0]).into()
    }),
    ("of another kind", |name, _| format!("\"{name}\":{{\"x\":[]}}").into()),
    ("not UTF-8", |name, _| [format!("\"{name}\":\"").as_bytes(), b"\xff\xfe\""].concat()),
    ("overlong UTF-8", |name, _| [format!("\"{name}\":\"").as_bytes(), b"\xc0\x80\""].concat()),
    ("a lone surrogate", |name, _| format!("\"{name}\":\"\\ud800\"").into()),
    ("a raw line end", |name, value| written(name, value, "\n")),
    ("with NUL", |name, value| written(name, value, "\\u0000")),
    ("with CRLF and a header", |name, value| written(name, value, "\\r\\nset-cookie: planted=1")),
    ("with LF", |name, value| written(name, value, "\\nx")),
    ("longer than is kept", |name, value| written(name, value, &"x".repeat(3_000))),
    ("longer than is read", |name, value| written(name, value, &"x".repeat(70_000))),
    ("cut off", |name, _| format!("\"{name}\":").into()),
];

/// The member with this at the end of its last text, or as its only one.
fn written(name: &str, value: &str, more: &str) -> Vec<u8> {
    match value.rfind('"') {
        Some(end) => format!("\"{name}\":{}{more}{}", &value[..end], &value[end..]),
        None => format!("\"{name}\":\"{more}\""),
    }
    .into()
}

/// The good document, with one member written as it is told.
fn document(spoilt: Option<(&str, Spoil)>) -> Vec<u8> {
    let members = good().as_object().unwrap().clone().into_iter().map(|(name, value)| match spoilt {
        Some((other, write)) if other == name => write(&name, &value.to_string()),
        _ => format!("\"{name}\":{value}").into(),
    });
    [b"{".to_vec(), members.collect::<Vec<_>>().join(&b','), b"}".to_vec()].concat()
}

/// Status and body of the answer.
async fn registers(world: &Arc<World>, token: &str, body: Vec<u8>) -> (u16, String) {
    let request = Request::post("/register").header("host", ISSUER.trim_start_matches("https://"));
    let request = request.header("authorization", format!("Bearer {token}")).header("content-type", "application/json");
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(PeerAddress(ADDRESS));
    let answer = world.router().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into())
}

#[tokio::test]
async fn no_spoilt_member_of_a_registration_is_accepted() {
    let world = open_world().await;
    let mut corpus = Corpus::of("spoilt members of registrations");
    for name in good().as_object().unwrap().keys() {
        // As many tries as one member has.
        let token = world.registration_token(1).await;
        for (how, write) in SPOILT {
            let (status, body) = registers(&world, &token, document(Some((name, write)))).await;
            let refused = if how == "longer than is read" { status == 413 } else { status == 400 };
            corpus.tells(&format!("{name} {how}: {status}"), !refused || body.contains("planted"));
        }
    }
    corpus.ends(400);
    assert!(world.tenant().registered.list().is_empty());
    let token = world.registration_token(1).await;
    let (status, body) = registers(&world, &token, document(None)).await;
    assert_eq!(status, 201, "the good one is: {body}");
}
