//! A relying party's own server on a free port that publishes its keys, answers as told, and counts.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::IntoResponse,
    routing::get,
};
use serde_json::json;
use tokio::{net::TcpListener, sync::Semaphore};

use super::jose::Key;

/// What it answers next.
#[derive(Clone)]
pub struct Says {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// It answers when this opens.
    pub gate: Option<Arc<Semaphore>>,
}

impl Says {
    pub fn body(body: &str) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status: 200, headers, body: body.to_owned(), gate: None }
    }

    pub fn keys(keys: &[&Key]) -> Self {
        let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        Self::body(&json!({ "keys": keys }).to_string())
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::body("{}") }
    }

    #[must_use]
    pub fn status_of(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }
}

#[derive(Clone)]
pub struct KeyServer(Arc<Shared>);

struct Shared {
    says: Mutex<Says>,
    asked: AtomicUsize,
    port: u16,
}

impl KeyServer {
    pub async fn open(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let this = Self(Arc::new(Shared { says: Mutex::new(says), asked: AtomicUsize::default(), port }));
        let router = Router::new().route("/jwks", get(answer)).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        this
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/jwks", self.0.port)
    }

    pub fn says(&self, says: Says) {
        *self.0.says.lock().unwrap() = says;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

async fn answer(State(this): State<KeyServer>) -> impl IntoResponse {
    this.0.asked.fetch_add(1, Ordering::SeqCst);
    let says = this.0.says.lock().unwrap().clone();
    if let Some(gate) = &says.gate {
        drop(gate.acquire().await.unwrap());
    }
    let header =
        |(name, value): (&'static str, String)| (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
    let headers: HeaderMap = says.headers.into_iter().map(header).collect();
    (StatusCode::from_u16(says.status).unwrap(), headers, says.body)
}
