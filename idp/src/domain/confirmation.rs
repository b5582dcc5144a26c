//! Whose hands a token works in: `cnf` (RFC 7800 §3.1), by a DPoP key or by a certificate.

use serde::{Deserialize, Serialize};

use super::{
    client::Client,
    oauth_error::{ErrorCode, OAuthError},
    secret::same_bytes,
};

/// What the holder of a token must show with it; in JSON it is the value of `cnf`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// A DPoP proof by the key of this RFC 7638 thumbprint (RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Key(String),
    /// A TLS connection with the certificate of this SHA-256 in base64url (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}

/// What a request has shown of its sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Possession {
    /// The thumbprint of the key of its DPoP proof, which is good.
    pub key: Option<String>,
    /// The thumbprint of its certificate, as a trusted proxy tells it.
    pub certificate: Option<String>,
}

impl Confirmation {
    /// `token_type` of a token that is bound so (RFC 9449 §5; a certificate changes nothing, RFC 8705 §3).
    pub const fn token_type(bound: Option<&Self>) -> &'static str {
        match bound {
            Some(Self::Key(_)) => "DPoP",
            Some(Self::Certificate(_)) | None => "Bearer",
        }
    }

    /// Whether the sender is the one it asks for.
    pub fn is_met(&self, possession: &Possession) -> bool {
        let (wanted, shown) = match self {
            Self::Key(wanted) => (wanted, &possession.key),
            Self::Certificate(wanted) => (wanted, &possession.certificate),
        };
        shown.as_ref().is_some_and(|shown| same_bytes(shown.as_bytes(), wanted.as_bytes()))
    }

    fn is_of_a_key(&self) -> bool {
        matches!(self, Self::Key(_))
    }
}

/// What the tokens of a request are bound to: a proof binds them whoever sends it, the rest is the client's registration.
pub fn binding(client: &Client, possession: &Possession) -> Result<Option<Confirmation>, OAuthError> {
    if client.tls_client_certificate_bound_access_tokens {
        return certificate_binding(client, possession).map(Some);
    }
    match &possession.key {
        Some(key) => Ok(Some(Confirmation::Key(key.clone()))),
        // RFC 9449 §5.2: such a client gets no other tokens.
        None if client.dpop_bound_access_tokens => {
            Err(OAuthError::new(ErrorCode::InvalidDpopProof, "this client needs a DPoP proof"))
        }
        None => Ok(None),
    }
}

/// RFC 8705 §3: the certificate of this very request. Tokens have one `cnf`, so a proof beside it has no meaning.
fn certificate_binding(client: &Client, possession: &Possession) -> Result<Confirmation, OAuthError> {
    let invalid = |description| OAuthError::new(ErrorCode::InvalidRequest, description);
    match (&possession.key, &possession.certificate) {
        (Some(key), _) if client.dpop_bound_access_tokens => Ok(Confirmation::Key(key.clone())),
        (Some(_), _) => Err(invalid("tokens of this client are bound to its certificate, not to a DPoP key")),
        (None, Some(certificate)) => Ok(Confirmation::Certificate(certificate.clone())),
        (None, None) => Err(invalid("this client needs a certificate in its TLS connection")),
    }
}

/// A refresh token that was bound stays so. A public client has nothing but this key to show (RFC 9449 §5, RFC 8705 §4);
/// a confidential one has shown who it is and may come with a new one.
pub fn still_bound(
    client: &Client,
    before: Option<&Confirmation>,
    possession: &Possession,
    now: Option<&Confirmation>,
) -> Result<(), OAuthError> {
    let Some(before) = before else { return Ok(()) };
    let holds = if client.authentication.is_public() {
        before.is_met(possession)
    } else {
        now.is_some_and(|now| now.is_of_a_key() == before.is_of_a_key())
    };
    if holds {
        Ok(())
    } else {
        Err(OAuthError::new(ErrorCode::InvalidGrant, "the refresh token is bound to a key that was not shown"))
    }
}

/// RFC 9449 §10: a code that was asked for with `dpop_jkt` is redeemed with a proof of that key.
pub fn code_is_bound_to(dpop_jkt: Option<&str>, possession: &Possession) -> Result<(), OAuthError> {
    match dpop_jkt {
        Some(wanted) if !Confirmation::Key(wanted.to_owned()).is_met(possession) => {
            Err(OAuthError::new(ErrorCode::InvalidGrant, "the code is bound to another DPoP key"))
        }
        _ => Ok(()),
    }
}

