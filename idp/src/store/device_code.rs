//! Device codes.

use std::{collections::HashSet, time::Duration};

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, OnConflict},
};

use crate::domain::{
    clock::Timestamp,
    device_code::{DeviceCode, DeviceState},
    grant::Grant,
    ids::{ClientId, GrantId, TenantId},
    scope::Scope,
    secret::TokenKey,
};

use super::{
    Store, StoreError, Tx,
    entity::{
        device_code::{Column, Entity, Model},
        grant,
    },
    stored::{USED, count, from_json, instant, json, millis, only, uuid},
};

const WAITING: &str = "waiting";
const ALLOWED: &str = "allowed";
const DENIED: &str = "denied";

impl Store {
    pub async fn device_code(&self, key: &TokenKey) -> Result<Option<DeviceCode>, StoreError> {
        find(self.reader(), by_key(key)).await
    }
}

impl Tx {
    /// False if its user code is taken.
    pub async fn insert_device_code(&self, code: &DeviceCode) -> Result<bool, StoreError> {
        let rows = Entity::insert(Model::of(code)?.into_active_model())
            .on_conflict(OnConflict::column(Column::UserCode).do_nothing().to_owned())
            .exec_without_returning(self.db())
            .await?;
        Ok(rows == 1)
    }

    /// The one that waits for an answer, by the hashes that its user code may have.
    pub async fn waiting_device_code(
        &self,
        user_codes: &[String],
        now: Timestamp,
    ) -> Result<Option<DeviceCode>, StoreError> {
        let select = Entity::find()
            .filter(Column::UserCode.is_in(user_codes))
            .filter(Column::State.eq(WAITING))
            .filter(Column::ExpiresAt.gt(now.as_millis()));
        find(self.db(), select).await
    }

    /// Nobody else changes it until this transaction ends.
    pub async fn device_code(&self, key: &TokenKey) -> Result<Option<DeviceCode>, StoreError> {
        find(self.db(), by_key(key).lock_exclusive()).await
    }

    pub async fn save_device_poll(&self, code: &DeviceCode) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::PolledAt, Expr::value(millis(code.polled_at)))
            .col_expr(Column::IntervalSeconds, Expr::value(seconds(code.interval)?))
            .filter(Column::Key.eq(code.key.as_str()))
            .exec(self.db())
            .await?;
        Ok(())
    }

    /// The person's answer, once: a grant, or none to refuse. False if it was answered before or has expired.
    pub async fn answer_device_code(
        &self,
        key: &TokenKey,
        given: Option<&Grant>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let answered = Entity::update_many()
            .col_expr(Column::State, Expr::value(if given.is_some() { ALLOWED } else { DENIED }))
            .col_expr(Column::GrantId, Expr::value(given.map(|grant| grant.id.to_string())))
            .filter(Column::Key.eq(key.as_str()))
            .filter(Column::State.eq(WAITING))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .exec(self.db())
            .await?;
        if answered.rows_affected != 1 {
            return Ok(false);
        }
        if let Some(given) = given {
            let row = grant::Model::of(given)?.into_active_model();
            grant::Entity::insert(row).exec_without_returning(self.db()).await?;
        }
        Ok(true)
    }
}

/// Those among `asked` that are allowed, unused and alive become used.
pub async fn consume<'a, C: ConnectionTrait>(
    db: &C,
    asked: impl Iterator<Item = &'a TokenKey>,
    now: Timestamp,
) -> Result<HashSet<String>, StoreError> {
    let used = Entity::update_many()
        .col_expr(Column::State, Expr::value(USED))
        .filter(Column::Key.is_in(asked.map(TokenKey::as_str)))
        .filter(Column::State.eq(ALLOWED))
        .filter(Column::ExpiresAt.gt(now.as_millis()))
        .exec_with_returning(db)
        .await?;
    Ok(used.into_iter().map(|row| row.key).collect())
}

fn by_key(key: &TokenKey) -> Select<Entity> {
    Entity::find().filter(Column::Key.eq(key.as_str()))
}

async fn find<C: ConnectionTrait>(db: &C, select: Select<Entity>) -> Result<Option<DeviceCode>, StoreError> {
    only(db, select).await?.map(Model::read).transpose()
}

fn seconds(interval: Duration) -> Result<i64, StoreError> {
    i64::try_from(interval.as_secs()).map_err(|_| StoreError::Corrupt { what: "device interval" })
}

impl Model {
    fn of(code: &DeviceCode) -> Result<Self, StoreError> {
        let state = match code.state {
            DeviceState::Waiting => WAITING,
            DeviceState::Allowed(_) => ALLOWED,
            DeviceState::Denied => DENIED,
            DeviceState::Used(_) => USED,
        };
        Ok(Self {
            key: code.key.as_str().to_owned(),
            tenant: code.tenant.to_string(),
            client: code.client.to_string(),
            user_code: code.user_code.clone(),
            scope: code.scope.to_string(),
            resources: json(&code.resources, "resources")?,
            state: state.to_owned(),
            grant_id: code.grant().map(|grant| grant.to_string()),
            interval_seconds: seconds(code.interval)?,
            polled_at: millis(code.polled_at),
            expires_at: code.expires_at.as_millis(),
        })
    }

    fn read(self) -> Result<DeviceCode, StoreError> {
        let grant = self.grant_id.as_deref().map(|id| uuid(id, "grant id").map(GrantId)).transpose()?;
        let state = match (self.state.as_str(), grant) {
            (WAITING, None) => DeviceState::Waiting,
            (ALLOWED, Some(grant)) => DeviceState::Allowed(grant),
            (DENIED, None) => DeviceState::Denied,
            (USED, Some(grant)) => DeviceState::Used(grant),
            _ => return Err(StoreError::Corrupt { what: "device code state" }),
        };
        Ok(DeviceCode {
            key: TokenKey::from_stored(self.key),
            tenant: TenantId::new(self.tenant),
            client: ClientId::new(self.client),
            user_code: self.user_code,
            scope: Scope::parse(&self.scope),
            resources: from_json(&self.resources, "resources")?,
            state,
            interval: Duration::from_secs(count(self.interval_seconds, "device interval")?.into()),
            polled_at: instant(self.polled_at),
            expires_at: Timestamp::from_millis(self.expires_at),
        })
    }
}
