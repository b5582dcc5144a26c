//! GET and POST /userinfo (OpenID Connect Core §5.3); the token comes in the header or, by POST, in the form (RFC 6750 §2).

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    domain::{
        confirmation::Possession,
        oauth_error::{ErrorCode, OAuthError},
        parameters::Parameters,
    },
    flows::{Scheme, UserInfo},
};

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    form::is_form,
};

pub async fn get(visit: Visit, headers: HeaderMap) -> Result<Response, EndpointFailure> {
    match bearer(&headers) {
        Some(token) => answer(&visit, token).await,
        None => Ok(unauthenticated()),
    }
}

pub async fn post(visit: Visit, headers: HeaderMap, body: Bytes) -> Result<Response, EndpointFailure> {
    let form = if is_form(&headers) { Parameters::parse(&body).unwrap_or_default() } else { Parameters::default() };
    match (bearer(&headers), form.get("access_token")) {
        // RFC 6750 §2: one method a request.
        (Some(_), Some(_)) => {
            let error = OAuthError::new(ErrorCode::InvalidRequest, "the access token is sent twice");
            Err(EndpointFailure::Bearer(error.into()))
        }
        (Some(token), None) => answer(&visit, token).await,
        (None, Some(token)) if !form.is_repeated("access_token") => answer(&visit, token).await,
        _ => Ok(unauthenticated()),
    }
}

async fn answer(visit: &Visit, token: &str) -> Result<Response, EndpointFailure> {
    let flows = visit.flows();
    let answer = flows.read_userinfo(visit.tenant(), (Scheme::Bearer, token), &Possession::default()).await;
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok(match answer.map_err(EndpointFailure::Bearer)? {
        UserInfo::Plain(claims) => (no_store, Json(claims)).into_response(),
        UserInfo::Signed(jwt) => (no_store, [(header::CONTENT_TYPE, "application/jwt")], jwt).into_response(),
    })
}

/// RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// RFC 6750 §3.1: without a token, no error code.
pub fn unauthenticated() -> Response {
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response()
}
