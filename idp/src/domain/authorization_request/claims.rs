//! `claims` names single claims, with their values (OpenID Connect Core §5.5); it opens nothing that the client's scopes do not (SR-59).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::{claims::ClaimsRequest, oauth_error::OAuthError};

pub(super) fn asked(asked: &Asked<'_>) -> Result<ClaimsRequest, OAuthError> {
    let claims = asked.get("claims").map(ClaimsRequest::parse).transpose().map_err(invalid_request)?;
    Ok(claims.unwrap_or_default().within(&asked.client.scope))
}
