//! POST /par (RFC 9126 §2).

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::flows::Pushed;

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    OAuthForm, Sender, with_nonce,
};

pub async fn post(visit: Visit, sender: Sender, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = form.client(&visit).await?;
    let proven = sender.possession(&visit, "/par", None).await?;
    let (flows, held) = (visit.flows(), &proven.possession);
    let pushed = flows.push_authorization(visit.tenant(), &client, &form.parameters, held, &visit.visitor).await;
    let response = pushed.map(|pushed| json_of(&pushed)).map_err(EndpointFailure::Json).into_response();
    Ok(with_nonce(response, proven.next_nonce))
}

/// RFC 9126 §2.2.
fn json_of(pushed: &Pushed) -> Response {
    let body = json!({ "request_uri": pushed.request_uri, "expires_in": pushed.expires_in });
    (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