/// RFC 9449 §10.1: a proof at the pushed request binds the code like `dpop_jkt` does; both must name one key.
pub fn code_binding(dpop_jkt: Option<String>, proof: Option<&str>) -> Result<Option<String>, OAuthError> {
    match (dpop_jkt, proof) {
        (Some(wanted), Some(shown)) if wanted != shown => {
            Err(OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_jkt is not the key of the DPoP proof"))
        }
        (None, Some(shown)) => Ok(Some(shown.to_owned())),
        (wanted, _) => Ok(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{client::ClientAuthentication, samples};

    fn shown(key: Option<&str>, certificate: Option<&str>) -> Possession {
        Possession { key: key.map(str::to_owned), certificate: certificate.map(str::to_owned) }
    }

    fn key(text: &str) -> Confirmation {
        Confirmation::Key(text.to_owned())
    }

    #[test]
    fn each_client_gets_the_binding_it_is_registered_for() {
        let table = [
            // dpop, tls, key, certificate, what comes of it
            (false, false, None, None, Ok(None)),
            (false, false, None, Some("c"), Ok(None)),
            (false, false, Some("k"), Some("c"), Ok(Some(key("k")))),
            (true, false, None, Some("c"), Err(ErrorCode::InvalidDpopProof)),
            (true, false, Some("k"), None, Ok(Some(key("k")))),
            (false, true, None, Some("c"), Ok(Some(Confirmation::Certificate("c".into())))),
            (false, true, None, None, Err(ErrorCode::InvalidRequest)),
            (false, true, Some("k"), Some("c"), Err(ErrorCode::InvalidRequest)),
            (true, true, Some("k"), Some("c"), Ok(Some(key("k")))),
            (true, true, None, Some("c"), Ok(Some(Confirmation::Certificate("c".into())))),
            (true, true, None, None, Err(ErrorCode::InvalidRequest)),
        ];
        for (dpop, tls, key, certificate, expected) in table {
            let mut client = samples::client();
            (client.dpop_bound_access_tokens, client.tls_client_certificate_bound_access_tokens) = (dpop, tls);
            let bound = binding(&client, &shown(key, certificate)).map_err(|error| error.code);
            assert_eq!(bound, expected, "{dpop} {tls} {key:?} {certificate:?}");
        }
    }

    #[test]
    fn a_refresh_token_of_a_public_client_needs_the_same_key_and_of_another_any() {
        let mut public = samples::client();
        public.authentication = ClientAuthentication::None;
        let confidential = samples::client();
        for (client, with, holds) in [
            (&public, Some("k"), true),
            (&public, Some("other"), false),
            (&public, None, false),
            (&confidential, Some("other"), true),
            (&confidential, None, false),
        ] {
            let possession = shown(with, Some("c"));
            let now = binding(client, &possession).unwrap();
            assert_eq!(still_bound(client, Some(&key("k")), &possession, now.as_ref()).is_ok(), holds, "{with:?}");
            assert!(still_bound(client, None, &possession, now.as_ref()).is_ok());
        }
    }

    #[test]
    fn a_code_with_a_thumbprint_needs_its_key() {
        assert!(code_is_bound_to(None, &shown(None, None)).is_ok());
        assert!(code_is_bound_to(Some("k"), &shown(Some("k"), None)).is_ok());
        for other in [shown(None, None), shown(Some("other"), None), shown(None, Some("k"))] {
            assert_eq!(code_is_bound_to(Some("k"), &other).unwrap_err().code, ErrorCode::InvalidGrant);
        }
    }

    #[test]
    fn a_pushed_request_is_bound_to_one_key() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(code_binding(None, None), Ok(None));
        assert_eq!(code_binding(some("k"), None), Ok(some("k")));
        assert_eq!(code_binding(None, Some("k")), Ok(some("k")));
        assert_eq!(code_binding(some("k"), Some("k")), Ok(some("k")));
        assert_eq!(code_binding(some("k"), Some("other")).unwrap_err().code, ErrorCode::InvalidDpopProof);
    }

    #[test]
    fn the_names_are_those_of_the_registry() {
        assert_eq!(serde_json::to_string(&key("k")).unwrap(), r#"{"jkt":"k"}"#);
        assert_eq!(serde_json::to_string(&Confirmation::Certificate("c".into())).unwrap(), r#"{"x5t#S256":"c"}"#);
    }
}
