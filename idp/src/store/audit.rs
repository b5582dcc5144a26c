//! The audit trail's rows: they only arrive (SR-92).

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::domain::{
    audit::{AuditEntry, AuditEvent, AuditRow, Seal},
    clock::Timestamp,
    ids::{AccountId, LoginId, TenantId},
};

use super::{
    Store, StoreError, Tx,
    entity::{
        audit_event::{ActiveModel, Column, Entity, Model},
        audit_seal,
    },
    stored::json,
};

/// Which rows to list; all that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub tenant: Option<TenantId>,
    pub login: Option<LoginId>,
    pub account: Option<AccountId>,
    pub since: Option<Timestamp>,
}

impl Store {
    /// Rows after `after` in the order of arrival.
    pub async fn audit_rows(&self, filter: &AuditFilter, after: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let select = filter.select().filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(u64::from(limit));
        let rows = select.all(self.reader()).await?;
        self.with_seals(rows).await
    }

    /// The newest rows, in the order of arrival.
    pub async fn audit_tail(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let select = filter.select().order_by_desc(Column::Id).limit(u64::from(limit));
        let mut rows = select.all(self.reader()).await?;
        rows.reverse();
        self.with_seals(rows).await
    }

    async fn with_seals(&self, rows: Vec<Model>) -> Result<Vec<AuditRow>, StoreError> {
        let mut read = Vec::with_capacity(rows.len());
        for rows in rows.chunks(500) {
            let ids = rows.iter().map(|row| row.id);
            let select = audit_seal::Entity::find().filter(audit_seal::Column::RowId.is_in(ids));
            let seals = select.all(self.reader()).await?;
            read.extend(rows.iter().map(|row| {
                let seal = seals.iter().find(|seal| seal.row_id == row.id);
                row.clone().read(seal.map(|seal| Seal { number: seal.number, mac: seal.mac.clone() }))
            }));
        }
        Ok(read)
    }
}

impl Tx {
    /// The row commits with the act it tells of.
    pub async fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        Entity::insert(ActiveModel::of(&event)?).exec_without_returning(self.db()).await?;
        Ok(())
    }
}

impl AuditFilter {
    fn select(&self) -> Select<Entity> {
        let mut select = Entity::find();
        if let Some(tenant) = &self.tenant {
            select = select.filter(Column::Tenant.eq(tenant.as_str()));
        }
        if let Some(login) = &self.login {
            select = select.filter(Column::Login.eq(login.as_str()));
        }
        if let Some(account) = self.account {
            select = select.filter(Column::Account.eq(account.to_string()));
        }
        if let Some(since) = self.since {
            select = select.filter(Column::At.gte(since.as_millis()));
        }
        select
    }
}

impl ActiveModel {
    pub(super) fn of(event: &AuditEvent) -> Result<Self, StoreError> {
        Ok(Self {
            id: NotSet,
            event: Set(event.event.as_str().to_owned()),
            at: Set(event.at.as_millis()),
            tenant: Set(event.tenant.to_string()),
            login: Set(event.login.as_ref().map(ToString::to_string)),
            account: Set(event.account.map(|account| account.to_string())),
            client: Set(event.client.as_ref().map(ToString::to_string)),
            address_prefix: Set(event.address_prefix.clone()),
            detail: Set(json(&event.detail, "audit detail")?),
        })
    }
}

impl Model {
    pub(super) fn read(self, seal: Option<Seal>) -> AuditRow {
        AuditRow {
            id: self.id,
            event: self.event,
            entry: AuditEntry {
                at: Timestamp::from_millis(self.at),
                tenant: self.tenant,
                login: self.login,
                account: self.account,
                client: self.client,
                address_prefix: self.address_prefix,
                detail: self.detail,
            },
            seal,
        }
    }
}
