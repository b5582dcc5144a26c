//! A request object is processed wholly or refused, never ignored (OpenID Connect Core §6, SR-58).

use super::checklist::Asked;
use crate::domain::oauth_error::{ErrorCode, OAuthError};

pub(super) fn is_absent(asked: &Asked<'_>) -> Result<(), OAuthError> {
    if asked.get("request").is_some() {
        return Err(OAuthError::new(ErrorCode::RequestNotSupported, "request objects are not supported"));
    }
    if asked.get("request_uri").is_some() {
        return Err(OAuthError::new(ErrorCode::RequestUriNotSupported, "request_uri is not supported"));
    }
    if asked.get("registration").is_some() {
        return Err(OAuthError::new(ErrorCode::RegistrationNotSupported, "registration is not supported"));
    }
    Ok(())
}
