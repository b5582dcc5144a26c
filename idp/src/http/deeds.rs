//! Handlers that change something run to their end although the browser hung up.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::sync::watch;
use tracing::Instrument;

use super::limits::panicked;

/// Counts the handlers that run behind their connection, so that a drain can wait for them.
#[derive(Clone, Debug)]
pub struct Deeds(Arc<watch::Sender<usize>>);

impl Default for Deeds {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Deeds {
    pub fn running(&self) -> usize {
        *self.0.borrow()
    }

    /// Returns once no deed runs.
    pub async fn finished(&self) {
        // The sender lives as long as `self`, so this cannot fail.
        let _ = self.0.subscribe().wait_for(|running| *running == 0).await;
    }

    fn begin(&self) -> Running {
        self.0.send_modify(|running| *running += 1);
        Running(self.clone())
    }
}

struct Running(Deeds);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running -= 1);
    }
}

/// Runs every request but GET, HEAD and OPTIONS in a task of its own.
pub async fn finish_posts(deeds: State<Deeds>, request: Request, next: Next) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => next.run(request).await,
        _ => finish_all(deeds, request, next).await,
    }
}

/// Runs every request in a task of its own, for a GET that writes (the upstream's callback).
pub async fn finish_all(State(deeds): State<Deeds>, request: Request, next: Next) -> Response {
    let running = deeds.begin();
    let deed = async move {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        drop(running);
        answer.unwrap_or_else(|_| panicked())
    };
    match tokio::spawn(deed.in_current_span()).await {
        Ok(answer) => answer,
        // Only a runtime that goes down cancels the task.
        Err(_) => axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
