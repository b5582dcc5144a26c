//! What a certificate says (RFC 5280 §4.1), as far as it tells who shows it. Whether its chain holds was for the proxy to find out.

use std::net::IpAddr;

use x509_parser::{
    certificate::X509Certificate,
    extensions::GeneralName,
    oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_SIG_ED25519},
    prelude::FromDer,
    public_key::PublicKey,
    x509::{AttributeTypeAndValue, SubjectPublicKeyInfo, X509Name},
};

use super::PublicJwk;
use crate::domain::{
    client::CertificateSubject,
    clock::Timestamp,
    distinguished_name::{Attribute, DistinguishedName},
    ids::KeyId,
};

/// ASN.1 tags of texts (X.680 §8.4).
const ASCII_TEXTS: [u32; 4] = [18, 19, 20, 22];
const UTF8_TEXT: u32 = 12;
const UTF16_TEXT: u32 = 30;

/// A certificate, read.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// It may name itself as who made it, so nobody else vouches for its names.
    pub self_issued: bool,
    /// Every name of its subject.
    names: Vec<CertificateSubject>,
    /// The thumbprint of its public key, if that is of a kind that clients register.
    pub key: Option<KeyId>,
}

impl Certificate {
    /// None: it is not X.509, or says something twice.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let (subject, issuer) = (parts(certificate.subject()), parts(certificate.issuer()));
        let self_issued = match (&subject, &issuer) {
            (Some(subject), Some(issuer)) => folded(subject) == folded(issuer),
            _ => true,
        };
        let subject = subject.and_then(DistinguishedName::new).map(CertificateSubject::DistinguishedName);
        let others = match certificate.subject_alternative_name().ok()? {
            Some(names) => names.value.general_names.iter().filter_map(alternative).collect(),
            None => Vec::new(),
        };
        Some(Self {
            not_before: Timestamp::from_seconds(certificate.validity().not_before.timestamp()),
            not_after: Timestamp::from_seconds(certificate.validity().not_after.timestamp()),
            self_issued,
            names: subject.into_iter().chain(others).collect(),
            key: public_key(certificate.public_key()).map(|key| key.thumbprint()),
        })
    }

    /// Whether it bears this name (RFC 8705 §2.1.2); hosts have no case, all else has.
    pub fn names(&self, subject: &CertificateSubject) -> bool {
        let wanted = match subject {
            CertificateSubject::Dns(host) => &CertificateSubject::Dns(host.to_ascii_lowercase()),
            other => other,
        };
        self.names.contains(wanted)
    }
}

/// None: a value is no text that can be read, and then no name is like it.
fn parts(name: &X509Name<'_>) -> Option<Vec<Vec<Attribute>>> {
    name.iter_rdn().map(|part| part.iter().map(attribute).collect()).collect()
}

/// Names that any proxy may take for the same: TLS libraries compare them without case and blanks (RFC 5280 §7.1).
fn folded(parts: &[Vec<Attribute>]) -> Vec<(usize, &str, String)> {
    let value = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let numbered = parts.iter().enumerate();
    let attributes = numbered.flat_map(|(at, part)| part.iter().map(move |attribute| (at, attribute)));
    attributes.map(|(at, attribute)| (at, attribute.kind.as_str(), value(&attribute.value))).collect()
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> Option<Attribute> {
    let (tag, bytes) = (attribute.attr_value().tag().0, attribute.attr_value().data);
    let value = match tag {
        UTF8_TEXT => String::from_utf8(bytes.to_vec()).ok()?,
        UTF16_TEXT => {
            let (units, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            String::from_utf16(&units).ok().filter(|_| rest.is_empty())?
        }
        tag if ASCII_TEXTS.contains(&tag) && bytes.is_ascii() => String::from_utf8(bytes.to_vec()).ok()?,
        _ => return None,
    };
    Some(Attribute { kind: attribute.attr_type().to_id_string(), value })
}

fn alternative(name: &GeneralName<'_>) -> Option<CertificateSubject> {
    match name {
        GeneralName::DNSName(host) => Some(CertificateSubject::Dns(host.to_ascii_lowercase())),
        GeneralName::URI(uri) => Some(CertificateSubject::Uri((*uri).to_owned())),
        GeneralName::RFC822Name(address) => Some(CertificateSubject::Email((*address).to_owned())),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let ip = v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            ip.ok().map(CertificateSubject::Ip)
        }
        _ => None,
    }
}

fn public_key(info: &SubjectPublicKeyInfo<'_>) -> Option<PublicJwk> {
    if info.algorithm.algorithm == OID_SIG_ED25519 {
        return Some(PublicJwk::Ed25519 { x: info.subject_public_key.data.as_ref().try_into().ok()? });
    }
    match info.parsed().ok()? {
        PublicKey::RSA(key) => Some(PublicJwk::Rsa { n: number(key.modulus), e: number(key.exponent) }),
        PublicKey::EC(point) if info.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY => {
            let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?;
            match point.data().split_first_chunk::<33>() {
                Some(([4, x @ ..], y)) if curve == OID_EC_P256 => {
                    Some(PublicJwk::P256 { x: *x, y: y.try_into().ok()? })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Without the zero that keeps an ASN.1 number positive.
fn number(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        for der in [&[][..], &[0x30, 0], &[0x30, 3, 1, 2, 0xfb], b"-----BEGIN CERTIFICATE-----"] {
            assert!(Certificate::read(der).is_none());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            Certificate::read(&bytes);
        }
    }
}
