//! Where the answer goes and whether it is signed; the default of `code` is `query` (OAuth 2.0 Multiple Response Types §2.1, JARM §2.3).

use super::{ResponseMode, checklist::Asked, refusal::invalid_request};
use crate::domain::oauth_error::OAuthError;

pub(super) fn is_supported(asked: &Asked<'_>) -> Result<ResponseMode, OAuthError> {
    requested(asked).ok_or_else(|| invalid_request("response_mode is not supported"))
}

/// An error about the mode itself has to go somewhere too.
pub(super) fn for_errors(asked: &Asked<'_>) -> ResponseMode {
    requested(asked).unwrap_or_default()
}

fn requested(asked: &Asked<'_>) -> Option<ResponseMode> {
    match asked.get("response_mode") {
        None => Some(ResponseMode::default()),
        // JARM §2.3.4: of `code` the same as `query.jwt`.
        Some("jwt") => Some(ResponseMode::QueryJwt),
        Some(name) => ResponseMode::NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode),
    }
}
