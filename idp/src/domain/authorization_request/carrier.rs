//! No request inside the request: what wraps one was opened before, or is not supported (RFC 9101 §4, RFC 9126 §2.1, SR-58).

use super::checklist::Asked;
use crate::domain::oauth_error::{ErrorCode, OAuthError};

pub(super) fn is_absent(asked: &Asked<'_>) -> Result<(), OAuthError> {
    let refuse = |unsupported: ErrorCode, description: &'static str| {
        let code = match (asked.way.signed, asked.way.pushed) {
            (true, _) => ErrorCode::InvalidRequestObject,
            (false, true) => ErrorCode::InvalidRequest,
            (false, false) => unsupported,
        };
        Err(OAuthError::new(code, description))
    };
    if asked.get("request_uri").is_some() {
        return refuse(
            ErrorCode::RequestUriNotSupported,
            "request_uri has no place here; only pushed requests have one",
        );
    }
    if asked.get("request").is_some() {
        return refuse(ErrorCode::RequestNotSupported, "request has no place here");
    }
    if asked.get("registration").is_some() {
        return Err(OAuthError::new(ErrorCode::RegistrationNotSupported, "registration is not supported"));
    }
    Ok(())
}
