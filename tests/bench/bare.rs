//! The bare route: axum and a kilobyte of JSON, nothing else. Everything is measured in multiples of it.

use anyhow::Context;
use axum::{Json, Router, routing::get};
use tokio::net::TcpListener;

/// Run as `bench bare PORT` in a process of its own.
pub async fn serve() -> anyhow::Result<()> {
    let port: u16 = std::env::args().nth(2).context("a port")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let answer = serde_json::json!({ "text": "x".repeat(1_000) });
    let routes = Router::new().route("/jwks", get(move || std::future::ready(Json(answer.clone()))));
    axum::serve(listener, routes).await.context("the bare route")
}

pub fn request(port: u16) -> Vec<u8> {
    format!("GET /jwks HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n").into_bytes()
}
