//! GET /login/{login}/unmet: what the client demands is beyond this account, and it is told so (OpenID Connect Core §5.5.1.1).

use axum::response::Response;

use crate::{
    domain::{
        login::Gate,
        oauth_error::{ErrorCode, OAuthError},
    },
    http::failure::PageFailure,
};

use super::AtLogin;

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::Unmet).await?;
    let error = OAuthError::new(
        ErrorCode::UnmetAuthenticationRequirements,
        "this account cannot reach the acr that was asked for",
    );
    let (flows, tenant) = (at.visit.flows(), at.visit.tenant());
    let Some(request) = current.login.destination.request() else {
        flows.refuse_device_of(tenant, &current.login).await?;
        return Err(PageFailure::rejected(error));
    };
    let live = at.visit.live_session().await?;
    let response = flows.answer_error(tenant, request, &error, live.as_ref()).await?;
    Ok(at.answer(&current, &response))
}
