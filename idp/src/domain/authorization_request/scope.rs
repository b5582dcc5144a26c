//! What the client may not have is dropped (SR-59); without `openid` it is plain OAuth, and no ID token comes of it.

use super::checklist::Asked;
use crate::domain::{oauth_error::OAuthError, scope::Scope};

pub(super) fn of_client(asked: &Asked<'_>) -> Result<Scope, OAuthError> {
    asked.client.permitted_scope(asked.get("scope"))
}
