//! What the operator's machines ask: is it alive, is it ready, how much of what.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

/// Asks whether requests can be served now; the error lists why not, in words for the operator.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, Result<(), Vec<String>>> + Send + Sync>;

/// `/health/live`, `/health/ready`, `/metrics`: for `admin_listen` only, any Host.
pub fn router(metrics: PrometheusHandle, ready: Readiness) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(readiness).with_state(ready))
        .route("/metrics", get(numbers).with_state(metrics))
}

async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "alive" }))
}

async fn readiness(State(ready): State<Readiness>) -> Response {
    match ready().await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(reasons) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "reasons": reasons })))
            .into_response(),
    }
}

async fn numbers(State(metrics): State<PrometheusHandle>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}
