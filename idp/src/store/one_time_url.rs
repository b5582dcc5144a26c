//! One-time URLs (SR-37, SR-38, SR-39).

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, Select,
    sea_query::Expr,
};

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, LetterId, LoginId, SessionId, TenantId},
    language::Language,
    login::Login,
    one_time_url::{OneTimeUrl, OneTimeUrlState, Purpose},
    secret::Sealed,
};

use super::{
    Store, StoreError, Tx, Window,
    entity::one_time_url::{Column, Entity, Model},
    stored::{Word, count, only, uuid},
    transaction::window,
};

impl Store {
    /// By the stored hash of its token, whatever its state.
    pub async fn one_time_url(&self, key: &str) -> Result<Option<OneTimeUrl>, StoreError> {
        find(self.reader(), Entity::find().filter(Column::Key.eq(key))).await
    }

    /// The newest open link that this login waits for; it may have expired.
    pub async fn pending_url(&self, login: &Login, purpose: Purpose) -> Result<Option<OneTimeUrl>, StoreError> {
        find(self.reader(), pending(login, purpose)).await
    }

    /// The newest link that a session asked for, whatever became of it.
    pub async fn url_of_session(
        &self,
        account: AccountId,
        session: SessionId,
        purpose: Purpose,
    ) -> Result<Option<OneTimeUrl>, StoreError> {
        find(self.reader(), of_session(account, session, purpose)).await
    }

    pub async fn one_time_urls_since(
        &self,
        account: AccountId,
        purposes: &[Purpose],
        since: Timestamp,
    ) -> Result<Window, StoreError> {
        window(self.reader(), of_account_since(account, purposes, since), Column::CreatedAt).await
    }
}

impl Tx {
    pub async fn url_of_session(
        &self,
        account: AccountId,
        session: SessionId,
        purpose: Purpose,
    ) -> Result<Option<OneTimeUrl>, StoreError> {
        find(self.db(), of_session(account, session, purpose)).await
    }

    pub async fn insert_one_time_url(&self, url: &OneTimeUrl) -> Result<(), StoreError> {
        Entity::insert(Model::of(url).into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    pub async fn one_time_url(&self, key: &str) -> Result<Option<OneTimeUrl>, StoreError> {
        find(self.db(), Entity::find().filter(Column::Key.eq(key))).await
    }

    pub async fn pending_url(&self, login: &Login, purpose: Purpose) -> Result<Option<OneTimeUrl>, StoreError> {
        find(self.db(), pending(login, purpose)).await
    }

    /// Uses the link up; false if somebody was faster or it has expired.
    pub async fn consume_one_time_url(&self, key: &str, now: Timestamp) -> Result<bool, StoreError> {
        let used = Entity::update_many()
            .col_expr(Column::State, Expr::value(OneTimeUrlState::Used.word()))
            .filter(Column::Key.eq(key))
            .filter(Column::State.eq(OneTimeUrlState::Open.word()))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .exec(self.db())
            .await?;
        Ok(used.rows_affected == 1)
    }

    /// The account's open links of this purpose are replaced; their letters are returned, so that those which still wait
    /// can be withdrawn.
    pub async fn replace_one_time_urls(
        &self,
        account: AccountId,
        purpose: Purpose,
    ) -> Result<Vec<LetterId>, StoreError> {
        let replaced = Entity::update_many()
            .col_expr(Column::State, Expr::value(OneTimeUrlState::Replaced.word()))
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::Purpose.eq(purpose.word()))
            .filter(Column::State.eq(OneTimeUrlState::Open.word()))
            .exec_with_returning(self.db())
            .await?;
        replaced.iter().map(|row| uuid(&row.letter, "letter id").map(LetterId)).collect()
    }

    /// The same, whatever they are for.
    pub async fn replace_all_one_time_urls(&self, account: AccountId) -> Result<Vec<LetterId>, StoreError> {
        let mut letters = Vec::new();
        for (purpose, _) in Purpose::WORDS {
            letters.extend(self.replace_one_time_urls(account, *purpose).await?);
        }
        Ok(letters)
    }

    /// Counts a try of the short code before it is compared; none if the link is not open, has expired or has no try left.
    pub async fn spend_url_code_try(
        &self,
        key: &str,
        max_tries: u32,
        now: Timestamp,
    ) -> Result<Option<OneTimeUrl>, StoreError> {
        let spent = Entity::update_many()
            .col_expr(Column::CodeTries, Expr::col(Column::CodeTries).add(1))
            .filter(Column::Key.eq(key))
            .filter(Column::CodeTries.lt(i64::from(max_tries)))
            .filter(Column::State.eq(OneTimeUrlState::Open.word()))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .exec_with_returning(self.db())
            .await?;
        spent.into_iter().next().map(Model::read).transpose()
    }

    /// As [`Store::one_time_urls_since`], and nobody adds one until this transaction ends.
    pub async fn one_time_urls_since(
        &self,
        account: AccountId,
        purposes: &[Purpose],
        since: Timestamp,
    ) -> Result<Window, StoreError> {
        self.hold_account(account).await?;
        window(self.db(), of_account_since(account, purposes, since), Column::CreatedAt).await
    }

    /// The links that went to one address, whoever asked.
    pub async fn one_time_urls_to_since(
        &self,
        tenant: &TenantId,
        address_index: &str,
        since: Timestamp,
    ) -> Result<Window, StoreError> {
        let select = Entity::find()
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::AddressIndex.eq(address_index))
            .filter(Column::CreatedAt.gt(since.as_millis()));
        window(self.db(), select, Column::CreatedAt).await
    }
}

