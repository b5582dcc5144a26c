//! POST /introspect (RFC 7662 §2).

use axum::{
    Json,
    response::{IntoResponse, Response},
};

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    OAuthForm,
};

pub async fn post(visit: Visit, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = confidential(&visit, &form).await?;
    let answer = visit.flows().introspect_token(visit.tenant(), client, form.required("token")?).await?;
    Ok(Json(answer).into_response())
}

/// RFC 7662 §2.1: the caller is authenticated, so a public client gets no answer.
async fn confidential<'a>(
    visit: &'a Visit,
    form: &OAuthForm,
) -> Result<&'a std::sync::Arc<crate::domain::client::Client>, EndpointFailure> {
    use crate::domain::oauth_error::{ErrorCode, OAuthError};
    let client = form.client(visit).await?;
    if client.authentication.is_public() {
        return Err(OAuthError::new(ErrorCode::InvalidClient, "a public client cannot introspect").into());
    }
    Ok(client)
}
