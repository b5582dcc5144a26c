//! Names that the contract promises and this version cannot keep yet: they are refused by name, never ignored.

const KEYS: [&str; 20] = [
    "access_token_signed_response_alg",
    "authorization_signed_response_alg",
    "client_certificate_header",
    "dpop_bound_access_tokens",
    "dynamic_registration",
    "id_token_encrypted_response_alg",
    "jwks",
    "jwks_uri",
    "otlp_url",
    "profile",
    "request_object_signing_alg",
    "request_uris",
    "require_pushed_authorization_requests",
    "resources",
    "sector_identifier_uri",
    "session_management",
    "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens",
    "token_endpoint_auth_signing_alg",
    "userinfo_signed_response_alg",
];

const VALUES: [&str; 8] = [
    "ask",
    "client_credentials",
    "jwt",
    "pairwise",
    "private_key_jwt",
    "saml",
    "tls_client_auth",
    "urn:ietf:params:oauth:grant-type:device_code",
];

pub fn is_key(name: &str) -> bool {
    KEYS.contains(&name)
}

pub fn is_value(name: &str) -> bool {
    VALUES.contains(&name)
}
