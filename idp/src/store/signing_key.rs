//! Signing keys.

use crate::domain::{
    ids::{KeyId, TenantId},
    signing_key::SigningKey,
};

use super::{Store, StoreError, Tx};

impl Store {
    pub async fn signing_keys(&self, tenant: &TenantId) -> Result<Vec<SigningKey>, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn signing_keys(&self, tenant: &TenantId) -> Result<Vec<SigningKey>, StoreError> {
        todo!()
    }

    pub async fn insert_signing_key(&self, key: &SigningKey) -> Result<(), StoreError> {
        todo!()
    }

    /// False if there is no such key any more.
    pub async fn save_signing_key(&self, key: &SigningKey) -> Result<bool, StoreError> {
        todo!()
    }

    pub async fn delete_signing_key(&self, tenant: &TenantId, id: &KeyId) -> Result<bool, StoreError> {
        todo!()
    }
}
