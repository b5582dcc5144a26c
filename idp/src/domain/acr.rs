//! How sure we are of who signs in: the ordered `acr` values and the `amr` of each (product.md, acr values).

use serde::{Deserialize, Serialize};

/// Authentication context class, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Acr {
    #[serde(rename = "urn:idp:acr:university")]
    University,
    #[serde(rename = "urn:idp:acr:second-password")]
    SecondPassword,
    #[serde(rename = "urn:idp:acr:auth-key")]
    AuthKey,
    #[serde(rename = "urn:idp:acr:authenticator")]
    Authenticator,
}

impl Acr {
    pub const ALL: [Self; 4] = [Self::University, Self::SecondPassword, Self::AuthKey, Self::Authenticator];

    pub const fn urn(self) -> &'static str {
        match self {
            Self::University => "urn:idp:acr:university",
            Self::SecondPassword => "urn:idp:acr:second-password",
            Self::AuthKey => "urn:idp:acr:auth-key",
            Self::Authenticator => "urn:idp:acr:authenticator",
        }
    }

    pub fn from_urn(urn: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.urn() == urn)
    }
}
