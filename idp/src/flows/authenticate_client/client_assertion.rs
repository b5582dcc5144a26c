//! An assertion that a client signed: one check a rule, in the order of RFC 7523 §3 (OpenID Connect Core §9, SR-56).

use std::time::Duration;

use crate::{
    domain::{
        client::{Client, Profile},
        clock::Timestamp,
        signing_key::SigningAlgorithm,
        tenant::Tenant,
        used_token::{TokenUse, UsedToken},
    },
    flows::client_keys::ClientKeyError,
    keys::{Audience, ClaimError, Demand, TokenClaims, TypRule},
};

/// RFC 7523 §2.2.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far an assertion may reach ahead.
const LONGEST: Duration = Duration::from_mins(5);
/// An assertion that was made longer ago is none for this request.
const OLDEST: Duration = Duration::from_hours(1);
/// Between their clock and ours: FAPI 2.0 Security Profile §5.3.2.1 asks for 10 seconds at least and less than 60.
const SKEW: Duration = Duration::from_secs(30);
const LONGEST_JTI: usize = 256;

/// Whom an assertion may be meant for.
pub struct Expected<'a> {
    pub tenant: &'a Tenant,
    pub client: &'a Client,
    /// The path of the endpoint that it was presented at.
    pub endpoint: &'a str,
    pub now: Timestamp,
}

/// Why an assertion is refused; the trail says so, the client only learns that it failed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionProblem {
    #[error("assertion: {0}")]
    Signature(#[from] ClientKeyError),
    #[error("assertion: {0}")]
    Claim(#[from] ClaimError),
    #[error("assertion: {0}")]
    Rule(&'static str),
}

/// What its header must say: an algorithm that the client is registered with (RFC 8725 §3.1).
pub fn algorithms(client: &Client, registered: Option<SigningAlgorithm>) -> Vec<SigningAlgorithm> {
    let allowed = |algorithm: &SigningAlgorithm| {
        registered.is_none_or(|registered| registered == *algorithm)
            // FAPI 2.0 Security Profile §5.4.1.
            && (client.profile == Profile::Plain || *algorithm != SigningAlgorithm::Rs256)
    };
    SigningAlgorithm::ALL.into_iter().filter(allowed).collect()
}

/// The kinds of token that an assertion may call itself; none at all is what most say.
pub fn demand(algorithms: &[SigningAlgorithm]) -> Demand<'_> {
    Demand { algorithms, typ: TypRule::AbsentOr(&["JWT", "client-authentication+jwt"]) }
}

/// The checks on a signed assertion. What passes is still to be taken once.
pub fn check(claims: &TokenClaims, expected: &Expected<'_>) -> Result<UsedToken, AssertionProblem> {
    issuer(claims, expected)?;
    subject(claims, expected)?;
    audience(claims, expected)?;
    let expires_at = expiry(claims, expected)?;
    not_before(claims, expected)?;
    issued_at(claims, expected)?;
    let jti = id(claims)?;
    let holder = [expected.tenant.id.as_str(), expected.client.id.as_str()];
    Ok(UsedToken::new(TokenUse::ClientAssertion, &holder, jti, expires_at.plus(SKEW)))
}

/// RFC 7523 §3 no. 1, OpenID Connect Core §9: `iss` is the client.
fn issuer(claims: &TokenClaims, expected: &Expected<'_>) -> Result<(), AssertionProblem> {
    let iss = claims.text("iss")?.ok_or(AssertionProblem::Rule("no iss"))?;
    rule(iss == expected.client.id.as_str(), "iss is not the client")
}

/// RFC 7523 §3 no. 2 B: `sub` is the client.
fn subject(claims: &TokenClaims, expected: &Expected<'_>) -> Result<(), AssertionProblem> {
    let sub = claims.text("sub")?.ok_or(AssertionProblem::Rule("no sub"))?;
    rule(sub == expected.client.id.as_str(), "sub is not the client")
}

/// RFC 7523 §3 no. 3: this provider, by its issuer or the endpoint's address.
/// FAPI 2.0 Security Profile §5.3.2.1: the issuer alone, as a text.
fn audience(claims: &TokenClaims, expected: &Expected<'_>) -> Result<(), AssertionProblem> {
    let audience = claims.audience()?.ok_or(AssertionProblem::Rule("no aud"))?;
    let issuer = &expected.tenant.issuer;
    let good = match expected.client.profile {
        Profile::Fapi2 => audience == Audience::One(issuer.as_str()),
        Profile::Plain => {
            audience.names(issuer.as_str())
                || [expected.endpoint, "/token"].iter().any(|path| audience.names(&issuer.join(path)))
        }
    };
    rule(good, "aud is not this provider")
}

/// RFC 7523 §3 no. 4.
fn expiry(claims: &TokenClaims, expected: &Expected<'_>) -> Result<Timestamp, AssertionProblem> {
    let exp = claims.instant("exp")?.ok_or(AssertionProblem::Rule("no exp"))?;
    rule(expected.now < exp.plus(SKEW), "expired")?;
    rule(exp <= expected.now.plus(LONGEST + SKEW), "exp is more than five minutes ahead")?;
    Ok(exp)
}

/// RFC 7523 §3 no. 5.
fn not_before(claims: &TokenClaims, expected: &Expected<'_>) -> Result<(), AssertionProblem> {
    let nbf = claims.instant("nbf")?;
    rule(nbf.is_none_or(|nbf| nbf <= expected.now.plus(SKEW)), "nbf is ahead")
}

/// RFC 7523 §3 no. 6.
fn issued_at(claims: &TokenClaims, expected: &Expected<'_>) -> Result<(), AssertionProblem> {
    let Some(iat) = claims.instant("iat")? else { return Ok(()) };
    rule(iat <= expected.now.plus(SKEW), "iat is ahead")?;
    rule(expected.now.since(iat) <= OLDEST, "iat is long past")
}

/// RFC 7523 §3 no. 7, OpenID Connect Core §9: `jti` is required.
fn id(claims: &TokenClaims) -> Result<&str, AssertionProblem> {
    let jti = claims.text("jti")?.ok_or(AssertionProblem::Rule("no jti"))?;
    rule(!jti.is_empty() && jti.len() <= LONGEST_JTI, "jti is empty or too long")?;
    Ok(jti)
}

fn rule(holds: bool, otherwise: &'static str) -> Result<(), AssertionProblem> {
    if holds { Ok(()) } else { Err(AssertionProblem::Rule(otherwise)) }
}
