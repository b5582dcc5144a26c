//! One-time URLs (SR-37, SR-38, SR-39).

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, TenantId},
    login::Login,
    one_time_url::{OneTimeUrl, Purpose},
};

use super::{Store, StoreError, Tx, Window};

impl Store {
    /// By the stored hash of its token, whatever its state.
    pub async fn one_time_url(&self, key: &str) -> Result<Option<OneTimeUrl>, StoreError> {
        todo!()
    }

    /// The newest open link that this login waits for; it may have expired.
    pub async fn pending_url(&self, login: &Login, purpose: Purpose) -> Result<Option<OneTimeUrl>, StoreError> {
        todo!()
    }

    pub async fn one_time_urls_since(&self, account: AccountId, since: Timestamp) -> Result<Window, StoreError> {
        todo!()
    }
}

impl Tx {
    pub async fn insert_one_time_url(&self, url: &OneTimeUrl) -> Result<(), StoreError> {
        todo!()
    }

    pub async fn one_time_url(&self, key: &str) -> Result<Option<OneTimeUrl>, StoreError> {
        todo!()
    }

    pub async fn pending_url(&self, login: &Login, purpose: Purpose) -> Result<Option<OneTimeUrl>, StoreError> {
        todo!()
    }

    /// Uses the link up; false if somebody was faster or it has expired.
    pub async fn consume_one_time_url(&self, key: &str, now: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// The account's open links of this purpose are replaced.
    pub async fn replace_one_time_urls(&self, account: AccountId, purpose: Purpose) -> Result<(), StoreError> {
        todo!()
    }

    /// Counts a try of the short code before it is compared; none if the link is not open, has expired or has no try left.
    pub async fn spend_url_code_try(
        &self,
        key: &str,
        max_tries: u32,
        now: Timestamp,
    ) -> Result<Option<OneTimeUrl>, StoreError> {
        todo!()
    }

    pub async fn one_time_urls_since(&self, account: AccountId, since: Timestamp) -> Result<Window, StoreError> {
        todo!()
    }

    /// The links that went to one address, whoever asked.
    pub async fn one_time_urls_to_since(
        &self,
        tenant: &TenantId,
        address_index: &str,
        since: Timestamp,
    ) -> Result<Window, StoreError> {
        todo!()
    }
}
