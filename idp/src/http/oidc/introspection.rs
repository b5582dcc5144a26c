//! POST /introspect (RFC 7662 §2).

use std::sync::Arc;

use axum::{
    Json,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use crate::domain::{
    client::Client,
    oauth_error::{ErrorCode, OAuthError},
};

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    OAuthForm,
};

/// RFC 9701 §4.
const SIGNED: &str = "application/token-introspection+jwt";

pub async fn post(visit: Visit, headers: HeaderMap, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = confidential(&visit, &form).await?;
    let answer = visit.flows().introspect_token(visit.tenant(), &client, form.required("token")?).await?;
    if !wants_signed(&headers, &client) {
        return Ok(Json(answer).into_response());
    }
    let jwt = visit.flows().signed_introspection(visit.tenant(), &client, &answer).await?;
    Ok(([(header::CONTENT_TYPE, SIGNED)], jwt).into_response())
}

/// RFC 9701 §4, §6: by what the caller accepts; where it says nothing of the two, by its registration.
fn wants_signed(headers: &HeaderMap, client: &Client) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = accepted.flat_map(|value| value.split(',')).filter_map(|kind| kind.split(';').next());
    let named = kinds.find_map(|kind| match kind.trim() {
        kind if kind.eq_ignore_ascii_case(SIGNED) => Some(true),
        kind if kind.eq_ignore_ascii_case("application/json") => Some(false),
        _ => None,
    });
    named.unwrap_or(client.introspection_signed_response_alg.is_some())
}

/// RFC 7662 §2.1: the caller is authenticated, so a public client gets no answer.
async fn confidential(visit: &Visit, form: &OAuthForm) -> Result<Arc<Client>, EndpointFailure> {
    let client = form.client(visit).await?;
    if client.authentication.is_public() {
        return Err(OAuthError::new(ErrorCode::InvalidClient, "a public client cannot introspect").into());
    }
    Ok(client)
}
