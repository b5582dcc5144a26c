//! Accounts.

use std::sync::Arc;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::OnConflict,
};

use crate::domain::{
    account::{Account, AccountStatus, RegisteredEmail, SecondPasswordHash},
    authenticator::Authenticator,
    clock::Timestamp,
    ids::{AccountId, Subject, TenantId, UpstreamId},
    language::Language,
    secret::Sealed,
};

use super::{
    Store, StoreError, Tx,
    entity::account::{Column, Entity, Model},
    stored::{Word, from_json, instant, json, millis, only, uuid},
};

impl Store {
    /// Cached.
    pub async fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, StoreError> {
        self.caches().accounts.get_or_load(&id, find(self.reader(), by_id(id))).await
    }

    pub async fn account_by_upstream(
        &self,
        tenant: &TenantId,
        upstream: &UpstreamId,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        find(self.reader(), by_upstream(tenant, upstream, subject)).await
    }

    pub async fn account_by_subject(
        &self,
        tenant: &TenantId,
        subject: &Subject,
    ) -> Result<Option<Account>, StoreError> {
        find(self.reader(), of(tenant).filter(Column::Subject.eq(&*subject.0))).await
    }

    /// All accounts with this confirmed address, by its index under any of the keys.
    pub async fn accounts_by_email(&self, tenant: &TenantId, indexes: &[String]) -> Result<Vec<Account>, StoreError> {
        list(self.reader(), of(tenant).filter(Column::EmailIndex.is_in(indexes))).await
    }

    /// All accounts that type this user ID, for the help desk.
    pub async fn accounts_by_user_id(&self, tenant: &TenantId, user_id: &str) -> Result<Vec<Account>, StoreError> {
        list(self.reader(), of(tenant).filter(Column::UserId.eq(user_id))).await
    }
}

impl Tx {
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        find(self.db(), by_id(id).lock_exclusive()).await
    }

    pub async fn account_by_upstream(
        &self,
        tenant: &TenantId,
        upstream: &UpstreamId,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        find(self.db(), by_upstream(tenant, upstream, subject).lock_exclusive()).await
    }

    /// False if this person has an account already.
    pub async fn insert_account(&self, account: &Account) -> Result<bool, StoreError> {
        self.refuse_erased(&account.tenant, &account.subject).await?;
        let rows = Entity::insert(Model::of(account)?.into_active_model())
            .on_conflict(
                OnConflict::columns([Column::Tenant, Column::Upstream, Column::UpstreamSubject])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(self.db())
            .await?;
        Ok(rows == 1)
    }

    /// Saves by compare-and-swap on `version`; the row's version is one higher afterwards.
    pub async fn save_account(&self, account: &Account) -> Result<(), StoreError> {
        let mut row = Model::of(account)?.into_active_model().reset_all();
        row.version = Set(account.version + 1);
        let saved = Entity::update_many()
            .set(row)
            .filter(Column::Id.eq(account.id.to_string()))
            .filter(Column::Version.eq(account.version))
            .exec(self.db())
            .await?;
        self.changes().accounts.push(account.id);
        if saved.rows_affected == 1 { Ok(()) } else { Err(self.stale()) }
    }

    /// All accounts with this confirmed address, held until this transaction ends, so that what is allowed by counting
    /// an address's mails is not allowed twice.
    pub async fn hold_address(&self, tenant: &TenantId, indexes: &[String]) -> Result<(), StoreError> {
        let select = of(tenant).filter(Column::EmailIndex.is_in(indexes)).order_by_asc(Column::Id).lock_exclusive();
        select.select_only().column(Column::Id).into_tuple::<String>().all(self.db()).await?;
        Ok(())
    }

    /// Holds an account until this transaction ends, so that what it is allowed by counting is not allowed twice.
    pub(super) async fn hold_account(&self, id: AccountId) -> Result<(), StoreError> {
        by_id(id).select_only().column(Column::Id).lock_exclusive().into_tuple::<String>().all(self.db()).await?;
        Ok(())
    }
}

fn by_id(id: AccountId) -> Select<Entity> {
    Entity::find().filter(Column::Id.eq(id.to_string()))
}

fn of(tenant: &TenantId) -> Select<Entity> {
    Entity::find().filter(Column::Tenant.eq(tenant.as_str()))
}

fn by_upstream(tenant: &TenantId, upstream: &UpstreamId, subject: &str) -> Select<Entity> {
    of(tenant).filter(Column::Upstream.eq(upstream.as_str())).filter(Column::UpstreamSubject.eq(subject))
}

