//! POST /par (RFC 9126 §2).

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    OAuthForm,
};

pub async fn post(visit: Visit, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = form.client(&visit).await?;
    let pushed = visit.flows().push_authorization(visit.tenant(), &client, &form.parameters, &visit.visitor).await?;
    let body = json!({ "request_uri": pushed.request_uri, "expires_in": pushed.expires_in });
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
