//! Authorization requests that a client has pushed: what stands for them in the browser, and how long (RFC 9126 §2.2, SR-58).

use std::time::Duration;

use super::{
    authorization_request::AuthorizationRequest,
    clock::Timestamp,
    ids::TenantId,
    secret::{Secret, TokenKey},
};

/// Within which the browser must open it. A login that it has opened goes on as long as any other.
pub const LIFETIME: Duration = Duration::from_mins(1);

/// RFC 9126 §2.2: what `request_uri`s of ours begin with.
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that passed every check, and waits for its browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedRequest {
    pub key: TokenKey,
    pub tenant: TenantId,
    /// Its client is the only one that may use it.
    pub request: AuthorizationRequest,
    pub expires_at: Timestamp,
    /// It was answered.
    pub used: bool,
}

impl PushedRequest {
    /// Whether a browser may begin with it.
    pub fn is_open(&self, now: Timestamp) -> bool {
        !self.used && now < self.expires_at
    }

    /// The request, knowing what is used up by its answer.
    pub fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest { pushed: Some(self.key.clone()), ..self.request.clone() }
    }
}

/// The `request_uri` of a pushed request.
pub fn request_uri(secret: &Secret) -> String {
    format!("{URN}{}", secret.expose())
}

/// What a `request_uri` names.
#[derive(Debug, PartialEq, Eq)]
pub enum Named {
    Pushed(TokenKey),
    /// It looks like one of ours, but none was ever given.
    Nothing,
    /// A document somewhere else: not supported.
    Elsewhere,
}

pub fn named(request_uri: &str) -> Named {
    match request_uri.strip_prefix(URN).map(TokenKey::of) {
        Some(Some(key)) => Named::Pushed(key),
        Some(None) => Named::Nothing,
        None => Named::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{entropy::tests::Seeded, secret::token};

    #[test]
    fn only_what_was_given_here_names_a_pushed_request() {
        let secret = token(&Seeded::new(1), Timestamp::from_seconds(1_800_000_000));
        let uri = request_uri(&secret);
        assert_eq!(named(&uri), Named::Pushed(TokenKey::of(secret.expose()).unwrap()));
        assert_eq!(named(&format!("{uri}x")), Named::Nothing);
        assert_eq!(named(URN), Named::Nothing);
        assert_eq!(named("https://rp.example/request.jwt"), Named::Elsewhere);
        assert_eq!(named(&uri.replace("urn:", "URN:")), Named::Elsewhere);
    }
}
