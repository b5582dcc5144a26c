//! Cross-origin reads of the token endpoint and UserInfo: only for origins of this tenant's clients, never with cookies (SR-61).

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::Url;

use crate::domain::tenant::Tenant;

use super::visit::Visit;

pub async fn clients_origins(visit: Visit, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else { return next.run(request).await };
    let known = origin.to_str().is_ok_and(|origin| is_of_a_client(visit.tenant(), origin));
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    if known {
        allow(response.headers_mut(), origin, preflight);
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    response
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("www-authenticate, dpop-nonce"));
    if preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type, dpop"),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
}

fn is_of_a_client(tenant: &Tenant, origin: &str) -> bool {
    let uris = tenant.clients.values().flat_map(|client| &client.redirect_uris);
    tenant.registered.has_origin(origin)
        || uris.filter_map(|uri| Url::parse(uri.as_str()).ok()).any(|url| url.origin().ascii_serialization() == origin)
}
