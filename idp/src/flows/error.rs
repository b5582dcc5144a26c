//! What stopped a deed, as facts; `http/failure.rs` alone decides who reads them.

use crate::{
    domain::{acr::Acr, login::Ineligible, oauth_error::OAuthError},
    keys::{HashError, KeyError},
    store::StoreError,
};

#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The login is over, was never here, or is another browser's: P-28.
    #[error("the login is over or not this browser's")]
    LoginOver,
    /// What was asked is not due at this gate; the browser is sent to the gate.
    #[error("the deed is not due at this gate")]
    NotDue,
    /// The account may not be served any more: P-24.
    #[error("the account may not be served: {0:?}")]
    NotServed(Ineligible),
    /// A client is told so in OAuth's words.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// A resource is asked for with a good token whose login proved less than is demanded by now (RFC 9470).
    #[error("{} must be proven", .0.urn())]
    TooLittleProven(Acr),
    /// A DPoP proof must hold this nonce (RFC 9449 §8).
    #[error("a DPoP proof without the present nonce")]
    UseNonce(String),
    /// All hands are full: come back in a moment; no try was spent.
    #[error("too much is asked at once")]
    Busy,
    /// This client asks too often: it is to wait a minute.
    #[error("too often")]
    TooMany,
    /// Signing keys of a new tenant are still being made.
    #[error("signing keys are still being made")]
    NotReady,
    #[error("the store failed: {0}")]
    Store(StoreError),
    #[error("keys failed: {0}")]
    Key(#[from] KeyError),
    #[error("a mail could not be composed: {0}")]
    Compose(String),
    #[error("a stored value cannot be read: {0}")]
    Stored(String),
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<HashError> for FlowError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            other => Self::Stored(other.to_string()),
        }
    }
}
