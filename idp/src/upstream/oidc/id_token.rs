//! An upstream's ID token: pinned algorithms, strict types, every check of OpenID Connect Core §3.1.3.7 (SR-65, SR-66).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IdTokenVerifier, IssuerUrl, Nonce,
    SignatureVerificationError,
    core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value};

use super::SKEW;
use crate::{domain::clock::Timestamp, upstream::strict_json};

const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];
const MAX_LENGTH: usize = 16 * 1024;
const MAX_SUBJECT: usize = 255;
/// The last second of the year 9999.
const LAST_SECOND: f64 = 253_402_300_799.0;

type Object = Map<String, Value>;

/// What the token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a IssuerUrl,
    pub client_id: &'a ClientId,
    pub nonce: &'a Nonce,
    pub access_token: &'a AccessToken,
    pub now: Timestamp,
}

/// What a good token said.
pub(super) struct Claims {
    pub subject: String,
    pub auth_time: Option<Timestamp>,
    pub all: Map<String, Value>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenProblem {
    #[error("the ID token is signed with an unknown key")]
    UnknownKey,
    #[error("the ID token: {0}")]
    Bad(String),
}

pub(super) fn verify(
    token: &CoreIdToken,
    keys: &CoreJsonWebKeySet,
    expected: &Expected<'_>,
) -> Result<Claims, TokenProblem> {
    let (header, all) = parts(&token.to_string())?;
    check_header(&header)?;
    let times = Times::read(&all)?;
    let now = chrono::DateTime::from_timestamp_millis(expected.now.minus(SKEW).as_millis()).unwrap_or_default();
    let verifier: CoreIdTokenVerifier<'_> =
        IdTokenVerifier::new_public_client(expected.client_id.clone(), expected.issuer.clone(), keys.clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now);
    let claims = token.claims(&verifier, expected.nonce).map_err(problem)?;
    if claims.authorized_party().is_some_and(|party| party != expected.client_id) {
        return bad("it was issued to another client");
    }
    let latest = expected.now.plus(SKEW);
    if times.issued_at > latest || times.not_before.is_some_and(|at| at > latest) {
        return bad("it is from the future");
    }
    check_access_token(token, &verifier, claims.access_token_hash(), expected.access_token)?;
    let subject = claims.subject().as_str();
    if subject.is_empty() || subject.len() > MAX_SUBJECT || subject.chars().any(char::is_control) {
        return bad("its subject is no good");
    }
    Ok(Claims { subject: subject.to_owned(), auth_time: times.authenticated_at, all })
}

/// Header and claims of a compact JWS, read strictly.
fn parts(compact: &str) -> Result<(Object, Object), TokenProblem> {
    if compact.len() > MAX_LENGTH {
        return bad("it is too long");
    }
    let mut parts = compact.split('.');
    let (Some(header), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return bad("it is no compact JWS");
    };
    let read = |part: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|error| TokenProblem::Bad(error.to_string()))?;
        strict_json::object(&bytes).map_err(TokenProblem::Bad)
    };
    Ok((read(header)?, read(payload)?))
}

/// Keys come from the provider's key set only, never from the token itself.
fn check_header(header: &Map<String, Value>) -> Result<(), TokenProblem> {
    for name in ["crit", "jku", "jwk", "x5u", "x5c", "zip", "enc"] {
        if header.contains_key(name) {
            return Err(TokenProblem::Bad(format!("its header holds {name}")));
        }
    }
    Ok(())
}

struct Times {
    issued_at: Timestamp,
    not_before: Option<Timestamp>,
    authenticated_at: Option<Timestamp>,
}

impl Times {
    fn read(claims: &Map<String, Value>) -> Result<Self, TokenProblem> {
        if time(claims, "exp")?.is_none() {
            return bad("it never expires");
        }
        let Some(issued_at) = time(claims, "iat")? else {
            return bad("it does not say when it was issued");
        };
        Ok(Self { issued_at, not_before: time(claims, "nbf")?, authenticated_at: time(claims, "auth_time")? })
    }
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, TokenProblem> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    match value.as_f64() {
        Some(seconds) if (0.0..=LAST_SECOND).contains(&seconds) =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "within the range just checked")]
            Ok(Some(Timestamp::from_seconds(seconds.floor() as i64)))
        }
        _ => Err(TokenProblem::Bad(format!("its {name} is no time"))),
    }
}

/// OpenID Connect Core §3.1.3.8.
fn check_access_token(
    token: &CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
    hash: Option<&AccessTokenHash>,
    access_token: &AccessToken,
) -> Result<(), TokenProblem> {
    let Some(hash) = hash else {
        return Ok(());
    };
    let (Ok(algorithm), Ok(key)) = (token.signing_alg(), token.signing_key(verifier)) else {
        return bad("its at_hash cannot be checked");
    };
    match AccessTokenHash::from_token(access_token, algorithm, key) {
        Ok(computed) if computed == *hash => Ok(()),
        _ => bad("its at_hash belongs to another access token"),
    }
}

fn problem(error: ClaimsVerificationError) -> TokenProblem {
    match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            TokenProblem::UnknownKey
        }
        ClaimsVerificationError::SignatureVerification(error) => TokenProblem::Bad(error.to_string()),
        other => TokenProblem::Bad(other.to_string()),
    }
}

fn bad<T>(reason: &str) -> Result<T, TokenProblem> {
    Err(TokenProblem::Bad(reason.to_owned()))
}
