//! What a single request may cost: its size, its time, its place among the others (SR-84, SR-85).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::client_address::{PeerAddress, client_address};
use super::client_certificate::{self, Proxies};
use super::failure::PageFailure;

/// Limits of every request, whatever its route.
#[derive(Clone, Debug)]
pub struct RequestLimits {
    pub url_bytes: usize,
    pub header_bytes: usize,
    pub header_lines: usize,
    /// From the complete header to the answer's header.
    pub duration: Duration,
    /// Requests being answered at the same time; what is more is shed with 503.
    pub at_once: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            url_bytes: 8 * 1024,
            header_bytes: 16 * 1024,
            header_lines: 64,
            duration: Duration::from_secs(30),
            at_once: 4096,
        }
    }
}

/// The state of [`guard`].
#[derive(Debug, Default)]
pub struct Guard {
    limits: RequestLimits,
    proxies: Proxies,
    running: AtomicUsize,
}

impl Guard {
    pub fn new(limits: RequestLimits, proxies: Proxies) -> Arc<Self> {
        Arc::new(Self { limits, proxies, running: AtomicUsize::new(0) })
    }

    fn refusal(&self, request: &Request) -> Option<StatusCode> {
        let url = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
        if url > self.limits.url_bytes {
            return Some(StatusCode::URI_TOO_LONG);
        }
        let headers = request.headers();
        if headers.len() > self.limits.header_lines || header_bytes(headers) > self.limits.header_bytes {
            return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        None
    }
}

/// Set on a request that is too large: nobody reads it, and the tenant's page says so.
#[derive(Clone, Copy, Debug)]
pub struct Oversize(pub StatusCode);

/// Marks what is too large, sheds what is too much, ends what takes too long, turns a panic into 500,
/// and tells the handlers the `ClientAddress` and the `ShownCertificate`.
pub async fn guard(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    if let Some(status) = guard.refusal(&request) {
        request.extensions_mut().insert(Oversize(status));
    }
    let Some(_place) = Place::take(&guard) else {
        metrics::counter!("idp_http_requests_shed_total").increment(1);
        return unavailable();
    };
    if let Some(peer) = request.extensions().get::<PeerAddress>().copied() {
        let client = client_address(peer, request.headers(), &guard.proxies.trusted);
        request.extensions_mut().insert(client);
        if let Some(certificate) = client_certificate::take(&mut request, peer, &guard.proxies) {
            request.extensions_mut().insert(certificate);
        }
    }
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(guard.limits.duration, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => panicked(),
        Err(_) => unavailable(),
    }
}

struct Place(Arc<Guard>);

impl Place {
    fn take(guard: &Arc<Guard>) -> Option<Self> {
        let before = guard.running.fetch_add(1, Ordering::Relaxed);
        let place = Self(Arc::clone(guard));
        (before < guard.limits.at_once).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How much body a group of routes takes, and how long it may take to arrive.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit {
    pub bytes: usize,
    pub within: Duration,
}

impl BodyLimit {
    /// A request object and an assertion beside it.
    pub const PUSHED: Self = Self::of_kib(16);
    pub const FORM: Self = Self::of_kib(64);
    pub const SAML: Self = Self::of_kib(256);
    pub const ADMIN: Self = Self::of_kib(1024);

    const fn of_kib(kib: usize) -> Self {
        Self { bytes: kib * 1024, within: Duration::from_secs(15) }
    }
}

/// Reads the whole body before the handler starts, so that no handler ever waits for a slow sender.
pub async fn body(State(limit): State<BodyLimit>, request: Request, next: Next) -> Response {
    match read_whole(limit, request).await {
        Ok(request) => next.run(request).await,
        Err(status) => refuse(status),
    }
}

/// The same for people: a page says that it was too much.
pub async fn page_body(State(limit): State<BodyLimit>, request: Request, next: Next) -> Response {
    match read_whole(limit, request).await {
        Ok(request) => next.run(request).await,
        Err(status) => PageFailure::too_large(status).into_response(),
    }
}

async fn read_whole(limit: BodyLimit, request: Request) -> Result<Request, StatusCode> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    if body.size_hint().lower() > u64::try_from(limit.bytes).unwrap_or(u64::MAX) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match tokio::time::timeout(limit.within, Limited::new(body, limit.bytes).collect()).await {
        Ok(Ok(whole)) => Ok(Request::from_parts(parts, Body::from(whole.to_bytes()))),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// The answer to a handler that panicked: a defect, counted (SR-85, SR-97).
pub(super) fn panicked() -> Response {
    metrics::counter!("idp_panics_total").increment(1);
    tracing::error!("a handler panicked");
    refuse(StatusCode::INTERNAL_SERVER_ERROR)
}

fn header_bytes(headers: &HeaderMap) -> usize {
    // A line costs its name, its value, ": " and the line end.
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

fn unavailable() -> Response {
    let mut response = refuse(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// Below the pages: a status and its name.
fn refuse(status: StatusCode) -> Response {
    (status, status.canonical_reason().unwrap_or_default()).into_response()
}
