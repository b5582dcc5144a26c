//! `id_token_hint` and `claims.id_token.sub` both name the person (OpenID Connect Core §3.1.2.1 and §5.5.1).

use super::{checklist::Asked, refusal::invalid_request};
use crate::domain::{claims::ClaimsRequest, client::Client, ids::Subject, oauth_error::OAuthError};

pub(super) fn named(
    asked: &Asked<'_>,
    claims: &ClaimsRequest,
    hinted: impl Fn(&str, &Client) -> Option<Subject>,
) -> Result<Option<Subject>, OAuthError> {
    let by_hint = match asked.get("id_token_hint") {
        Some(hint) => Some(
            hinted(hint, asked.client)
                .ok_or_else(|| invalid_request("id_token_hint is not an ID token issued here to this client"))?,
        ),
        None => None,
    };
    let by_claim = claims.subject.as_deref().map(|subject| Subject(subject.into()));
    match (by_hint, by_claim) {
        (Some(hint), Some(claim)) if hint != claim => {
            Err(invalid_request("id_token_hint and claims name different subjects"))
        }
        (hint, claim) => Ok(hint.or(claim)),
    }
}
