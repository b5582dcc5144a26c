//! An identity provider that signs whatever a test wants.

use std::sync::{Arc, Mutex};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::*};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey,
    core::{CoreEdDsaPrivateSigningKey, CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::parameter;
use crate::domain::{clock::Clock, secret::sha256};

const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIEzX4kPbWy8lIHGvYsvkURE1Gxrl0e3ZHn7xqQ3UbD2h
-----END PRIVATE KEY-----";

/// What the provider will say, and what it was asked.
pub struct Script {
    pub kid: &'static str,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub claims: Value,
    pub userinfo: Option<Value>,
    pub is_up: bool,
    pub discoveries: usize,
    pub authorization: Option<String>,
}

#[derive(Clone)]
pub struct FakeProvider {
    address: std::net::SocketAddr,
    clock: Arc<dyn Clock>,
    script: Arc<Mutex<Script>>,
}

impl FakeProvider {
    pub async fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let script = Script {
            kid: "first",
            nonce: None,
            challenge: None,
            claims: json!({"acr": "urn:idp:acr:second-password", "amr": ["pwd"], "sid": "s-1"}),
            userinfo: Some(
                json!({"sub": "subject-1", "name": "大学 太郎", "locale": "ja", "two_factor_enabled": true}),
            ),
            is_up: true,
            discoveries: 0,
            authorization: None,
        };
        let provider = Self { address: listener.local_addr().unwrap(), clock, script: Arc::new(Mutex::new(script)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/token", post(tokens))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn issuer(&self) -> Url {
        self.text().parse().unwrap()
    }

    pub fn text(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.script.lock().unwrap())
    }

    /// The address that a good answer to this authorization request leads to.
    pub fn answers(&self, request: &Url) -> String {
        self.with(|script| {
            script.nonce = parameter(request, "nonce");
            script.challenge = parameter(request, "code_challenge");
        });
        leads_back(request, "code=good", &self.text())
    }
}

/// The way back to the client with `what` in it.
pub fn leads_back(request: &Url, what: &str, iss: &str) -> String {
    let state = parameter(request, "state").unwrap();
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("state", &state)
        .append_pair("iss", iss)
        .finish();
    format!("/callback?{what}&{query}")
}

async fn metadata(State(provider): State<FakeProvider>) -> Response {
    provider.with(|script| script.discoveries += 1);
    if !provider.with(|script| script.is_up) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let issuer = provider.text();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256", "EdDSA"],
        "authorization_response_iss_parameter_supported": true,
    }))
    .into_response()
}

fn key(kid: &str) -> CoreEdDsaPrivateSigningKey {
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(KEY, Some(JsonWebKeyId::new(kid.to_owned()))).unwrap()
}

async fn jwks(State(provider): State<FakeProvider>) -> Json<Value> {
    let key: CoreJsonWebKey = provider.with(|script| key(script.kid)).as_verification_key();
    Json(json!({ "keys": [key] }))
}

async fn tokens(State(provider): State<FakeProvider>, headers: HeaderMap, Form(form): Form<Value>) -> Response {
    let basic = BASE64_STANDARD.encode("certificate-service:demo%3Asecret");
    let now = provider.clock.now().as_seconds();
    provider.with(|script| {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha256(form["code_verifier"].as_str().unwrap().as_bytes()));
        let redirect_uri = form["redirect_uri"].as_str().unwrap();
        let good = headers[header::AUTHORIZATION].to_str().unwrap() == format!("Basic {basic}")
            && form["code"] == "good"
            && redirect_uri.ends_with("/callback")
            && script.challenge.take() == Some(challenge);
        if !good {
            return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
        }
        let mut claims = json!({
            "iss": provider.text(), "sub": "subject-1", "aud": "certificate-service",
            "iat": now, "exp": now + 300, "auth_time": now, "nonce": script.nonce,
        });
        claims.as_object_mut().unwrap().extend(script.claims.as_object().unwrap().clone());
        let id_token = signed(script.kid, &claims);
        Json(json!({"access_token": "at-1", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}))
            .into_response()
    })
}

fn signed(kid: &str, claims: &Value) -> String {
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let algorithm = CoreJwsSigningAlgorithm::EdDsa;
    let content = format!("{}.{}", encode(&json!({"alg": "EdDSA", "kid": kid})), encode(claims));
    let signature = key(kid).sign(&algorithm, content.as_bytes()).unwrap();
    format!("{content}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

async fn userinfo(State(provider): State<FakeProvider>, headers: HeaderMap) -> Response {
    let bearer = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
    provider.with(|script| {
        script.authorization = Some(bearer);
        match &script.userinfo {
            Some(claims) => Json(claims.clone()).into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    })
}
