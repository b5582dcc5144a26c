//! One line and one measurement a request: which route, how it ended, how long it took (SR-44, SR-93).

use std::fmt;
use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::domain::entropy::{self, Entropy};

/// Ties together what is logged about one request; in every request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId([u8; 8]);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

/// The outermost layer. The line is written when the answer's header is ready, or when the browser hung up before.
pub async fn record(State(entropy): State<Arc<dyn Entropy>>, mut request: Request, next: Next) -> Response {
    let id = RequestId(entropy::bytes(&*entropy));
    request.extensions_mut().insert(id);
    let mut line = Line {
        id,
        route: request.extensions().get::<MatchedPath>().cloned(),
        method: name_of(request.method()),
        begun: Instant::now(),
        status: HUNG_UP,
        bytes: None,
    };
    let response = next.run(request).await;
    line.status = response.status().as_u16();
    line.bytes = response.body().size_hint().exact();
    if let Some(route) = response.extensions().get::<MatchedPath>() {
        line.route = Some(route.clone());
    }
    response
}

/// For a router that is called from within another: tells the access line which of its routes answered.
pub async fn name_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route
        && response.extensions().get::<MatchedPath>().is_none()
    {
        response.extensions_mut().insert(route);
    }
    response
}

/// The status of a request whose sender did not wait (as nginx counts it).
const HUNG_UP: u16 = 499;

struct Line {
    id: RequestId,
    route: Option<MatchedPath>,
    method: &'static str,
    begun: Instant,
    status: u16,
    bytes: Option<u64>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        let route = self.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        tracing::info!(
            target: "access",
            request = %self.id,
            method = self.method,
            route,
            status = self.status,
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            bytes = self.bytes,
        );
        let route = route.to_owned();
        metrics::counter!(
            "idp_http_requests_total",
            "route" => route.clone(), "method" => self.method, "status" => self.status.to_string()
        )
        .increment(1);
        metrics::histogram!("idp_http_request_seconds", "route" => route, "method" => self.method).record(took);
    }
}

/// Only names that we know: a stranger's method must make no new line of metrics.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}
