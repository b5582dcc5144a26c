//! A certificate that a client showed in its TLS handshake, behind a proxy that vouches for it (RFC 8705 §2).

use crate::{
    domain::{certificate::ClientCertificate, client::CertificateSubject, clock::Timestamp, ids::KeyId},
    flows::client_keys::ClientKeyError,
    keys::Certificate,
};

/// Why a certificate authenticates nobody.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    #[error("certificate: {0}")]
    Rule(&'static str),
    #[error("certificate: {0}")]
    Keys(#[from] ClientKeyError),
}

/// A certificate in its time (RFC 5280 §4.1.2.5).
pub fn in_its_time(shown: Option<&ClientCertificate>, now: Timestamp) -> Result<Certificate, CertificateProblem> {
    let shown = shown.ok_or(CertificateProblem::Rule("none was shown"))?;
    let certificate = Certificate::read(shown.der()).ok_or(CertificateProblem::Rule("it cannot be read"))?;
    rule(certificate.not_before <= now, "its time has not come")?;
    rule(now <= certificate.not_after, "expired")?;
    Ok(certificate)
}

/// RFC 8705 §2.1: an authority's word for the one registered name. Proxies that also let self-signed certificates
/// through (§2.2) verify none of what those say, so such a certificate names nobody here.
pub fn bears(certificate: &Certificate, subject: &CertificateSubject) -> Result<(), CertificateProblem> {
    rule(!certificate.self_issued, "it is self-signed")?;
    rule(certificate.names(subject), "it bears another name")
}

/// RFC 8705 §2.2: the key that the certificate is of; the rest of a self-signed certificate says nothing.
pub fn key(certificate: &Certificate) -> Result<&KeyId, CertificateProblem> {
    certificate.key.as_ref().ok_or(CertificateProblem::Rule("its key is of no kind that is spoken"))
}

/// RFC 8705 §2.2.2.
pub fn is_registered(held: bool) -> Result<(), CertificateProblem> {
    rule(held, "its key is none of the client's")
}

fn rule(holds: bool, otherwise: &'static str) -> Result<(), CertificateProblem> {
    if holds { Ok(()) } else { Err(CertificateProblem::Rule(otherwise)) }
}
