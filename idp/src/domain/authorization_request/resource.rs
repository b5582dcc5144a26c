//! `resource` names what the access token is for; it may stand several times (RFC 8707 §2).

use super::checklist::Asked;
use crate::domain::oauth_error::OAuthError;

pub(super) fn are_registered(asked: &Asked<'_>) -> Result<Vec<String>, OAuthError> {
    asked.client.permitted_resources(asked.parameters.all("resource"))
}
