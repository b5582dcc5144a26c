//! The chain behind the audit trail: seals, checkpoints, and the end of sealed stretches (SR-92).

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{OnConflict, Query},
};

use crate::domain::{
    audit::{AuditRow, Seal},
    clock::Timestamp,
};

use super::{
    Store, StoreError, Tx,
    entity::{audit_checkpoint, audit_event, audit_seal},
    stored::only,
};

/// A row can commit after a later one did; this far behind the newest seal one is still found.
const LOOK_BACK: i64 = 10_000;
/// Rows that one transaction drops.
const BATCH: u64 = 500;

/// Everything up to a link of the chain was dropped; signed, so that the chain can be verified from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// The last link that was dropped.
    pub seal: Seal,
    pub at: Timestamp,
    pub signature: String,
}

impl Store {
    /// Rows without a seal, in the order of arrival.
    pub async fn unsealed_audit(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let newest = audit_seal::Entity::find().select_only().column_as(audit_seal::Column::RowId.max(), "newest");
        let newest: Option<Option<i64>> = newest.into_tuple().all(self.reader()).await?.pop();
        let from = newest.flatten().map_or(0, |newest| newest - LOOK_BACK);
        let sealed = Query::select()
            .column(audit_seal::Column::RowId)
            .from(audit_seal::Entity)
            .and_where(audit_seal::Column::RowId.gt(from))
            .to_owned();
        let rows = audit_event::Entity::find()
            .filter(audit_event::Column::Id.gt(from))
            .filter(audit_event::Column::Id.not_in_subquery(sealed))
            .order_by_asc(audit_event::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|row| row.read(None)).collect())
    }

    /// The newest link: of the chain, or of the last checkpoint if all else is dropped.
    pub async fn last_seal(&self) -> Result<Option<Seal>, StoreError> {
        let select = audit_seal::Entity::find().order_by_desc(audit_seal::Column::Number).limit(1);
        match only(self.reader(), select).await? {
            Some(seal) => Ok(Some(Seal { number: seal.number, mac: seal.mac })),
            None => Ok(self.last_audit_checkpoint().await?.map(|checkpoint| checkpoint.seal)),
        }
    }

    /// Links rows by id. A number or row that is linked already is [`StoreError::Stale`]: another sealer was faster,
    /// and nothing is written.
    pub async fn insert_seals(&self, seals: &[(i64, Seal)]) -> Result<(), StoreError> {
        self.write(|tx| async move {
            for seals in seals.chunks(500) {
                let rows = seals.iter().map(|(row_id, seal)| {
                    let row = audit_seal::Model { number: seal.number, row_id: *row_id, mac: seal.mac.clone() };
                    row.into_active_model()
                });
                let written = audit_seal::Entity::insert_many(rows)
                    .on_conflict(OnConflict::new().do_nothing().to_owned())
                    .exec_without_returning(tx.db())
                    .await?;
                if written != seals.len() as u64 {
                    return Err(StoreError::Stale);
                }
            }
            Ok(())
        })
        .await
    }

    /// Sealed rows in the order of the chain, from link `number` on. A row that was taken away leaves a gap in the numbers;
    /// whether the last ones are missing, [`Store::last_seal`] tells.
    pub async fn sealed_audit(&self, number: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let kept = Query::select().column(audit_event::Column::Id).from(audit_event::Entity).to_owned();
        let seals = audit_seal::Entity::find()
            .filter(audit_seal::Column::Number.gte(number))
            .filter(audit_seal::Column::RowId.in_subquery(kept))
            .order_by_asc(audit_seal::Column::Number)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        let mut sealed = Vec::with_capacity(seals.len());
        for seals in seals.chunks(500) {
            let ids = seals.iter().map(|seal| seal.row_id);
            let rows =
                audit_event::Entity::find().filter(audit_event::Column::Id.is_in(ids)).all(self.reader()).await?;
            let mut rows: HashMap<i64, audit_event::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
            sealed.extend(seals.iter().filter_map(|seal| {
                let row = rows.remove(&seal.row_id)?;
                Some(row.read(Some(Seal { number: seal.number, mac: seal.mac.clone() })))
            }));
        }
        Ok(sealed)
    }

    pub async fn last_audit_checkpoint(&self) -> Result<Option<AuditCheckpoint>, StoreError> {
        let select = audit_checkpoint::Entity::find().order_by_desc(audit_checkpoint::Column::RowId).limit(1);
        let row = only(self.reader(), select).await?;
        Ok(row.map(|row| AuditCheckpoint {
            seal: Seal { number: row.number, mac: row.mac },
            at: Timestamp::from_millis(row.at),
            signature: row.signature,
        }))
    }

    /// Writes the checkpoint and drops what lies before it, link and row; says how many rows went.
    /// [`StoreError::Stale`] if there is no such link.
    pub async fn drop_sealed_audit(&self, checkpoint: &AuditCheckpoint) -> Result<u64, StoreError> {
        self.write(|tx| async move { tx.insert_checkpoint(checkpoint).await }).await?;
        let through = checkpoint.seal.number;
        let mut dropped = 0;
        loop {
            let rows = self.write(|tx| async move { tx.drop_sealed(through).await }).await?;
            dropped += rows;
            if rows < BATCH {
                return Ok(dropped);
            }
        }
    }
}

impl Tx {
    async fn insert_checkpoint(&self, checkpoint: &AuditCheckpoint) -> Result<(), StoreError> {
        let number = checkpoint.seal.number;
        let link = audit_seal::Entity::find()
            .filter(audit_seal::Column::Number.eq(number))
            .filter(audit_seal::Column::Mac.eq(checkpoint.seal.mac.as_str()));
        if only(self.db(), link).await?.is_none() {
            return Err(StoreError::Stale);
        }
        let newest = through(number).select_only().column_as(audit_seal::Column::RowId.max(), "newest");
        let newest: Option<Option<i64>> = newest.into_tuple().all(self.db()).await?.pop();
        let row = audit_checkpoint::Model {
            row_id: newest.flatten().unwrap_or(0),
            number,
            mac: checkpoint.seal.mac.clone(),
            at: checkpoint.at.as_millis(),
            signature: checkpoint.signature.clone(),
        };
        audit_checkpoint::Entity::insert(row.into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    async fn drop_sealed(&self, number: i64) -> Result<u64, StoreError> {
        let oldest = through(number).order_by_asc(audit_seal::Column::Number).limit(BATCH);
        let links = oldest.all(self.db()).await?;
        if links.is_empty() {
            return Ok(0);
        }
        let rows = links.iter().map(|link| link.row_id);
        audit_event::Entity::delete_many().filter(audit_event::Column::Id.is_in(rows)).exec(self.db()).await?;
        let numbers = links.iter().map(|link| link.number);
        let gone =
            audit_seal::Entity::delete_many().filter(audit_seal::Column::Number.is_in(numbers)).exec(self.db()).await?;
        Ok(gone.rows_affected)
    }
}

fn through(number: i64) -> Select<audit_seal::Entity> {
    audit_seal::Entity::find().filter(audit_seal::Column::Number.lte(number))
}
