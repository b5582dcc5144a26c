//! Names that the contract promises and this version cannot keep yet: they are refused by name, never ignored.

const KEYS: [&str; 3] = ["id_token_encrypted_response_alg", "otlp_url", "request_uris"];

const VALUES: [&str; 1] = ["saml"];

pub fn is_key(name: &str) -> bool {
    KEYS.contains(&name)
}

pub fn is_value(name: &str) -> bool {
    VALUES.contains(&name)
}
