//! Where the answer goes; the default of `code` is `query` (OAuth 2.0 Multiple Response Types §2.1).

use super::{ResponseMode, checklist::Asked, refusal::invalid_request};
use crate::domain::oauth_error::OAuthError;

pub(super) fn is_supported(asked: &Asked<'_>) -> Result<ResponseMode, OAuthError> {
    requested(asked).ok_or_else(|| invalid_request("response_mode is not supported; use query or form_post"))
}

/// An error about the mode itself has to go somewhere too.
pub(super) fn for_errors(asked: &Asked<'_>) -> ResponseMode {
    requested(asked).unwrap_or_default()
}

fn requested(asked: &Asked<'_>) -> Option<ResponseMode> {
    match asked.get("response_mode") {
        None | Some("query") => Some(ResponseMode::Query),
        Some("form_post") => Some(ResponseMode::FormPost),
        Some(_) => None,
    }
}
