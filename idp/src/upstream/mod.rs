//! Where the first factor is proven: at the university's own sign-in page, or by a password typed here.

pub mod attributes;
mod breaker;
pub mod directory;
pub mod ldap;
pub mod oidc;
pub mod outbound;
mod strict_json;

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::{
    account::{Account, Identity},
    clock::Timestamp,
    ids::UpstreamId,
    language::Language,
    parameters::Parameters,
    secret::Secret,
};

/// One configured upstream, ready to be used.
pub trait Upstream: Send + Sync {
    fn id(&self) -> &UpstreamId;

    /// What a login has to do with it.
    fn kind(&self) -> Kind<'_>;
}

/// The two ways an upstream proves a person.
pub enum Kind<'a> {
    /// The browser is sent there and comes back with an answer.
    Redirecting(&'a dyn Redirecting),
    /// User ID and password are typed on our own sign-in page.
    Asking(&'a dyn Asking),
}

#[async_trait]
pub trait Redirecting: Send + Sync {
    /// Where to send the browser, and what to keep (sealed, with `state` and `nonce`) until it is back.
    async fn depart(&self, request: DepartureRequest<'_>) -> Result<Departure, UpstreamError>;

    /// Reads the answer. The caller has matched `state` with this browser's login before.
    async fn arrive(&self, arrival: Arrival<'_>) -> Result<Identity, UpstreamError>;
}

#[async_trait]
pub trait Asking: Send + Sync {
    /// Checks what was typed. The caller counts the try before; an unknown user takes as long as a wrong password (SR-45).
    async fn check_password(&self, user_id: &str, password: Secret) -> Result<Identity, UpstreamError>;

    /// Whether this is the person's password there, as far as that can be told without asking anybody outside (SR-14).
    async fn is_own_password(&self, person: &Account, candidate: &Secret) -> Result<bool, UpstreamError>;
}

/// A browser that is about to be sent to the university.
#[derive(Clone, Copy, Debug)]
pub struct DepartureRequest<'a> {
    /// `<issuer>/upstream/<id>/callback`
    pub callback: &'a str,
    pub state: &'a str,
    pub nonce: &'a str,
    pub ui_locale: Language,
    pub login_hint: Option<&'a str>,
    /// The client wants a fresh sign-in; passed on where the upstream is set to `force_reauthentication` (SR-5).
    pub reauthenticate: bool,
    pub max_age: Option<Duration>,
}

#[derive(Clone, Debug)]
pub struct Departure {
    /// The address for the 303.
    pub location: String,
    /// The PKCE code verifier.
    pub verifier: Secret,
}

/// A browser that came back, with what its login kept.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The same as at the departure.
    pub callback: &'a str,
    /// As they came; `state` is the caller's business.
    pub parameters: &'a Parameters,
    pub nonce: &'a str,
    pub verifier: &'a Secret,
    /// When the browser was sent there.
    pub sent_at: Timestamp,
    pub reauthenticate: bool,
    pub max_age: Option<Duration>,
}

/// Why an upstream proved nobody. Texts are for log and audit, never for pages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Cancelled or failed there, with the error code it gave (E-08).
    #[error("the upstream answered with the error {0}")]
    Cancelled(String),
    /// A fresh sign-in was asked for, an old one came (E-08).
    #[error("the sign-in there is older than asked for")]
    NotFresh,
    /// Wrong user ID or password (E-06).
    #[error("wrong user ID or password")]
    Refused,
    /// Too many password checks wait already: try again at once.
    #[error("too many password checks are waiting")]
    Busy,
    /// No connection or no answer in time (E-10).
    #[error("the upstream cannot be reached: {0}")]
    Unreachable(String),
    /// The password went there, and no answer came back that decides anything (E-10).
    #[error("the upstream did not decide: {0}")]
    Undecided(String),
    /// An answer that must not be believed, or a setting that cannot work (E-10).
    #[error("the upstream's answer is unusable: {0}")]
    Unusable(String),
    /// These attributes, by our names, were not sent (P-24, information missing).
    #[error("the upstream did not send {}", .0.join(", "))]
    Missing(Vec<String>),
}

impl UpstreamError {
    /// Whether no password was compared, so that the try is given back.
    pub fn spared_the_password(&self) -> bool {
        matches!(self, Self::Busy | Self::Unreachable(_) | Self::Unusable(_))
    }
}
