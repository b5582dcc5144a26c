//! Attempt ledgers: of accounts by factor, and of strangers by an opaque key (SR-24).

use crate::domain::{
    clock::Timestamp,
    ids::AccountId,
    login::{Factor, Ledger},
};

use super::{Store, StoreError, Tx};

impl Store {
    /// An account without tries has an empty ledger.
    pub async fn ledger(&self, account: AccountId, factor: Factor) -> Result<Ledger, StoreError> {
        todo!()
    }
}

impl Tx {
    /// The ledger and its version (0: no row yet), to be handed back to [`Tx::save_ledger`].
    pub async fn ledger(&self, account: AccountId, factor: Factor) -> Result<(Ledger, i64), StoreError> {
        todo!()
    }

    pub async fn save_ledger(
        &self,
        account: AccountId,
        factor: Factor,
        ledger: &Ledger,
        version: i64,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Tries where nobody is proven yet; `key` is an HMAC of what was typed.
    pub async fn stranger_ledger(&self, key: &str) -> Result<(Ledger, i64), StoreError> {
        todo!()
    }

    /// The row is purged after `expires_at`.
    pub async fn save_stranger_ledger(
        &self,
        key: &str,
        ledger: &Ledger,
        version: i64,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        todo!()
    }
}
