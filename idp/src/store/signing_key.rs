//! Signing keys.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use crate::domain::{
    clock::Timestamp,
    ids::{KeyId, TenantId},
    secret::Sealed,
    signing_key::{KeyState, SigningAlgorithm, SigningKey},
};

use super::{
    Store, StoreError, Tx,
    entity::signing_key::{Column, Entity, Model},
    stored::{Word, instant, millis},
};

impl Store {
    /// The oldest first.
    pub async fn signing_keys(&self, tenant: &TenantId) -> Result<Vec<SigningKey>, StoreError> {
        list(self.reader(), of(tenant)).await
    }
}

impl Tx {
    /// As [`Store::signing_keys`].
    pub async fn signing_keys(&self, tenant: &TenantId) -> Result<Vec<SigningKey>, StoreError> {
        list(self.db(), of(tenant).lock_exclusive()).await
    }

    pub async fn insert_signing_key(&self, key: &SigningKey) -> Result<(), StoreError> {
        Entity::insert(Model::of(key).into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// False if there is no such key any more.
    pub async fn save_signing_key(&self, key: &SigningKey) -> Result<bool, StoreError> {
        let saved = Entity::update_many()
            .set(Model::of(key).into_active_model().reset_all())
            .filter(Column::Tenant.eq(key.tenant.as_str()))
            .filter(Column::Id.eq(key.id.as_str()))
            .exec(self.db())
            .await?;
        Ok(saved.rows_affected == 1)
    }

    pub async fn delete_signing_key(&self, tenant: &TenantId, id: &KeyId) -> Result<bool, StoreError> {
        let deleted = Entity::delete_many()
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::Id.eq(id.as_str()))
            .exec(self.db())
            .await?;
        Ok(deleted.rows_affected == 1)
    }
}

fn of(tenant: &TenantId) -> Select<Entity> {
    Entity::find().filter(Column::Tenant.eq(tenant.as_str())).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id)
}

async fn list<C: ConnectionTrait>(db: &C, select: Select<Entity>) -> Result<Vec<SigningKey>, StoreError> {
    select.all(db).await?.into_iter().map(Model::read).collect()
}

impl Model {
    fn of(key: &SigningKey) -> Self {
        Self {
            tenant: key.tenant.to_string(),
            id: key.id.to_string(),
            algorithm: key.algorithm.name().to_owned(),
            state: key.state.word().to_owned(),
            private_key: key.private_key.0.clone(),
            public_jwk: key.public_jwk.clone(),
            created_at: key.created_at.as_millis(),
            activated_at: millis(key.activated_at),
            retired_at: millis(key.retired_at),
            destroy_after: millis(key.destroy_after),
        }
    }

    fn read(self) -> Result<SigningKey, StoreError> {
        let algorithm = SigningAlgorithm::from_name(&self.algorithm);
        Ok(SigningKey {
            id: KeyId::new(self.id),
            tenant: TenantId::new(self.tenant),
            algorithm: algorithm.ok_or(StoreError::Corrupt { what: "algorithm" })?,
            state: KeyState::read(&self.state, "key state")?,
            private_key: Sealed(self.private_key),
            public_jwk: self.public_jwk,
            created_at: Timestamp::from_millis(self.created_at),
            activated_at: instant(self.activated_at),
            retired_at: instant(self.retired_at),
            destroy_after: instant(self.destroy_after),
        })
    }
}
