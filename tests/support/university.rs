//! A university that hands out whatever ID token it is told to.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::{
    Page, Student, World,
    browser::{Browser, Call},
    jose::Key,
    setup::{ISSUER, Setup},
};

#[derive(Clone)]
pub struct University {
    pub issuer: String,
    pub key: Arc<Key>,
    next: Arc<Mutex<String>>,
}

impl University {
    /// It, and a world whose first factor it proves.
    pub async fn open() -> (Self, Arc<World>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let university = Self {
            issuer: format!("http://localhost:{port}"),
            key: Arc::new(Key::generate("RS256", "university")),
            next: Arc::default(),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(|State(this): State<Self>| async move { Json(json!({ "keys": [this.key.jwk()] })) }))
            .route("/token", post(token))
            .with_state(university.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut setup = Setup::default();
        setup.university = Some(port);
        let world = World::with(setup).await;
        (university, world)
    }

    /// What it would say of a student who has just signed in there.
    pub fn claims(&self, world: &World, nonce: &str) -> Value {
        let now = world.now().as_seconds();
        json!({
            "iss": self.issuer, "aud": "idp", "sub": "student-1", "nonce": nonce,
            "iat": now, "exp": now + 300, "auth_time": now,
            "preferred_username": "s2025001", "name": "佐藤 春香", "affiliation": ["student@example.ac.jp"],
        })
    }

    /// A student leaves for the university and comes back with this token; `nonce` is the one that was sent.
    pub async fn answers(&self, student: &mut Student, token: impl FnOnce(&str) -> String) -> Page {
        student.browser.forget_cookies();
        let page = student.begins().await;
        let departure = student.browser.send(Browser::call_of(&page.form(&[], None))).await;
        let location = Url::parse(departure.header("location")).unwrap();
        let sent = |name: &str| location.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        *self.next.lock().unwrap() = token(&sent("nonce"));
        let back = [("code", "x"), ("state", &sent("state"))];
        let back = Url::parse_with_params(&format!("{ISSUER}/upstream/university/callback"), back).unwrap();
        let page = student.browser.send(Call::get(back.as_str())).await;
        student.browser.follow(page).await
    }
}

async fn metadata(State(this): State<University>) -> Json<Value> {
    let issuer = &this.issuer;
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn token(State(this): State<University>) -> Json<Value> {
    let id_token = this.next.lock().unwrap().clone();
    Json(json!({ "access_token": "theirs", "token_type": "Bearer", "expires_in": 300, "id_token": id_token }))
}
