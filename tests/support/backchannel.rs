//! A relying party's own server on a free port: hears what the provider posts, and answers as told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use tokio::{net::TcpListener, sync::Notify, time::timeout};

/// Longer than any call that the provider makes.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Default)]
pub struct Backchannel(Arc<Shared>);

#[derive(Default)]
struct Shared {
    heard: Mutex<Vec<String>>,
    answers: Mutex<VecDeque<u16>>,
    address: Mutex<String>,
    /// Whoever comes waits for this, if there is one.
    held: Mutex<Option<Arc<Notify>>>,
    came: Notify,
}

impl Backchannel {
    /// Says 200 to all, unless told otherwise.
    pub async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self::default();
        *this.0.address.lock().unwrap() = format!("http://{}/backchannel", listener.local_addr().unwrap());
        let router = Router::new().route("/backchannel", post(hear)).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        this
    }

    pub fn address(&self) -> String {
        self.0.address.lock().unwrap().clone()
    }

    pub fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        self.0.answers.lock().unwrap().extend(statuses);
    }

    /// From now on nobody is answered.
    pub fn holds(&self) {
        *self.0.held.lock().unwrap() = Some(Arc::default());
    }

    /// Returns once so many have come.
    pub async fn hears(&self, count: usize) {
        let heard = async {
            while self.heard().len() < count {
                self.0.came.notified().await;
            }
        };
        timeout(PATIENCE, heard).await.unwrap_or_else(|_| panic!("it heard {} of {count}", self.heard().len()));
    }

    /// The bodies, in the order they came.
    pub fn heard(&self) -> Vec<String> {
        self.0.heard.lock().unwrap().clone()
    }
}

async fn hear(State(this): State<Backchannel>, body: String) -> StatusCode {
    this.0.heard.lock().unwrap().push(body);
    this.0.came.notify_one();
    let held = this.0.held.lock().unwrap().clone();
    if let Some(held) = held {
        held.notified().await;
    }
    let status = this.0.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}
