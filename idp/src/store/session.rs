//! Browser sessions.

use std::sync::Arc;

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, SessionId},
    secret::TokenKey,
    session::Session,
};

use super::{Store, StoreError, Tx};

impl Store {
    /// Cached; ended ones are found too, the caller asks `is_live`.
    pub async fn session(&self, key: &TokenKey) -> Result<Option<Arc<Session>>, StoreError> {
        todo!()
    }

    pub async fn session_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        todo!()
    }

    /// Those that have not been ended, the newest first.
    pub async fn sessions_of_account(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn session_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        todo!()
    }

    pub async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        todo!()
    }

    /// The same session under a new key and with new proofs; the old key is dead from then on (SR-2).
    /// False if the old key was dead already or its session ended: nothing is written.
    pub async fn raise_session(&self, old: &TokenKey, session: &Session) -> Result<bool, StoreError> {
        todo!()
    }

    /// False if it had ended already.
    pub async fn end_session(&self, id: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// Ends all sessions of an account but one; says which.
    pub async fn end_sessions_of_account(
        &self,
        account: AccountId,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        todo!()
    }
}
