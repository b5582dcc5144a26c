//! `resource` names what the access token is for; it may stand several times (RFC 8707 §2).

use super::checklist::Asked;
use crate::domain::oauth_error::{ErrorCode, OAuthError};

pub(super) fn are_registered(asked: &Asked<'_>) -> Result<Vec<String>, OAuthError> {
    let mut resources: Vec<String> = Vec::new();
    for resource in asked.parameters.all("resource") {
        // Compared by bytes, so that what is no absolute URI, or has a fragment, is none of the client's either.
        if !asked.client.resources.iter().any(|registered| registered == resource) {
            return Err(OAuthError::new(ErrorCode::InvalidTarget, "this client may not ask for that resource"));
        }
        if !resources.iter().any(|known| known == resource) {
            resources.push(resource.to_owned());
        }
    }
    Ok(resources)
}
