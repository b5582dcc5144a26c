//! Initial access tokens: what an operator made for clients to register with.

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr};

use crate::domain::{
    clock::Timestamp,
    ids::{RegistrationTokenId, TenantId},
    registered_client::RegistrationToken,
    secret::TokenKey,
};

use super::{
    Store, StoreError, Tx,
    entity::registration_token::{Column, Entity, Model},
    stored::{count, instant, millis, only, uuid},
};

impl Store {
    pub async fn registration_token(&self, key: &TokenKey) -> Result<Option<RegistrationToken>, StoreError> {
        let select = Entity::find().filter(Column::Key.eq(key.as_str()));
        only(self.reader(), select).await?.map(Model::read).transpose()
    }

    /// The oldest first.
    pub async fn registration_tokens(&self, tenant: &TenantId) -> Result<Vec<RegistrationToken>, StoreError> {
        let select = Entity::find().filter(Column::Tenant.eq(tenant.as_str())).order_by_asc(Column::Key);
        select.all(self.reader()).await?.into_iter().map(Model::read).collect()
    }
}

impl Tx {
    pub async fn insert_registration_token(&self, token: &RegistrationToken) -> Result<(), StoreError> {
        Entity::insert(Model::of(token).into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// One use of a token that is good now. False if it is not: nothing may be done with it.
    pub async fn consume_registration_token(
        &self,
        tenant: &TenantId,
        key: &TokenKey,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let consumed = Entity::update_many()
            .col_expr(Column::UsesLeft, Expr::col(Column::UsesLeft).sub(1))
            .filter(Column::Key.eq(key.as_str()))
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::UsesLeft.gt(0))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .filter(Column::RevokedAt.is_null())
            .exec(self.db())
            .await?;
        Ok(consumed.rows_affected == 1)
    }

    /// False if there is none of this name, or it was revoked before.
    pub async fn revoke_registration_token(
        &self,
        tenant: &TenantId,
        id: RegistrationTokenId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let revoked = Entity::update_many()
            .col_expr(Column::RevokedAt, Expr::value(at.as_millis()))
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::RevokedAt.is_null())
            .exec(self.db())
            .await?;
        Ok(revoked.rows_affected == 1)
    }
}

impl Model {
    fn of(token: &RegistrationToken) -> Self {
        Self {
            key: token.key.as_str().to_owned(),
            id: token.id.to_string(),
            tenant: token.tenant.to_string(),
            uses: token.uses.into(),
            uses_left: token.uses_left.into(),
            created_at: token.created_at.as_millis(),
            expires_at: token.expires_at.as_millis(),
            revoked_at: millis(token.revoked_at),
        }
    }

    fn read(self) -> Result<RegistrationToken, StoreError> {
        Ok(RegistrationToken {
            id: RegistrationTokenId(uuid(&self.id, "registration token id")?),
            key: TokenKey::from_stored(self.key),
            tenant: TenantId::new(self.tenant),
            uses: count(self.uses, "uses")?,
            uses_left: count(self.uses_left, "uses")?,
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            revoked_at: instant(self.revoked_at),
        })
    }
}
