//! POST /register (RFC 7591 §3), and GET, PUT and DELETE at a client's own registration (RFC 7592 §2).

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, Path},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{
    domain::oauth_error::{ErrorCode, OAuthError},
    flows::{AtRegistration, FlowError, Registration, Scheme},
};

use super::{
    super::{
        failure::{EndpointFailure, PageFailure},
        visit::Visit,
    },
    userinfo::bearer,
};

/// The token of a request at a tenant that takes registrations; elsewhere there is nothing here.
pub struct Registrant {
    visit: Visit,
    token: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Registrant {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        if !visit.tenant().policy.dynamic_registration {
            return Err(PageFailure::not_found().into_response());
        }
        match bearer(&parts.headers) {
            Some(token) => Ok(Self { token: token.to_owned(), visit }),
            None => Err((StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response()),
        }
    }
}

impl Registrant {
    fn at<'a>(&'a self, client_id: &'a str) -> AtRegistration<'a> {
        AtRegistration { client_id, access_token: &self.token, visitor: &self.visit.visitor }
    }

    /// RFC 7591 §3.2.1, RFC 7592 §3.
    fn tell(&self, status: StatusCode, registration: Registration) -> Response {
        let mut told = registration.metadata;
        let id = registration.client.as_str();
        let mut put = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
        put("client_id", id.into());
        put("client_id_issued_at", registration.issued_at.as_seconds().into());
        if let Some(secret) = &registration.secret {
            put("client_secret", secret.expose().into());
            // It does not expire.
            put("client_secret_expires_at", 0.into());
        }
        put("registration_client_uri", self.visit.tenant().issuer.join(&format!("/register/{id}")).into());
        put("registration_access_token", registration.access_token.expose().into());
        let unkept = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
        (status, unkept, Json(told)).into_response()
    }
}

pub async fn post(registrant: Registrant, headers: HeaderMap, body: Bytes) -> Result<Response, EndpointFailure> {
    is_json(&headers)?;
    let Registrant { visit, token } = &registrant;
    let made = visit.flows().register_client(visit.tenant(), token, &body, &visit.visitor).await.map_err(told)?;
    Ok(registrant.tell(StatusCode::CREATED, made))
}

pub async fn get(registrant: Registrant, Path(id): Path<String>) -> Result<Response, EndpointFailure> {
    let visit = &registrant.visit;
    let found = visit.flows().read_registration(visit.tenant(), &registrant.at(&id)).await.map_err(told)?;
    Ok(registrant.tell(StatusCode::OK, found))
}

pub async fn put(
    registrant: Registrant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, EndpointFailure> {
    is_json(&headers)?;
    let visit = &registrant.visit;
    let at = registrant.at(&id);
    let changed = visit.flows().replace_registration(visit.tenant(), &at, &body).await.map_err(told)?;
    Ok(registrant.tell(StatusCode::OK, changed))
}

pub async fn delete(registrant: Registrant, Path(id): Path<String>) -> Result<Response, EndpointFailure> {
    let visit = &registrant.visit;
    visit.flows().end_registration(visit.tenant(), &registrant.at(&id)).await.map_err(told)?;
    Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response())
}

/// RFC 6750 §3: a token that is not good is told by a challenge.
fn told(error: FlowError) -> EndpointFailure {
    match &error {
        FlowError::OAuth(OAuthError { code: ErrorCode::InvalidToken, .. }) => {
            EndpointFailure::Resource(Scheme::Bearer, error)
        }
        _ => EndpointFailure::Json(error),
    }
}

/// RFC 7591 §3.1.
fn is_json(headers: &HeaderMap) -> Result<(), OAuthError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidRequest, "the content type must be application/json"))
}
