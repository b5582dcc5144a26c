//! What the client may not have is dropped (SR-59); without `openid` it is plain OAuth, and no ID token comes of it.

use super::checklist::Asked;
use crate::domain::{
    client::GrantType,
    oauth_error::{ErrorCode, OAuthError},
    scope::Scope,
};

pub(super) fn of_client(asked: &Asked<'_>) -> Result<Scope, OAuthError> {
    let mut scope = Scope::parse(asked.get("scope").unwrap_or_default()).intersection(&asked.client.scope);
    // RFC 6749 §3.3: nothing that was asked for can be given.
    if scope.is_empty() {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope holds nothing that this client may have"));
    }
    // OpenID Connect Core §11: without refresh tokens offline_access means nothing.
    if !asked.client.may(GrantType::RefreshToken) {
        scope = scope.without("offline_access");
    }
    Ok(scope)
}
