//! The writes of the hot path: plain values for the one task that commits them in groups (hot-path.md §4).

use crate::domain::{
    audit::AuditEvent,
    clock::Timestamp,
    grant::{AccessToken, AuthorizationCode, Grant, RefreshToken},
    secret::TokenKey,
};

use super::{Store, StoreError};

/// A live session is answered with a code.
#[derive(Clone, Debug)]
pub struct Authorize {
    pub grant: Grant,
    pub code: AuthorizationCode,
    /// The session's last use, when it is due to be written.
    pub session_touch: Option<(TokenKey, Timestamp)>,
    pub audit: Option<AuditEvent>,
}

/// A code becomes tokens (SR-52).
#[derive(Clone, Debug)]
pub struct Redeem {
    pub code: TokenKey,
    pub now: Timestamp,
    pub access: AccessToken,
    pub refresh: Option<RefreshToken>,
    pub audit: Option<AuditEvent>,
}

/// A refresh token is replaced by its successor (SR-54).
#[derive(Clone, Debug)]
pub struct Rotate {
    pub old: TokenKey,
    pub now: Timestamp,
    pub access: AccessToken,
    pub refresh: RefreshToken,
    /// The answer to an earlier rotation was lost: the successor that nobody has used, revoked if that still holds.
    pub replaces: Option<TokenKey>,
    pub audit: Option<AuditEvent>,
}

/// Who was first; a loser has written nothing. What it presented is then read anew from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Won {
    Won,
    Lost,
}

impl Store {
    pub async fn authorize(&self, authorize: Authorize) -> Result<(), StoreError> {
        todo!()
    }

    pub async fn redeem(&self, redeem: Redeem) -> Result<Won, StoreError> {
        todo!()
    }

    pub async fn rotate(&self, rotate: Rotate) -> Result<Won, StoreError> {
        todo!()
    }

    /// Notes a session's use; an ended session stays as it is.
    pub async fn touch_session(&self, key: TokenKey, at: Timestamp) -> Result<(), StoreError> {
        todo!()
    }

    /// An audit row of its own.
    pub async fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        todo!()
    }
}
