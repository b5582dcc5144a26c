//! GET /jwks (RFC 7517 §5).

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::super::{failure::EndpointFailure, visit::Visit};

pub async fn get(visit: Visit, headers: HeaderMap) -> Result<Response, EndpointFailure> {
    let keys = visit.flows().published_keys(visit.tenant()).await?;
    let fixed = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    let tag = [(header::ETAG, keys.etag().to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == keys.etag().as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, fixed, tag).into_response());
    }
    Ok((fixed, tag, keys.jwks()).into_response())
}
