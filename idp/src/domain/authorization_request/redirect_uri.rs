//! `redirect_uri` is required (OpenID Connect Core §3.1.2.1) and compared by bytes (SR-49).

use super::refusal::invalid_request;
use crate::domain::{client::Client, oauth_error::OAuthError, parameters::Parameters, redirect_uri::RedirectUri};

pub(super) fn is_registered(parameters: &Parameters, client: &Client) -> Result<RedirectUri, OAuthError> {
    if parameters.is_repeated("redirect_uri") {
        return Err(invalid_request("redirect_uri is repeated"));
    }
    let asked = parameters.get("redirect_uri").ok_or_else(|| invalid_request("redirect_uri is missing"))?;
    client.redirect_uri(asked).ok_or_else(|| invalid_request("redirect_uri is not registered for this client"))
}
