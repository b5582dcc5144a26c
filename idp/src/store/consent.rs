//! What people have agreed that clients learn: one row an account and client.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Select, sea_query::OnConflict};

use crate::domain::{
    clock::Timestamp,
    consent::GivenConsent,
    ids::{AccountId, ClientId},
};

use super::{
    Store, StoreError, Tx,
    entity::consent::{Column, Entity, Model},
    stored::{from_json, json, only, uuid},
};

impl Store {
    /// Cached.
    pub async fn consent(
        &self,
        account: AccountId,
        client: &ClientId,
    ) -> Result<Option<Arc<GivenConsent>>, StoreError> {
        let load = async { only(self.reader(), by_key(account, client)).await?.map(Model::read).transpose() };
        self.caches().consents.get_or_load(&(account, client.clone()), load).await
    }

    /// Ordered by client.
    pub async fn consents_of_account(&self, account: AccountId) -> Result<Vec<GivenConsent>, StoreError> {
        let select = Entity::find().filter(Column::Account.eq(account.to_string())).order_by_asc(Column::Client);
        select.all(self.reader()).await?.into_iter().map(Model::read).collect()
    }
}

impl Tx {
    pub async fn consent(&self, account: AccountId, client: &ClientId) -> Result<Option<GivenConsent>, StoreError> {
        only(self.db(), by_key(account, client)).await?.map(Model::read).transpose()
    }

    /// Takes the place of what was agreed to before.
    pub async fn save_consent(&self, consent: &GivenConsent) -> Result<(), StoreError> {
        let newer = OnConflict::columns([Column::Account, Column::Client])
            .update_columns([Column::Shared, Column::GivenAt])
            .to_owned();
        let row = Model::of(consent)?.into_active_model();
        Entity::insert(row).on_conflict(newer).exec_without_returning(self.db()).await?;
        self.changes().consents.push((consent.account, consent.client.clone()));
        Ok(())
    }

    /// What anybody agreed to for a client that is no more; its name is never given again.
    pub async fn remove_consents_of_client(&self, client: &ClientId) -> Result<(), StoreError> {
        Entity::delete_many().filter(Column::Client.eq(client.as_str())).exec(self.db()).await?;
        Ok(())
    }

    /// False if there was nothing to forget.
    pub async fn remove_consent(&self, account: AccountId, client: &ClientId) -> Result<bool, StoreError> {
        let gone = Entity::delete_many()
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::Client.eq(client.as_str()))
            .exec(self.db())
            .await?;
        self.changes().consents.push((account, client.clone()));
        Ok(gone.rows_affected == 1)
    }
}

fn by_key(account: AccountId, client: &ClientId) -> Select<Entity> {
    Entity::find().filter(Column::Account.eq(account.to_string())).filter(Column::Client.eq(client.as_str()))
}

impl Model {
    fn of(consent: &GivenConsent) -> Result<Self, StoreError> {
        Ok(Self {
            account: consent.account.to_string(),
            client: consent.client.to_string(),
            shared: json(&consent.shared, "consent")?,
            given_at: consent.given_at.as_millis(),
        })
    }

    fn read(self) -> Result<GivenConsent, StoreError> {
        Ok(GivenConsent {
            account: AccountId(uuid(&self.account, "account id")?),
            client: ClientId::new(self.client),
            shared: from_json(&self.shared, "consent")?,
            given_at: Timestamp::from_millis(self.given_at),
        })
    }
}
