//! POST /device_authorization (RFC 8628 §3.1).

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::domain::device_code::{DEVICE_CODE_LIFETIME, INTERVAL};

use super::{
    super::{failure::EndpointFailure, paths, visit::Visit},
    OAuthForm,
};

pub async fn post(visit: Visit, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = form.client(&visit).await?;
    let (flows, tenant) = (visit.flows(), visit.tenant());
    let given = flows.authorize_device(tenant, &client, &form.parameters, &visit.visitor).await?;
    let page = tenant.issuer.join(paths::DEVICE);
    let body = json!({
        "device_code": given.device_code.expose(),
        "user_code": given.user_code.to_string(),
        "verification_uri_complete": format!("{page}?user_code={}", given.user_code),
        "verification_uri": page,
        "expires_in": DEVICE_CODE_LIFETIME.as_secs(),
        "interval": INTERVAL.as_secs(),
    });
    Ok(([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(body)).into_response())
}
