//! GET /assets/{theme}/{file}: the files of themes, from a fixed table, for ever cacheable by their hashed names (SR-83).

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{headers::ContentPolicy, visit::Visit};

pub async fn get(visit: Visit, Path((theme, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = visit.house.themes.asset(&theme, &file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let fixed = [
        (header::CONTENT_TYPE, asset.content_type.to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::ETAG, asset.etag.clone()),
        (header::VARY, "accept-encoding".to_owned()),
    ];
    let takes_gzip =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|accepted| {
            accepted.split(',').any(|coding| coding.trim().starts_with("gzip") && !coding.contains("q=0"))
        });
    let mut response =
        if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == asset.etag.as_bytes()) {
            (StatusCode::NOT_MODIFIED, fixed).into_response()
        } else {
            match &asset.gzip {
                Some(gzip) if takes_gzip => (fixed, [(header::CONTENT_ENCODING, "gzip")], gzip.clone()).into_response(),
                _ => (fixed, asset.bytes.clone()).into_response(),
            }
        };
    response.extensions_mut().insert(ContentPolicy::Asset);
    response
}
