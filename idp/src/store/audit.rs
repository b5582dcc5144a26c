//! The audit trail: rows that only arrive, the chain behind them, and their end (SR-92).

use crate::domain::{
    audit::{AuditEvent, AuditRow, Seal},
    clock::Timestamp,
    ids::{AccountId, LoginId, TenantId},
};

use super::{Store, StoreError, Tx};

/// Which rows to list; all that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub tenant: Option<TenantId>,
    pub login: Option<LoginId>,
    pub account: Option<AccountId>,
    pub since: Option<Timestamp>,
}

/// Everything up to a link of the chain was dropped; signed, so that the chain can be verified from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// Rows up to this id, all of them sealed, are gone.
    pub row: i64,
    /// The last link that was dropped.
    pub seal: Seal,
    pub at: Timestamp,
    pub signature: String,
}

impl Store {
    /// Rows after `after` in the order of arrival.
    pub async fn audit_rows(&self, filter: &AuditFilter, after: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        todo!()
    }

    /// The newest rows, in the order of arrival.
    pub async fn audit_tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        todo!()
    }

    pub async fn unsealed_audit(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        todo!()
    }

    pub async fn last_seal(&self) -> Result<Option<Seal>, StoreError> {
        todo!()
    }

    /// Links rows by id; a number or row that is linked already is [`StoreError::Stale`] and nothing is written.
    pub async fn insert_seals(&self, seals: &[(i64, Seal)]) -> Result<(), StoreError> {
        todo!()
    }

    /// Sealed rows in the order of the chain, after link `number`.
    pub async fn sealed_audit(&self, number: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        todo!()
    }

    pub async fn last_audit_checkpoint(&self) -> Result<Option<AuditCheckpoint>, StoreError> {
        todo!()
    }

    /// Writes the checkpoint and drops what lies before it; refused as [`StoreError::Stale`] if one of these rows is not sealed.
    pub async fn drop_sealed_audit(&self, checkpoint: &AuditCheckpoint) -> Result<u64, StoreError> {
        todo!()
    }
}

impl Tx {
    /// The row commits with the act it tells of.
    pub async fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        todo!()
    }
}
