//! Logins.

use crate::domain::{
    ids::{LoginId, TenantId},
    login::Login,
};

use super::{Store, StoreError, Tx};

impl Store {
    pub async fn login(&self, tenant: &TenantId, id: &LoginId) -> Result<Option<Login>, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn login(&self, tenant: &TenantId, id: &LoginId) -> Result<Option<Login>, StoreError> {
        todo!()
    }

    /// False if this login is a row already: the upstream's answer came twice.
    pub async fn insert_login(&self, login: &Login) -> Result<bool, StoreError> {
        todo!()
    }

    /// Saves by compare-and-swap on `version`; the row's version is one higher afterwards.
    pub async fn save_login(&self, login: &Login) -> Result<(), StoreError> {
        todo!()
    }
}
