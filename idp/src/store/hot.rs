//! The writes of the hot path: plain values for the one task that commits them in groups (hot-path.md §4).

use tokio::{
    sync::{mpsc::error::SendTimeoutError, oneshot},
    time::timeout,
};

use crate::domain::{
    audit::AuditEvent,
    clock::Timestamp,
    grant::{AccessToken, AuthorizationCode, Grant, RefreshToken},
    pushed_request::PushedRequest,
    secret::TokenKey,
    used_token::UsedToken,
};

use super::{Store, StoreError, committer::Job};

/// A live session is answered with a code. Lost if that session has ended, the pushed request is answered already, or the
/// consent it rests on is gone.
#[derive(Clone, Debug)]
pub struct Authorize {
    pub grant: Grant,
    pub code: AuthorizationCode,
    /// The pushed request that this answers, and uses up.
    pub pushed: Option<TokenKey>,
    /// The client is one that people are asked about: what they agreed to must still be kept.
    pub rests_on_consent: bool,
    /// The session's last use, when it is due to be written.
    pub session_touch: Option<(TokenKey, Timestamp)>,
    pub audit: Option<AuditEvent>,
}

/// A code becomes tokens (SR-52). Lost if the code is used or has expired.
#[derive(Clone, Debug)]
pub struct Redeem {
    pub code: TokenKey,
    pub now: Timestamp,
    pub access: AccessToken,
    pub refresh: Option<RefreshToken>,
    pub audit: Option<AuditEvent>,
}

/// A refresh token is replaced by its successor (SR-54). Lost if it is used, revoked or has expired.
#[derive(Clone, Debug)]
pub struct Rotate {
    pub old: TokenKey,
    pub now: Timestamp,
    pub access: AccessToken,
    pub refresh: RefreshToken,
    /// The answer to an earlier rotation was lost: `old` is used, this is its successor, and nobody has used it.
    /// It is revoked in favour of `refresh`; lost if any of that no longer holds.
    pub replaces: Option<TokenKey>,
    pub audit: Option<AuditEvent>,
}

/// An access token beside which nothing changes.
#[derive(Clone, Debug)]
pub struct Issue {
    pub access: AccessToken,
    pub audit: Option<AuditEvent>,
}

/// Who was first. A loser has written nothing; what it presented is read from the database next time, not from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Won {
    Won,
    Lost,
}

/// One command, as the committer takes it.
#[derive(Clone, Debug)]
pub enum Deed {
    Authorize(Box<Authorize>),
    Redeem(Box<Redeem>),
    RedeemDevice(Box<Redeem>),
    Rotate(Box<Rotate>),
    Issue(Box<Issue>),
    Touch { key: TokenKey, at: Timestamp },
    Use { token: Box<UsedToken>, now: Timestamp },
    Push(Box<PushedRequest>),
    Record(Box<AuditEvent>),
}

impl Store {
    pub async fn authorize(&self, authorize: Authorize) -> Result<Won, StoreError> {
        self.command(Deed::Authorize(Box::new(authorize))).await
    }

    pub async fn redeem(&self, redeem: Redeem) -> Result<Won, StoreError> {
        self.command(Deed::Redeem(Box::new(redeem))).await
    }

    /// A device code becomes tokens (RFC 8628 §3.5). Lost too while nobody has allowed it.
    pub async fn redeem_device(&self, redeem: Redeem) -> Result<Won, StoreError> {
        self.command(Deed::RedeemDevice(Box::new(redeem))).await
    }

    pub async fn rotate(&self, rotate: Rotate) -> Result<Won, StoreError> {
        self.command(Deed::Rotate(Box::new(rotate))).await
    }

    pub async fn issue(&self, issue: Issue) -> Result<(), StoreError> {
        self.command(Deed::Issue(Box::new(issue))).await.map(|_| ())
    }

    /// A client's request waits for its browser (RFC 9126 §2.1).
    pub async fn push(&self, pushed: PushedRequest) -> Result<(), StoreError> {
        self.command(Deed::Push(Box::new(pushed))).await.map(|_| ())
    }

    /// Notes a session's use; an ended session stays as it is.
    pub async fn touch_session(&self, key: TokenKey, at: Timestamp) -> Result<(), StoreError> {
        self.command(Deed::Touch { key, at }).await.map(|_| ())
    }

    /// Takes the id of a foreign token, once. Lost if it was taken before and has not expired since.
    pub async fn use_token(&self, token: UsedToken, now: Timestamp) -> Result<Won, StoreError> {
        self.command(Deed::Use { token: Box::new(token), now }).await
    }

    /// An audit row of its own.
    pub async fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        self.command(Deed::Record(Box::new(event))).await.map(|_| ())
    }

    /// Answers after the COMMIT. Whoever waits longer than its turn may take is sent away, and its command, unless it is
    /// just being written, is left aside.
    async fn command(&self, deed: Deed) -> Result<Won, StoreError> {
        let (answer, answered) = oneshot::channel();
        match self.queue().send_timeout(Job::Do { deed, answer }, self.wait()).await {
            Ok(()) => {}
            Err(SendTimeoutError::Timeout(_) | SendTimeoutError::Closed(_)) => return Err(StoreError::Busy),
        }
        match timeout(self.wait(), answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(StoreError::Busy),
        }
    }
}
