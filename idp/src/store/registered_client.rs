//! Clients that registered themselves, with the numbers of their changes.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::OnConflict,
};

use crate::domain::{
    client_metadata::{ClientMetadata, Problems, from_json as metadata_of, to_json},
    clock::Timestamp,
    ids::{ClientId, TenantId},
    registered_client::{Register, RegisteredClient},
    secret::TokenKey,
};

use super::{
    Store, StoreError, Tx,
    entity::{
        client_register,
        registered_client::{Column, Entity, Model},
    },
    stored::{count, from_json, instant, json, millis, only},
};

impl Store {
    /// The last change of every tenant that has had any.
    pub async fn client_revisions(&self) -> Result<HashMap<TenantId, i64>, StoreError> {
        let rows: Vec<(String, i64)> = client_register::Entity::find()
            .select_only()
            .column(client_register::Column::Tenant)
            .column(client_register::Column::Revision)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|(tenant, revision)| (TenantId::new(tenant), revision)).collect())
    }

    /// What was registered, changed or removed after a revision, in that order. One whose metadata is spoken no longer is told
    /// without any, which no rule lets pass: it stops nobody else.
    pub async fn client_changes(&self, tenant: &TenantId, after: i64) -> Result<Vec<RegisteredClient>, StoreError> {
        let select = Entity::find()
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::Revision.gt(after))
            .order_by_asc(Column::Revision);
        select.all(self.reader()).await?.into_iter().map(Model::read).collect()
    }

    /// A removed one is found too.
    pub async fn registered_client(&self, tenant: &TenantId, id: &str) -> Result<Option<RegisteredClient>, StoreError> {
        only(self.reader(), by_id(tenant, id)).await?.map(Model::read).transpose()
    }
}

impl Tx {
    pub async fn registered_client(&self, tenant: &TenantId, id: &str) -> Result<Option<RegisteredClient>, StoreError> {
        only(self.db(), by_id(tenant, id).lock_exclusive()).await?.map(Model::read).transpose()
    }

    pub async fn insert_registered_client(&self, client: &RegisteredClient) -> Result<(), StoreError> {
        Entity::insert(Model::of(client)?.into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// False if there is no such client, or no more.
    pub async fn save_registered_client(&self, client: &RegisteredClient) -> Result<bool, StoreError> {
        let saved = Entity::update_many()
            .set(Model::of(client)?.into_active_model().reset_all())
            .filter(Column::Tenant.eq(client.tenant.as_str()))
            .filter(Column::Id.eq(client.id.as_str()))
            .filter(Column::RemovedAt.is_null())
            .exec(self.db())
            .await?;
        Ok(saved.rows_affected == 1)
    }

    /// Locked until the transaction ends, so that changes become visible in the order of their numbers.
    pub async fn client_register(&self, tenant: &TenantId) -> Result<Register, StoreError> {
        use client_register::{Column, Entity, Model};
        let empty = Model { tenant: tenant.to_string(), revision: 0, clients: 0, window_began_at: 0, in_window: 0 };
        let once = OnConflict::column(Column::Tenant).do_nothing().to_owned();
        Entity::insert(empty.into_active_model()).on_conflict(once).exec_without_returning(self.db()).await?;
        let select = Entity::find().filter(Column::Tenant.eq(tenant.as_str())).lock_exclusive();
        let row = only(self.db(), select).await?.ok_or(StoreError::Corrupt { what: "register of clients" })?;
        Ok(Register {
            revision: row.revision,
            clients: count(row.clients, "clients")?,
            window_began_at: Timestamp::from_millis(row.window_began_at),
            in_window: count(row.in_window, "clients")?,
        })
    }

    pub async fn save_client_register(&self, tenant: &TenantId, register: &Register) -> Result<(), StoreError> {
        use client_register::{Column, Entity, Model};
        let row = Model {
            tenant: tenant.to_string(),
            revision: register.revision,
            clients: register.clients.into(),
            window_began_at: register.window_began_at.as_millis(),
            in_window: register.in_window.into(),
        };
        let update = Entity::update_many().set(row.into_active_model().reset_all());
        update.filter(Column::Tenant.eq(tenant.as_str())).exec(self.db()).await?;
        Ok(())
    }
}

fn by_id(tenant: &TenantId, id: &str) -> Select<Entity> {
    Entity::find().filter(Column::Tenant.eq(tenant.as_str())).filter(Column::Id.eq(id))
}

impl Model {
    fn of(client: &RegisteredClient) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: client.tenant.to_string(),
            id: client.id.to_string(),
            metadata: json(&to_json(&client.metadata), "metadata")?,
            secret_hash: client.secret.map(|hash| HEXLOWER.encode(&hash)),
            access: client.access.as_str().to_owned(),
            revision: client.revision,
            issued_at: client.issued_at.as_millis(),
            removed_at: millis(client.removed_at),
        })
    }

    fn read(self) -> Result<RegisteredClient, StoreError> {
        let corrupt = |what| StoreError::Corrupt { what };
        let secret = self.secret_hash.map(|hex| {
            let bytes = HEXLOWER.decode(hex.as_bytes()).ok();
            bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).ok_or(corrupt("client secret"))
        });
        let mut problems = Problems::default();
        let metadata = metadata_of(&from_json(&self.metadata, "metadata")?, &mut problems);
        Ok(RegisteredClient {
            tenant: TenantId::new(self.tenant),
            id: ClientId::new(self.id),
            // What is no longer spoken must not fall back to a default.
            metadata: if problems.first_error().is_some() { ClientMetadata::default() } else { metadata },
            secret: secret.transpose()?,
            access: TokenKey::from_stored(self.access),
            revision: self.revision,
            issued_at: Timestamp::from_millis(self.issued_at),
            removed_at: instant(self.removed_at),
        })
    }
}
