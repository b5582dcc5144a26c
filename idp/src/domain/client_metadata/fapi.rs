//! What FAPI 2.0 Security Profile §5.3.2 leaves no choice in.

use crate::domain::{
    client::{ClientAuthentication, Profile},
    signing_key::SigningAlgorithm,
};

use super::{
    metadata::{ClientMetadata, OwnSettings},
    problem::Problems,
};

pub fn check(
    metadata: &ClientMetadata,
    authentication: &ClientAuthentication,
    own: &OwnSettings,
    problems: &mut Problems,
) {
    if own.profile != Profile::Fapi2 {
        return;
    }
    if !matches!(
        authentication,
        ClientAuthentication::PrivateKeyJwt(_)
            | ClientAuthentication::TlsClientAuth(_)
            | ClientAuthentication::SelfSignedTlsClientAuth
    ) {
        problems.error(
            "profile",
            "profile: fapi2 needs token_endpoint_auth_method private_key_jwt, tls_client_auth or self_signed_tls_client_auth",
        );
    }
    if metadata.dpop_bound_access_tokens != Some(true)
        && metadata.tls_client_certificate_bound_access_tokens != Some(true)
    {
        let says = "profile: fapi2 needs dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens";
        problems.error("profile", says);
    }
    if !own.require_pkce || metadata.require_pushed_authorization_requests == Some(false) {
        problems.error("profile", "profile: fapi2 cannot do without PKCE and pushed requests");
    }
    for (member, algorithm) in [
        ("id_token_signed_response_alg", metadata.id_token_signed_response_alg),
        ("userinfo_signed_response_alg", metadata.userinfo_signed_response_alg),
        ("introspection_signed_response_alg", metadata.introspection_signed_response_alg),
        ("authorization_signed_response_alg", metadata.authorization_signed_response_alg),
        ("request_object_signing_alg", metadata.request_object_signing_alg),
        ("token_endpoint_auth_signing_alg", metadata.token_endpoint_auth_signing_alg),
    ] {
        if algorithm == Some(SigningAlgorithm::Rs256) {
            problems.error(member, "RS256 is no algorithm of fapi2; use PS256, ES256 or EdDSA");
        }
    }
}
