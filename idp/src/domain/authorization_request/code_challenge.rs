//! PKCE with S256 only (RFC 7636 §4.4.1); an exempted confidential client must send a nonce instead (SR-51), none of FAPI 2.0 is (§5.3.2.2).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::{
    client::Profile,
    oauth_error::{ErrorCode, OAuthError},
    pkce::CodeChallenge,
};

pub(super) fn is_s256(asked: &Asked<'_>, nonce: Option<&str>) -> Result<Option<CodeChallenge>, OAuthError> {
    let method = asked.get("code_challenge_method");
    let required = asked.client.require_pkce || asked.client.profile == Profile::Fapi2;
    let Some(challenge) = asked.get("code_challenge") else {
        return match (method, required, nonce) {
            (Some(_), _, _) => Err(invalid_request("code_challenge_method without code_challenge")),
            (None, true, _) => Err(invalid_request("code_challenge is missing: PKCE with S256 is required")),
            (None, false, None) => Err(invalid_request("without PKCE a nonce is required")),
            (None, false, Some(_)) => Ok(None),
        };
    };
    CodeChallenge::parse(challenge, method)
        .map(Some)
        .map_err(|error| OAuthError::new(ErrorCode::InvalidRequest, error.to_string()))
}
