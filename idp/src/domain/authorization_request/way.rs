//! What a client is registered to use, it must use (RFC 9126 §6, RFC 9101 §10.5, FAPI 2.0 Security Profile §5.3.2.2).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::{client::Profile, oauth_error::OAuthError};

/// How a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// At `/par`, from the client itself.
    pub pushed: bool,
    /// In an object that the client has signed.
    pub signed: bool,
}

pub(super) fn is_allowed(asked: &Asked<'_>) -> Result<(), OAuthError> {
    let client = asked.client;
    let must_be_pushed = client.require_pushed_authorization_requests || client.profile == Profile::Fapi2;
    if must_be_pushed && !asked.way.pushed {
        return Err(invalid_request("this client must push its requests to /par"));
    }
    if client.require_signed_request_object && !asked.way.signed {
        return Err(invalid_request("this client must sign its requests"));
    }
    Ok(())
}
