//! The strict reading of compact JWS that others signed: assertions, request objects, DPoP proofs (SR-65, SR-66).

use aws_lc_rs::signature::ParsedPublicKey;
use serde_json::{Map, Value};

use super::{JwkSet, JwsError, TokenClaims, jwk_set::ForeignKey, jws::Compact, strict_json};
use crate::domain::{ids::KeyId, signing_key::SigningAlgorithm};

/// Header members that would change how a token is read, or bring a key along (RFC 7515 §4.1, RFC 7797 §3, RFC 7516 §4.1.3).
const REFUSED: [&str; 6] = ["crit", "b64", "jku", "x5u", "x5c", "zip"];
/// RFC 9449 §4.2.
const DPOP: &str = "dpop+jwt";

/// What is demanded of a token's header.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// The only algorithms that are accepted.
    pub algorithms: &'a [SigningAlgorithm],
    pub typ: TypRule<'a>,
}

/// What `typ` may say; compared without regard to case (RFC 7515 §4.1.9).
#[derive(Clone, Copy, Debug)]
pub enum TypRule<'a> {
    Any,
    /// One of these, or none at all.
    AbsentOr(&'a [&'a str]),
    Exactly(&'a str),
}

/// A token whose signature holds. Nothing is said of its age, audience or issuer.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    pub algorithm: SigningAlgorithm,
    /// The thumbprint of the key that signed it (RFC 7638).
    pub key: KeyId,
    pub claims: TokenClaims,
}

impl JwkSet {
    /// The claims of a token that a key of this set signed: the one that its `kid` names, or without a `kid` the only one that fits.
    pub fn verify(&self, demand: &Demand<'_>, token: &str) -> Result<Foreign, JwsError> {
        let compact = Compact::read(token)?;
        let header = Header::read(&compact, demand)?;
        if header.embedded.is_some() {
            return Err(JwsError::Header);
        }
        let (thumbprint, key) = self.key_for(header.kid, header.algorithm)?;
        verified(&compact, header.algorithm, thumbprint, key)
    }

    fn key_for(&self, kid: Option<&str>, algorithm: SigningAlgorithm) -> Result<(&KeyId, &ParsedPublicKey), JwsError> {
        let mut fitting = self.named(kid).filter_map(|key| key.with(algorithm).map(|parsed| (&key.thumbprint, parsed)));
        let Some(first) = fitting.next() else {
            let known = kid.is_some_and(|kid| self.has(kid));
            return Err(if known { JwsError::Algorithm } else { JwsError::UnknownKey });
        };
        if fitting.any(|(thumbprint, _)| thumbprint != first.0) {
            return Err(JwsError::Ambiguous);
        }
        Ok(first)
    }
}

/// The claims of a DPoP proof, signed by the one public key that its header carries (RFC 9449 §4.2, §4.3 no. 3 to 7).
pub fn verify_dpop_proof(algorithms: &[SigningAlgorithm], proof: &str) -> Result<Foreign, JwsError> {
    let compact = Compact::read(proof)?;
    let header = Header::read(&compact, &Demand { algorithms, typ: TypRule::Exactly(DPOP) })?;
    let jwk = header.embedded.and_then(Value::as_object).ok_or(JwsError::Header)?;
    let key = ForeignKey::read(jwk).ok_or(JwsError::Jwk)?;
    let parsed = key.with(header.algorithm).ok_or(JwsError::Algorithm)?;
    verified(&compact, header.algorithm, &key.thumbprint, parsed)
}

/// A text that a token claims, unverified: for finding out whose keys to try, and for nothing else.
pub fn claimed(token: &str, name: &str) -> Option<String> {
    let claims = strict_json::object(&Compact::read(token).ok()?.claims)?;
    claims.get(name)?.as_str().map(str::to_owned)
}

fn verified(
    compact: &Compact<'_>,
    algorithm: SigningAlgorithm,
    thumbprint: &KeyId,
    key: &ParsedPublicKey,
) -> Result<Foreign, JwsError> {
    key.verify_sig(compact.signed.as_bytes(), &compact.signature).map_err(|_| JwsError::Signature)?;
    let claims = TokenClaims::new(strict_json::object(&compact.claims).ok_or(JwsError::Json)?);
    Ok(Foreign { algorithm, key: thumbprint.clone(), claims })
}

/// A header that demands nothing of its reader. Members that nobody knows are ignored (RFC 7515 §4).
struct Header<'a> {
    algorithm: SigningAlgorithm,
    kid: Option<&'a str>,
    embedded: Option<&'a Value>,
}

impl<'a> Header<'a> {
    fn read(compact: &'a Compact<'_>, demand: &Demand<'_>) -> Result<Self, JwsError> {
        let members = &compact.header;
        if REFUSED.iter().any(|name| members.contains_key(*name)) {
            return Err(JwsError::Header);
        }
        let alg = text(members, "alg")?.ok_or(JwsError::Header)?;
        let algorithm = demand.algorithms.iter().find(|allowed| allowed.name() == alg).ok_or(JwsError::Algorithm)?;
        let typ = text(members, "typ")?;
        if !demand.typ.admits(typ) {
            return Err(JwsError::Typ);
        }
        Ok(Self { algorithm: *algorithm, kid: text(members, "kid")?, embedded: members.get("jwk") })
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, JwsError> {
    members.get(name).map(|value| value.as_str().ok_or(JwsError::Header)).transpose()
}

impl TypRule<'_> {
    fn admits(&self, typ: Option<&str>) -> bool {
        match (self, typ) {
            (Self::Any, _) | (Self::AbsentOr(_), None) => true,
            (Self::AbsentOr(names), Some(typ)) => names.iter().any(|name| name.eq_ignore_ascii_case(typ)),
            (Self::Exactly(name), typ) => typ.is_some_and(|typ| name.eq_ignore_ascii_case(typ)),
        }
    }
}

#[cfg(test)]
mod tests;
