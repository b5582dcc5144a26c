//! The sender of a request shows what it holds: the key of a DPoP proof, the certificate of its connection (RFC 9449 §4.3, RFC 8705 §3).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    domain::{
        clock::Timestamp,
        confirmation::Possession,
        dpop::{
            ALGORITHMS, NONCE_SLOT, NonceAge, Nonces, Occasion, Proof, REMEMBERED, Refusal, claim_missing, only_one,
            unreadable,
        },
        ids::TenantId,
        oauth_error::{ErrorCode, OAuthError},
        tenant::Tenant,
        used_token::{TokenUse, UsedToken},
    },
    keys::{Foreign, TokenClaims, verify_dpop_proof},
    store::{Backend, Won},
};

use super::{FlowError, Flows, Visitor};

/// What came with a request, as it stands.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The values of all its `DPoP` headers.
    pub proofs: &'a [&'a str],
    pub method: &'a str,
    /// Below the issuer.
    pub path: &'a str,
    /// At a protected resource.
    pub access_token: Option<&'a str>,
}

/// What is proven.
#[derive(Debug, Default)]
pub struct Proven {
    pub possession: Possession,
    /// The nonce for the next proof, when the one of this proof is about to end.
    pub next_nonce: Option<String>,
}

impl Flows {
    pub async fn prove_possession(
        &self,
        tenant: &Tenant,
        shown: &Shown<'_>,
        visitor: &Visitor,
    ) -> Result<Proven, FlowError> {
        let certificate = visitor.certificate_thumbprint();
        let Some(text) = only_one(shown.proofs)? else {
            return Ok(Proven { possession: Possession { key: None, certificate }, next_nonce: None });
        };
        let now = self.now();
        let signed = verify_dpop_proof(&ALGORITHMS, text).map_err(unreadable)?;
        let proof = read(&signed.claims)?;
        let nonces = self.dpop_nonces(&tenant.id, now);
        let age = proof.check(&Occasion {
            method: shown.method,
            url: &tenant.issuer.join(shown.path),
            access_token: shown.access_token,
            nonces: &nonces,
            now,
        });
        let age = age.map_err(|refusal| match refusal {
            Refusal::Invalid(error) => FlowError::OAuth(error),
            Refusal::UseNonce => FlowError::UseNonce(nonces.current.clone()),
        })?;
        self.takes_once(&signed, &proof, now).await?;
        let next_nonce = (age == NonceAge::Ageing).then_some(nonces.current);
        Ok(Proven { possession: Possession { key: Some(signed.key.to_string()), certificate }, next_nonce })
    }

    /// RFC 9449 §11.1: no proof counts twice.
    async fn takes_once(&self, signed: &Foreign, proof: &Proof, now: Timestamp) -> Result<(), FlowError> {
        let used = UsedToken::new(TokenUse::DpopProof, &[signed.key.as_str()], &proof.jti, now.plus(REMEMBERED));
        match self.store.use_proof(used, now).await? {
            Won::Won => Ok(()),
            Won::Lost => Err(OAuthError::new(ErrorCode::InvalidDpopProof, "the DPoP proof was used before").into()),
        }
    }

    /// RFC 9449 §8: nothing is kept of a nonce; whoever has the key can tell which slot it is of. On SQLite it ends with
    /// this process, as its memory of used proofs does; on PostgreSQL all nodes share both.
    fn dpop_nonces(&self, tenant: &TenantId, now: Timestamp) -> Nonces {
        let of = |at: Timestamp| {
            let slot = at.as_millis().div_euclid(i64::try_from(NONCE_SLOT.as_millis()).unwrap_or(i64::MAX));
            let run: &[u8] = match self.store.backend() {
                Backend::Sqlite => self.run(),
                Backend::Postgres => &[],
            };
            let mac = self.vault.mac("dpop-nonce", &[tenant.as_str().as_bytes(), &slot.to_be_bytes(), run]);
            BASE64_URL_SAFE_NO_PAD.encode(mac)
        };
        Nonces { current: of(now), former: of(now.minus(NONCE_SLOT)) }
    }
}

/// RFC 9449 §4.3 no. 3: what is required is there, and of its type.
fn read(claims: &TokenClaims) -> Result<Proof, OAuthError> {
    let text = |name| claims.text(name).map_err(|_| claim_missing(name));
    let required = |name| text(name)?.map(str::to_owned).ok_or_else(|| claim_missing(name));
    let iat = claims.instant("iat").ok().flatten().ok_or_else(|| claim_missing("iat"))?;
    Ok(Proof {
        jti: required("jti")?,
        htm: required("htm")?,
        htu: required("htu")?,
        iat,
        nonce: text("nonce")?.map(str::to_owned),
        ath: text("ath")?.map(str::to_owned),
    })
}
