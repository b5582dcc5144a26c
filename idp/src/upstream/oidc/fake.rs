//! A small OpenID provider on loopback that can misbehave: for tests.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_lc_rs::{
    hmac, rand,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
        RsaKeyPair,
    },
};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::{Map, Value, json};

use crate::domain::{clock::Timestamp, secret::sha256};

pub const NONCE: &str = "nonce-1";
pub const ACCESS_TOKEN: &str = "access-1";

pub enum Key {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    /// Signs by PKCS #1 or, with `true`, PSS.
    Rsa(Box<RsaKeyPair>, bool),
}

impl Key {
    pub fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().unwrap())
    }

    pub fn rsa(pss: bool) -> Self {
        Self::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()), pss)
    }

    fn alg(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
            Self::Rsa(_, false) => "RS256",
            Self::Rsa(_, true) => "PS256",
        }
    }

    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": kid,
                       "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..])})
            }
            Self::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid,
                       "x": B64.encode(pair.public_key().as_ref())})
            }
            Self::Rsa(pair, _) => {
                let public = pair.public_key();
                json!({"kty": "RSA", "use": "sig", "kid": kid,
                       "n": B64.encode(public.modulus().big_endian_without_leading_zero()),
                       "e": B64.encode(public.exponent().big_endian_without_leading_zero())})
            }
        }
    }

    fn sign(&self, input: &[u8]) -> Vec<u8> {
        let random = rand::SystemRandom::new();
        match self {
            Self::Ec(pair) => pair.sign(&random, input).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(input).as_ref().to_vec(),
            Self::Rsa(pair, pss) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &dyn aws_lc_rs::signature::RsaEncoding =
                    if *pss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &random, input, &mut signature).unwrap();
                signature
            }
        }
    }
}

/// What one path answers instead of its duty.
#[derive(Clone, PartialEq)]
pub enum Fault {
    TooLarge,
    Never,
    Redirect,
    Html,
    Away,
}

pub struct Behaviour {
    pub issuer_in_metadata: String,
    pub sends_issuer: bool,
    pub key: Key,
    pub kid: String,
    pub keys: Vec<Value>,
    /// Over the good claims; null removes one.
    pub claims: Map<String, Value>,
    pub header: Map<String, Value>,
    /// Instead of the signature by `key`.
    pub hmac_with: Option<Vec<u8>>,
    /// Instead of an ID token made here.
    pub id_token: Option<String>,
    pub userinfo: Value,
    pub refusal: Option<&'static str>,
    pub faults: HashMap<&'static str, Fault>,
    pub calls: HashMap<String, usize>,
    pub token_request: Option<(String, String)>,
    pub now: Timestamp,
}

#[derive(Clone)]
pub struct Fake {
    pub issuer: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl Fake {
    pub async fn start(now: Timestamp) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let key = Key::ec();
        let keys = vec![key.jwk("k1")];
        let behaviour = Behaviour {
            issuer_in_metadata: issuer.clone(),
            sends_issuer: false,
            key,
            kid: "k1".into(),
            keys,
            claims: Map::new(),
            header: Map::new(),
            hmac_with: None,
            id_token: None,
            userinfo: json!({"sub": "u-1", "preferred_username": "s2025001", "affiliation": ["student"]}),
            refusal: None,
            faults: HashMap::new(),
            calls: HashMap::new(),
            token_request: None,
            now,
        };
        let fake = Self { issuer, behaviour: Arc::new(Mutex::new(behaviour)) };
        let router = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    pub fn set(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap()
    }

    pub fn calls(&self, path: &str) -> usize {
        self.set().calls.get(path).copied().unwrap_or(0)
    }
}

impl Behaviour {
    pub fn make_id_token(&self, issuer: &str) -> String {
        let now = self.now.as_seconds();
        let mut claims = json!({"iss": issuer, "sub": "u-1", "aud": "idp", "exp": now + 300, "iat": now,
                                "nonce": NONCE, "auth_time": now, "name": "太郎"});
        overlay(&mut claims, &self.claims);
        let alg = if self.hmac_with.is_some() { "HS256" } else { self.key.alg() };
        let mut header = json!({"alg": alg, "kid": self.kid});
        overlay(&mut header, &self.header);
        let input = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
        let signature = match &self.hmac_with {
            Some(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes()).as_ref().to_vec(),
            None => self.key.sign(input.as_bytes()),
        };
        format!("{input}.{}", B64.encode(signature))
    }

    fn metadata(&self, issuer: &str) -> Value {
        json!({
            "issuer": self.issuer_in_metadata,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": self.sends_issuer,
        })
    }

    fn token(&self, issuer: &str) -> Response {
        if let Some(refusal) = self.refusal {
            return json_answer(StatusCode::BAD_REQUEST, &json!({"error": refusal}));
        }
        let id_token = self.id_token.clone().unwrap_or_else(|| self.make_id_token(issuer));
        json_answer(
            StatusCode::OK,
            &json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": id_token}),
        )
    }
}

pub fn at_hash() -> String {
    B64.encode(&sha256(ACCESS_TOKEN.as_bytes())[..16])
}

fn overlay(object: &mut Value, over: &Map<String, Value>) {
    for (name, value) in over {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(name);
        } else {
            object[name] = value.clone();
        }
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let fault = {
        let mut behaviour = fake.set();
        *behaviour.calls.entry(path.clone()).or_default() += 1;
        behaviour.faults.get(path.as_str()).cloned()
    };
    match fault {
        Some(Fault::TooLarge) => return json_answer(StatusCode::OK, &json!({"x": "y".repeat(300_000)})),
        Some(Fault::Never) => std::future::pending().await,
        Some(Fault::Redirect) => return (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response(),
        Some(Fault::Html) => return axum::response::Html("<p>hello").into_response(),
        Some(Fault::Away) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        None => {}
    }
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let authorization = authorization.unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 100_000).await.unwrap();
    let mut behaviour = fake.set();
    match path.as_str() {
        "/.well-known/openid-configuration" => json_answer(StatusCode::OK, &behaviour.metadata(&fake.issuer)),
        "/jwks" => json_answer(StatusCode::OK, &json!({"keys": behaviour.keys})),
        "/token" => {
            behaviour.token_request = Some((authorization, String::from_utf8(body.to_vec()).unwrap()));
            behaviour.token(&fake.issuer)
        }
        "/userinfo" if authorization == format!("Bearer {ACCESS_TOKEN}") => {
            json_answer(StatusCode::OK, &behaviour.userinfo)
        }
        _ => json_answer(StatusCode::NOT_FOUND, &json!({})),
    }
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
