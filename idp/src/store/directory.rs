//! People of `directory` upstreams.

use crate::domain::{
    account::DirectoryAccount,
    ids::{TenantId, UpstreamId},
};

use super::{Store, StoreError, Tx};

impl Store {
    pub async fn directory_account(
        &self,
        tenant: &TenantId,
        upstream: &UpstreamId,
        user_id: &str,
    ) -> Result<Option<DirectoryAccount>, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn upsert_directory_account(&self, account: &DirectoryAccount) -> Result<(), StoreError> {
        todo!()
    }

    pub async fn delete_directory_account(
        &self,
        tenant: &TenantId,
        upstream: &UpstreamId,
        user_id: &str,
    ) -> Result<bool, StoreError> {
        todo!()
    }
}
