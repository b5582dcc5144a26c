//! `redirect_uri` is required (OpenID Connect Core §3.1.2.1) and compared by bytes (SR-49).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::{oauth_error::OAuthError, redirect_uri::RedirectUri};

pub(super) fn is_registered(asked: &Asked<'_>) -> Result<RedirectUri, OAuthError> {
    if asked.parameters.is_repeated("redirect_uri") {
        return Err(invalid_request("redirect_uri is repeated"));
    }
    let uri = asked.get("redirect_uri").ok_or_else(|| invalid_request("redirect_uri is missing"))?;
    asked.client.redirect_uri(uri).ok_or_else(|| invalid_request("redirect_uri is not registered for this client"))
}
