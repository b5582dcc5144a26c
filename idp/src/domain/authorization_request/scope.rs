//! `openid` is required (OpenID Connect Core §3.1.2.1); what the client may not have is dropped (SR-59).

use super::checklist::Asked;
use crate::domain::{
    client::GrantType,
    oauth_error::{ErrorCode, OAuthError},
    scope::Scope,
};

pub(super) fn of_client(asked: &Asked<'_>) -> Result<Scope, OAuthError> {
    let mut scope = Scope::parse(asked.get("scope").unwrap_or_default()).intersection(&asked.client.scope);
    if !scope.contains("openid") {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope must contain openid"));
    }
    // OpenID Connect Core §11: without refresh tokens offline_access means nothing.
    if !asked.client.may(GrantType::RefreshToken) {
        scope = scope.without("offline_access");
    }
    Ok(scope)
}
