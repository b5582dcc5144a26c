//! Accounts.

use std::sync::Arc;

use crate::domain::{
    account::Account,
    ids::{AccountId, Subject, TenantId, UpstreamId},
};

use super::{Store, StoreError, Tx};

impl Store {
    /// Cached.
    pub async fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, StoreError> {
        todo!()
    }

    pub async fn account_by_upstream(
        &self,
        tenant: &TenantId,
        upstream: &UpstreamId,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    /// All accounts with this confirmed address.
    pub async fn accounts_by_email_index(&self, tenant: &TenantId, index: &str) -> Result<Vec<Account>, StoreError> {
        todo!()
    }

    /// All accounts that type this user ID, for the help desk.
    pub async fn accounts_by_user_id(&self, tenant: &TenantId, user_id: &str) -> Result<Vec<Account>, StoreError> {
        todo!()
    }

    pub async fn account_by_subject(
        &self,
        tenant: &TenantId,
        subject: &Subject,
    ) -> Result<Option<Account>, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    pub async fn account_by_upstream(
        &self,
        tenant: &TenantId,
        upstream: &UpstreamId,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    /// False if this person has an account already.
    pub async fn insert_account(&self, account: &Account) -> Result<bool, StoreError> {
        todo!()
    }

    /// Saves by compare-and-swap on `version`; the row's version is one higher afterwards.
    pub async fn save_account(&self, account: &Account) -> Result<(), StoreError> {
        todo!()
    }
}
