//! POST /revoke (RFC 7009 §2).

use axum::http::StatusCode;

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    OAuthForm,
};

/// 200 only after the store has committed; an unknown token is 200 too (RFC 7009 §2.2).
pub async fn post(visit: Visit, form: OAuthForm) -> Result<StatusCode, EndpointFailure> {
    let client = form.client(&visit).await?;
    let token = form.required("token")?;
    visit.flows().revoke_token(visit.tenant(), &client, token, &visit.visitor).await?;
    Ok(StatusCode::OK)
}
