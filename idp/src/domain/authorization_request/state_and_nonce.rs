//! `state` and `nonce` come back byte for byte, or the request is refused: they are never cut (SR-57).

use super::checklist::Asked;
use crate::domain::oauth_error::{ErrorCode, OAuthError};

const MAX_BYTES: usize = 2048;

/// RFC 6749 §4.1.1.
pub(super) fn state(asked: &Asked<'_>) -> Result<Option<String>, OAuthError> {
    bounded(asked, "state")
}

/// OpenID Connect Core §3.1.2.1.
pub(super) fn nonce(asked: &Asked<'_>) -> Result<Option<String>, OAuthError> {
    bounded(asked, "nonce")
}

/// What an error takes back with it.
pub(super) fn state_for_errors(asked: &Asked<'_>) -> Option<String> {
    state(asked).ok().flatten()
}

fn bounded(asked: &Asked<'_>, name: &'static str) -> Result<Option<String>, OAuthError> {
    match asked.get(name) {
        Some(value) if value.len() > MAX_BYTES => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, format!("{name} is longer than {MAX_BYTES} bytes")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}