async fn find<C: ConnectionTrait>(db: &C, select: Select<Entity>) -> Result<Option<Account>, StoreError> {
    only(db, select).await?.map(Model::read).transpose()
}

async fn list<C: ConnectionTrait>(db: &C, select: Select<Entity>) -> Result<Vec<Account>, StoreError> {
    select.order_by_asc(Column::Id).all(db).await?.into_iter().map(Model::read).collect()
}

const NO_STEP: StoreError = StoreError::Corrupt { what: "authenticator" };

fn step(step: u64) -> Result<i64, StoreError> {
    i64::try_from(step).map_err(|_| NO_STEP)
}

impl Model {
    fn of(account: &Account) -> Result<Self, StoreError> {
        let (email, password) = (account.email.as_ref(), account.second_password.as_ref());
        let app = account.authenticator.as_ref();
        Ok(Self {
            id: account.id.to_string(),
            tenant: account.tenant.to_string(),
            upstream: account.upstream.to_string(),
            upstream_subject: account.upstream_subject.clone(),
            subject: account.subject.to_string(),
            user_id: account.user_id.clone(),
            attributes: json(&account.attributes, "attributes")?,
            email_address: email.map(|email| email.address.0.clone()),
            email_index: email.map(|email| email.index.clone()),
            email_registered_at: millis(email.map(|email| email.registered_at)),
            email_confirmed_at: millis(email.map(|email| email.confirmed_at)),
            email_undeliverable: email.is_some_and(|email| email.undeliverable),
            second_password: password.map(|password| password.hash.clone()),
            second_password_set_at: millis(password.map(|password| password.set_at)),
            second_password_changed_at: millis(password.map(|password| password.changed_at)),
            authenticator_secret: app.map(|app| app.secret.0.clone()),
            authenticator_enrolled_at: millis(app.map(|app| app.enrolled_at)),
            authenticator_last_step: app.map(|app| step(app.last_step)).transpose()?,
            two_factor: account.two_factor,
            language: account.language.map(|language| language.word().to_owned()),
            status: account.status.word().to_owned(),
            credential_version: account.credential_version,
            version: account.version,
            created_at: account.created_at.as_millis(),
        })
    }

    pub(super) fn read(self) -> Result<Account, StoreError> {
        let email = match (self.email_address, self.email_index, self.email_registered_at, self.email_confirmed_at) {
            (Some(address), Some(index), Some(registered_at), Some(confirmed_at)) => Some(RegisteredEmail {
                address: Sealed(address),
                index,
                registered_at: Timestamp::from_millis(registered_at),
                confirmed_at: Timestamp::from_millis(confirmed_at),
                undeliverable: self.email_undeliverable,
            }),
            (None, None, None, None) => None,
            _ => return Err(StoreError::Corrupt { what: "registered address" }),
        };
        let times = (instant(self.second_password_set_at), instant(self.second_password_changed_at));
        let second_password = match (self.second_password, times) {
            (Some(hash), (Some(set_at), Some(changed_at))) => Some(SecondPasswordHash { hash, set_at, changed_at }),
            (None, (None, None)) => None,
            _ => return Err(StoreError::Corrupt { what: "second password" }),
        };
        let numbers = (self.authenticator_enrolled_at, self.authenticator_last_step);
        let authenticator = match (self.authenticator_secret, numbers) {
            (Some(secret), (Some(enrolled_at), Some(last_step))) => Some(Authenticator {
                secret: Sealed(secret),
                enrolled_at: Timestamp::from_millis(enrolled_at),
                last_step: u64::try_from(last_step).map_err(|_| NO_STEP)?,
            }),
            (None, (None, None)) => None,
            _ => return Err(NO_STEP),
        };
        Ok(Account {
            id: AccountId(uuid(&self.id, "account id")?),
            tenant: TenantId::new(self.tenant),
            upstream: UpstreamId::new(self.upstream),
            upstream_subject: self.upstream_subject,
            subject: Subject(self.subject.into()),
            user_id: self.user_id,
            attributes: from_json(&self.attributes, "attributes")?,
            email,
            second_password,
            authenticator,
            two_factor: self.two_factor,
            language: self.language.map(|tag| Language::read(&tag, "language")).transpose()?,
            status: AccountStatus::read(&self.status, "account status")?,
            credential_version: self.credential_version,
            version: self.version,
            created_at: Timestamp::from_millis(self.created_at),
        })
    }
}
