//! GET and POST /userinfo (OpenID Connect Core §5.3); the token comes in the header or, by POST, in the form (RFC 6750 §2, RFC 9449 §7.1).

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    domain::{
        oauth_error::{ErrorCode, OAuthError},
        parameters::Parameters,
    },
    flows::{Proven, Scheme, UserInfo},
};

use super::{
    super::{
        failure::{EndpointFailure, dpop_challenge},
        visit::Visit,
    },
    Sender,
    form::is_form,
    with_nonce,
};

pub async fn get(visit: Visit, sender: Sender, headers: HeaderMap) -> Result<Response, EndpointFailure> {
    match presented(&headers) {
        Some((scheme, token)) => answer(&visit, &sender, scheme, token).await,
        None => Ok(unauthenticated()),
    }
}

pub async fn post(visit: Visit, sender: Sender, headers: HeaderMap, body: Bytes) -> Result<Response, EndpointFailure> {
    let form = if is_form(&headers) { Parameters::parse(&body).unwrap_or_default() } else { Parameters::default() };
    match (presented(&headers), form.get("access_token")) {
        // RFC 6750 §2: one method a request.
        (Some((scheme, _)), Some(_)) => {
            let error = OAuthError::new(ErrorCode::InvalidRequest, "the access token is sent twice");
            Err(EndpointFailure::Resource(scheme, error.into()))
        }
        (Some((scheme, token)), None) => answer(&visit, &sender, scheme, token).await,
        (None, Some(token)) if !form.is_repeated("access_token") => {
            answer(&visit, &sender, Scheme::Bearer, token).await
        }
        _ => Ok(unauthenticated()),
    }
}

async fn answer(visit: &Visit, sender: &Sender, scheme: Scheme, token: &str) -> Result<Response, EndpointFailure> {
    let failed = |error| EndpointFailure::Resource(scheme, error);
    let proven = proven(visit, sender, scheme, token).await?;
    let answer = visit.flows().read_userinfo(visit.tenant(), (scheme, token), &proven.possession).await;
    let response = answer.map(told).map_err(failed).into_response();
    Ok(with_nonce(response, proven.next_nonce))
}

/// RFC 9449 §7.1: with the scheme DPoP there is a proof; with Bearer one would say nothing.
async fn proven(visit: &Visit, sender: &Sender, scheme: Scheme, token: &str) -> Result<Proven, EndpointFailure> {
    let proven = match scheme {
        Scheme::Bearer => sender.without_proof().possession(visit, "/userinfo", None).await,
        Scheme::Dpop if sender.has_proof() => sender.possession(visit, "/userinfo", Some(token)).await,
        Scheme::Dpop => Err(OAuthError::new(ErrorCode::InvalidDpopProof, "the DPoP proof is missing").into()),
    };
    proven.map_err(|error| EndpointFailure::Resource(scheme, error))
}

fn told(answer: UserInfo) -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    match answer {
        UserInfo::Plain(claims) => (no_store, Json(claims)).into_response(),
        UserInfo::Signed(jwt) => (no_store, [(header::CONTENT_TYPE, "application/jwt")], jwt).into_response(),
    }
}

/// RFC 6750 §2.1, RFC 9449 §7.1; the scheme in any case (RFC 9110 §11.1).
fn presented(headers: &HeaderMap) -> Option<(Scheme, &str)> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let scheme = [("bearer", Scheme::Bearer), ("dpop", Scheme::Dpop)]
        .into_iter()
        .find_map(|(name, known)| scheme.eq_ignore_ascii_case(name).then_some(known))?;
    Some((scheme, token.trim()))
}

/// The token of a header that knows no other scheme.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    presented(headers).and_then(|(scheme, token)| (scheme == Scheme::Bearer).then_some(token))
}

/// RFC 6750 §3.1: without a token, no error code; both schemes are named (RFC 9449 §7.1).
fn unauthenticated() -> Response {
    let mut response = StatusCode::UNAUTHORIZED.into_response();
    for challenge in [HeaderValue::from_static("Bearer"), dpop_challenge()] {
        response.headers_mut().append(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
