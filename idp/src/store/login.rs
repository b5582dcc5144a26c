//! Logins.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Select, sea_query::OnConflict,
};

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, LoginId, SessionId, TenantId, UpstreamId},
    language::Language,
    login::Login,
};

use super::{
    Store, StoreError, Tx,
    entity::login::{Column, Entity, Model},
    stored::{Word, from_json, instant, json, millis, only, uuid},
};

impl Store {
    pub async fn login(&self, tenant: &TenantId, id: &LoginId) -> Result<Option<Login>, StoreError> {
        find(self.reader(), by_id(tenant, id)).await
    }
}

impl Tx {
    pub async fn login(&self, tenant: &TenantId, id: &LoginId) -> Result<Option<Login>, StoreError> {
        find(self.db(), by_id(tenant, id).lock_exclusive()).await
    }

    /// False if this login is a row already: the upstream's answer came twice.
    pub async fn insert_login(&self, login: &Login) -> Result<bool, StoreError> {
        let rows = Entity::insert(Model::of(login)?.into_active_model())
            .on_conflict(OnConflict::columns([Column::Tenant, Column::Id]).do_nothing().to_owned())
            .exec_without_returning(self.db())
            .await?;
        Ok(rows == 1)
    }

    /// Saves by compare-and-swap on `version`; the row's version is one higher afterwards.
    pub async fn save_login(&self, login: &Login) -> Result<(), StoreError> {
        let mut row = Model::of(login)?.into_active_model().reset_all();
        row.version = Set(login.version + 1);
        let saved = Entity::update_many()
            .set(row)
            .filter(Column::Tenant.eq(login.tenant.as_str()))
            .filter(Column::Id.eq(login.id.as_str()))
            .filter(Column::Version.eq(login.version))
            .exec(self.db())
            .await?;
        if saved.rows_affected == 1 { Ok(()) } else { Err(self.stale()) }
    }

    /// They are over for every browser.
    pub async fn remove_logins_of_account(&self, account: AccountId) -> Result<(), StoreError> {
        Entity::delete_many().filter(Column::Account.eq(account.to_string())).exec(self.db()).await?;
        Ok(())
    }
}

fn by_id(tenant: &TenantId, id: &LoginId) -> Select<Entity> {
    Entity::find().filter(Column::Tenant.eq(tenant.as_str())).filter(Column::Id.eq(id.as_str()))
}

async fn find<C: ConnectionTrait>(db: &C, select: Select<Entity>) -> Result<Option<Login>, StoreError> {
    only(db, select).await?.map(Model::read).transpose()
}

impl Model {
    fn of(login: &Login) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: login.tenant.to_string(),
            id: login.id.to_string(),
            version: login.version,
            secret_hash: login.secret_hash.clone(),
            account: login.account.to_string(),
            upstream: login.upstream.to_string(),
            destination: json(&login.destination, "destination")?,
            proofs: json(&login.proofs, "proofs")?,
            session: login.session.map(|session| session.to_string()),
            language: login.language.word().to_owned(),
            begun_at: login.begun_at.as_millis(),
            pressed_at: login.pressed_at.as_millis(),
            finished_at: millis(login.finished_at),
        })
    }

    fn read(self) -> Result<Login, StoreError> {
        let session = self.session.map(|id| uuid(&id, "session id")).transpose()?;
        Ok(Login {
            id: LoginId::new(self.id),
            tenant: TenantId::new(self.tenant),
            version: self.version,
            secret_hash: self.secret_hash,
            account: AccountId(uuid(&self.account, "account id")?),
            upstream: UpstreamId::new(self.upstream),
            destination: from_json(&self.destination, "destination")?,
            proofs: from_json(&self.proofs, "proofs")?,
            session: session.map(SessionId),
            language: Language::read(&self.language, "language")?,
            begun_at: Timestamp::from_millis(self.begun_at),
            pressed_at: Timestamp::from_millis(self.pressed_at),
            finished_at: instant(self.finished_at),
        })
    }
}
