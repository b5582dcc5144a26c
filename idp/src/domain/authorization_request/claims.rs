//! `claims` names single claims, with their values (OpenID Connect Core §5.5).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::{claims::ClaimsRequest, oauth_error::OAuthError};

pub(super) fn asked(asked: &Asked<'_>) -> Result<ClaimsRequest, OAuthError> {
    let claims = asked.get("claims").map(ClaimsRequest::parse).transpose().map_err(invalid_request)?;
    Ok(claims.unwrap_or_default())
}
