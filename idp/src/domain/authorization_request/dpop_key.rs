//! `dpop_jkt` is the thumbprint of the only key that may redeem the code (RFC 9449 §10, RFC 7638 §3).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::oauth_error::OAuthError;

/// SHA-256 as base64url.
const LENGTH: usize = 43;

pub(super) fn thumbprint(asked: &Asked<'_>) -> Result<Option<String>, OAuthError> {
    match asked.get("dpop_jkt") {
        Some(text) if text.len() != LENGTH || !text.bytes().all(is_base64url) => {
            Err(invalid_request("dpop_jkt is not the SHA-256 thumbprint of a key"))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
