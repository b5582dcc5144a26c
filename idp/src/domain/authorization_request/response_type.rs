//! Only `code` is spoken here, and only for clients that may use it (RFC 6749 §3.1.1, SR-50).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::{
    client::GrantType,
    oauth_error::{ErrorCode, OAuthError},
};

pub(super) fn is_code(asked: &Asked<'_>) -> Result<(), OAuthError> {
    match asked.get("response_type") {
        None => Err(invalid_request("response_type is missing")),
        Some("code") if asked.client.may(GrantType::AuthorizationCode) => Ok(()),
        Some("code") => {
            Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use response_type code"))
        }
        Some(_) => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "only response_type code is supported")),
    }
}
