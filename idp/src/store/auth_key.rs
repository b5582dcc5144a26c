//! Auth keys (SR-22, SR-23, SR-24).

use crate::domain::{
    auth_key::AuthKey,
    clock::Timestamp,
    ids::{AccountId, AuthKeyId},
    login::Login,
};

use super::{Store, StoreError, Tx, Window};

impl Store {
    /// The key that this login was sent last, whatever its state.
    pub async fn latest_auth_key(&self, login: &Login) -> Result<Option<AuthKey>, StoreError> {
        todo!()
    }

    /// The keys that this login was sent.
    pub async fn auth_keys_of_login(&self, login: &Login) -> Result<Window, StoreError> {
        todo!()
    }

    /// The keys that an account was sent since then.
    pub async fn auth_keys_since(&self, account: AccountId, since: Timestamp) -> Result<Window, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn insert_auth_key(&self, key: &AuthKey) -> Result<(), StoreError> {
        todo!()
    }

    pub async fn auth_key(&self, id: AuthKeyId) -> Result<Option<AuthKey>, StoreError> {
        todo!()
    }

    pub async fn latest_auth_key(&self, login: &Login) -> Result<Option<AuthKey>, StoreError> {
        todo!()
    }

    /// Counts a try before it is compared; none if the key is not open, has expired or has no try left.
    pub async fn spend_auth_key_try(
        &self,
        id: AuthKeyId,
        max_tries: u32,
        now: Timestamp,
    ) -> Result<Option<AuthKey>, StoreError> {
        todo!()
    }

    /// Uses the key up; false if somebody was faster or it has expired.
    pub async fn consume_auth_key(&self, id: AuthKeyId, now: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// Too many wrong entries.
    pub async fn kill_auth_key(&self, id: AuthKeyId) -> Result<bool, StoreError> {
        todo!()
    }

    /// The login's open keys are replaced.
    pub async fn replace_auth_keys(&self, login: &Login) -> Result<(), StoreError> {
        todo!()
    }

    /// All open keys of an account are replaced.
    pub async fn replace_auth_keys_of_account(&self, account: AccountId) -> Result<(), StoreError> {
        todo!()
    }

    pub async fn auth_keys_of_login(&self, login: &Login) -> Result<Window, StoreError> {
        todo!()
    }

    pub async fn auth_keys_since(&self, account: AccountId, since: Timestamp) -> Result<Window, StoreError> {
        todo!()
    }
}
