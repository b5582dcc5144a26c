//! Grants and what hangs on them.

use std::sync::Arc;

use crate::domain::{
    clock::Timestamp,
    grant::{AccessToken, AuthorizationCode, Grant, RefreshToken},
    ids::{AccountId, GrantId, SessionId},
    secret::TokenKey,
};

use super::{Store, StoreError, Tx};

impl Store {
    /// Cached.
    pub async fn grant(&self, id: GrantId) -> Result<Option<Arc<Grant>>, StoreError> {
        todo!()
    }

    /// Cached; a stale entry can only lead to a refusal.
    pub async fn authorization_code(&self, key: &TokenKey) -> Result<Option<Arc<AuthorizationCode>>, StoreError> {
        todo!()
    }

    /// Cached.
    pub async fn access_token(&self, key: &TokenKey) -> Result<Option<Arc<AccessToken>>, StoreError> {
        todo!()
    }

    /// Cached; a stale entry can only lead to a refusal.
    pub async fn refresh_token(&self, key: &TokenKey) -> Result<Option<Arc<RefreshToken>>, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        todo!()
    }

    pub async fn insert_grant_and_code(&self, grant: &Grant, code: &AuthorizationCode) -> Result<(), StoreError> {
        todo!()
    }

    /// False if it was revoked already.
    pub async fn revoke_grant(&self, id: GrantId, at: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    pub async fn revoke_grants_of_session(
        &self,
        account: AccountId,
        session: SessionId,
        at: Timestamp,
    ) -> Result<Vec<GrantId>, StoreError> {
        todo!()
    }

    pub async fn revoke_grants_of_account(
        &self,
        account: AccountId,
        at: Timestamp,
    ) -> Result<Vec<GrantId>, StoreError> {
        todo!()
    }

    pub async fn revoke_access_token(&self, key: &TokenKey) -> Result<bool, StoreError> {
        todo!()
    }

    /// Open ones only: a used one keeps its successor.
    pub async fn revoke_refresh_token(&self, key: &TokenKey) -> Result<bool, StoreError> {
        todo!()
    }
}
