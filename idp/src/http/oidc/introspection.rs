//! POST /introspect (RFC 7662 §2).

use std::sync::Arc;

use axum::{
    Json,
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

pub async fn post(visit: Visit, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = confidential(&visit, &form).await?;
    let answer = visit.flows().introspect_token(visit.tenant(), &client, form.required("token")?).await?;
    Ok(Json(answer).into_response())
}

/// RFC 7662 §2.1: the caller is authenticated, so a public client gets no answer.
async fn confidential(visit: &Visit, form: &OAuthForm) -> Result<Arc<Client>, EndpointFailure> {
    let client = form.client(visit).await?;
    if client.authentication.is_public() {
        return Err(OAuthError::new(ErrorCode::InvalidClient, "a public client cannot introspect").into());
    }
    Ok(client)
}
