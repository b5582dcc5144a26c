//! No parameter stands twice (RFC 6749 §3.1, SR-57).

use super::checklist::Asked;
use crate::domain::oauth_error::{ErrorCode, OAuthError};

pub(super) fn is_absent(asked: &Asked<'_>) -> Result<(), OAuthError> {
    asked.parameters.once().map_err(|repeated| OAuthError::new(ErrorCode::InvalidRequest, repeated.to_string()))
}
