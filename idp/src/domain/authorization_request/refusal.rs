//! Why a request is refused, and who may be told.

use super::ResponseMode;
use crate::domain::{
    ids::ClientId,
    oauth_error::{ErrorCode, OAuthError},
    redirect_uri::RedirectUri,
};

/// Why a request is refused, and who may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Client or redirect URI are not known: a page, never a redirect (SR-10).
    Page(OAuthError),
    /// The client is told at its redirect URI.
    Redirect { to: ErrorTarget, error: OAuthError },
}

/// Where an error for the client goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorTarget {
    pub client: ClientId,
    pub redirect_uri: RedirectUri,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
}

pub(super) fn invalid_request(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}
