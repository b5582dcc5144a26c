//! Rules of what a client shows of itself: its method with what that needs, and its keys.

use std::sync::Arc;

use crate::domain::{
    client::{CertificateSubject, ClientAuthentication, ClientKeys, ClientSecrets, Origin},
    distinguished_name::DistinguishedName,
};

use super::{
    addresses,
    metadata::{AuthMethod, ClientMetadata},
    problem::Problems,
};

/// RFC 7591 §2: one method, with what it needs (SR-56).
pub fn authentication(
    metadata: &ClientMetadata,
    secrets: ClientSecrets,
    problems: &mut Problems,
) -> ClientAuthentication {
    match metadata.auth_method() {
        AuthMethod::None => ClientAuthentication::None,
        AuthMethod::ClientSecretBasic => ClientAuthentication::SecretBasic(secrets),
        AuthMethod::ClientSecretPost => ClientAuthentication::SecretPost(secrets),
        AuthMethod::PrivateKeyJwt => ClientAuthentication::PrivateKeyJwt(metadata.token_endpoint_auth_signing_alg),
        AuthMethod::TlsClientAuth => certificate_subject(metadata, problems),
        AuthMethod::SelfSignedTlsClientAuth => ClientAuthentication::SelfSignedTlsClientAuth,
    }
}

/// RFC 8705 §2.1.2: exactly one name.
fn certificate_subject(metadata: &ClientMetadata, problems: &mut Problems) -> ClientAuthentication {
    let names = &metadata.tls_client_auth;
    let ip = names.san_ip.as_ref().and_then(|value| {
        let ip = value.parse().ok();
        if ip.is_none() {
            problems.value(("tls_client_auth_san_ip", None), value, "is no IP address");
        }
        ip
    });
    let subject_dn = names.subject_dn.as_ref().and_then(|value| {
        let name = DistinguishedName::parse(value);
        if name.is_none() {
            problems.value(("tls_client_auth_subject_dn", None), value, "is no name like CN=service,C=JP (RFC 4514)");
        }
        name
    });
    let subjects: Vec<CertificateSubject> = [
        subject_dn.map(CertificateSubject::DistinguishedName),
        names.san_dns.clone().map(CertificateSubject::Dns),
        names.san_uri.clone().map(CertificateSubject::Uri),
        ip.map(CertificateSubject::Ip),
        names.san_email.clone().map(CertificateSubject::Email),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Ok([subject]) = <[CertificateSubject; 1]>::try_from(subjects) {
        return ClientAuthentication::TlsClientAuth(subject);
    }
    problems.error(
        "token_endpoint_auth_method",
        "token_endpoint_auth_method: tls_client_auth needs exactly one of tls_client_auth_subject_dn, tls_client_auth_san_dns, tls_client_auth_san_uri, tls_client_auth_san_ip and tls_client_auth_san_email",
    );
    ClientAuthentication::TlsClientAuth(CertificateSubject::Dns(String::new()))
}

/// RFC 7591 §2: `jwks` or `jwks_uri`, never both; whoever signs or shows a certificate of its own needs one.
pub fn keys(
    metadata: &ClientMetadata,
    authentication: &ClientAuthentication,
    origin: Origin,
    problems: &mut Problems,
) -> ClientKeys {
    let uri = addresses::web("jwks_uri", metadata.jwks_uri.as_deref(), origin, problems);
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        problems.error("jwks_uri", "jwks_uri: there is a jwks too; keep one of them");
    }
    let keys = match (&metadata.jwks, uri) {
        (Some(set), _) => ClientKeys::Inline(Arc::new(set.clone())),
        (None, Some(uri)) => ClientKeys::Uri(uri),
        (None, None) => ClientKeys::None,
    };
    let needs = matches!(
        authentication,
        ClientAuthentication::PrivateKeyJwt(_) | ClientAuthentication::SelfSignedTlsClientAuth
    ) || metadata.request_object_signing_alg.is_some()
        || metadata.require_signed_request_object == Some(true);
    if needs && keys == ClientKeys::None && metadata.jwks_uri.is_none() {
        let says = "jwks or jwks_uri is missing: without its public keys nothing that this client signs can be checked";
        problems.missing("jwks", says);
    }
    keys
}
