//! People of `directory` upstreams.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};

use crate::domain::{
    account::DirectoryAccount,
    ids::{TenantId, UpstreamId},
};

use super::{
    Store, StoreError, Tx,
    entity::directory_account::{Column, Entity, Model},
    stored::{from_json, json, only},
};

impl Store {
    pub async fn directory_account(
        &self,
        tenant: &TenantId,
        upstream: &UpstreamId,
        user_id: &str,
    ) -> Result<Option<DirectoryAccount>, StoreError> {
        let select = Entity::find()
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::Upstream.eq(upstream.as_str()))
            .filter(Column::UserId.eq(user_id));
        let Some(row) = only(self.reader(), select).await? else { return Ok(None) };
        Ok(Some(DirectoryAccount {
            tenant: TenantId::new(row.tenant),
            upstream: UpstreamId::new(row.upstream),
            user_id: row.user_id,
            subject: row.subject,
            password_hash: row.password_hash,
            attributes: from_json(&row.attributes, "attributes")?,
        }))
    }
}

impl Tx {
    /// Adds a person, or replaces password and attributes; the subject of one who is there stays.
    pub async fn upsert_directory_account(&self, account: &DirectoryAccount) -> Result<(), StoreError> {
        let row = Model {
            tenant: account.tenant.to_string(),
            upstream: account.upstream.to_string(),
            user_id: account.user_id.clone(),
            subject: account.subject.clone(),
            password_hash: account.password_hash.clone(),
            attributes: json(&account.attributes, "attributes")?,
        };
        let replace = OnConflict::columns([Column::Tenant, Column::Upstream, Column::UserId])
            .update_columns([Column::PasswordHash, Column::Attributes])
            .to_owned();
        Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(self.db()).await?;
        Ok(())
    }
}