fn of_account_since(account: AccountId, purposes: &[Purpose], since: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::Account.eq(account.to_string()))
        .filter(Column::Purpose.is_in(purposes.iter().map(|purpose| purpose.word())))
        .filter(Column::CreatedAt.gt(since.as_millis()))
}

fn pending(login: &Login, purpose: Purpose) -> Select<Entity> {
    Entity::find()
        .filter(Column::Account.eq(login.account.to_string()))
        .filter(Column::Login.eq(login.id.as_str()))
        .filter(Column::Purpose.eq(purpose.word()))
        .filter(Column::State.eq(OneTimeUrlState::Open.word()))
        .order_by_asc(Column::CreatedAt)
}

fn of_session(account: AccountId, session: SessionId, purpose: Purpose) -> Select<Entity> {
    Entity::find()
        .filter(Column::Account.eq(account.to_string()))
        .filter(Column::Session.eq(session.to_string()))
        .filter(Column::Purpose.eq(purpose.word()))
        .order_by_asc(Column::CreatedAt)
}

async fn find<C: ConnectionTrait>(db: &C, select: Select<Entity>) -> Result<Option<OneTimeUrl>, StoreError> {
    only(db, select).await?.map(Model::read).transpose()
}

impl Model {
    fn of(url: &OneTimeUrl) -> Self {
        Self {
            key: url.key.clone(),
            tenant: url.tenant.to_string(),
            purpose: url.purpose.word().to_owned(),
            account: url.account.to_string(),
            login: url.login.as_ref().map(ToString::to_string),
            session: url.session.map(|session| session.to_string()),
            address: url.address.0.clone(),
            address_index: url.address_index.clone(),
            code_mac: url.code_mac.clone(),
            code_tries: url.code_tries.into(),
            credential_version: url.credential_version,
            state: url.state.word().to_owned(),
            letter: url.letter.to_string(),
            language: url.language.word().to_owned(),
            created_at: url.created_at.as_millis(),
            expires_at: url.expires_at.as_millis(),
        }
    }

    fn read(self) -> Result<OneTimeUrl, StoreError> {
        Ok(OneTimeUrl {
            key: self.key,
            tenant: TenantId::new(self.tenant),
            purpose: Purpose::read(&self.purpose, "purpose")?,
            account: AccountId(uuid(&self.account, "account id")?),
            login: self.login.map(LoginId::new),
            session: self.session.map(|id| uuid(&id, "session id").map(SessionId)).transpose()?,
            address: Sealed(self.address),
            address_index: self.address_index,
            code_mac: self.code_mac,
            code_tries: count(self.code_tries, "tries")?,
            credential_version: self.credential_version,
            state: OneTimeUrlState::read(&self.state, "link state")?,
            letter: LetterId(uuid(&self.letter, "letter id")?),
            language: Language::read(&self.language, "language")?,
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
        })
    }
}
