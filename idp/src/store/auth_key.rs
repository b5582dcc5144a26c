//! Auth keys (SR-22, SR-23, SR-24).

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, Select,
    sea_query::Expr,
};

use crate::domain::{
    auth_key::{AuthKey, AuthKeyState},
    clock::Timestamp,
    ids::{AccountId, AuthKeyId, LetterId, LoginId},
    login::Login,
};

use super::{
    Store, StoreError, Tx, Window,
    entity::auth_key::{Column, Entity, Model},
    stored::{Word, count, only, uuid},
    transaction::window,
};

impl Store {
    /// The key that this login was sent last, whatever its state.
    pub async fn latest_auth_key(&self, login: &Login) -> Result<Option<AuthKey>, StoreError> {
        latest(self.reader(), login).await
    }

    /// The keys that this login was sent.
    pub async fn auth_keys_of_login(&self, login: &Login) -> Result<Window, StoreError> {
        window(self.reader(), of_login(login), Column::CreatedAt).await
    }

    /// The keys that an account was sent since then.
    pub async fn auth_keys_since(&self, account: AccountId, since: Timestamp) -> Result<Window, StoreError> {
        window(self.reader(), of_account_since(account, since), Column::CreatedAt).await
    }
}

impl Tx {
    pub async fn insert_auth_key(&self, key: &AuthKey) -> Result<(), StoreError> {
        Entity::insert(Model::of(key).into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    pub async fn auth_key(&self, id: AuthKeyId) -> Result<Option<AuthKey>, StoreError> {
        let select = Entity::find().filter(Column::Id.eq(id.to_string()));
        only(self.db(), select).await?.map(Model::read).transpose()
    }

    pub async fn latest_auth_key(&self, login: &Login) -> Result<Option<AuthKey>, StoreError> {
        latest(self.db(), login).await
    }

    /// Counts a try before it is compared; none if the key is not open, has expired or has no try left.
    pub async fn spend_auth_key_try(
        &self,
        id: AuthKeyId,
        max_tries: u32,
        now: Timestamp,
    ) -> Result<Option<AuthKey>, StoreError> {
        let spent = Entity::update_many()
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::Tries.lt(i64::from(max_tries)))
            .filter(Column::State.eq(AuthKeyState::Open.word()))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .exec_with_returning(self.db())
            .await?;
        spent.into_iter().next().map(Model::read).transpose()
    }

    /// Uses the key up; false if somebody was faster or it has expired.
    pub async fn consume_auth_key(&self, id: AuthKeyId, now: Timestamp) -> Result<bool, StoreError> {
        let used = Entity::update_many()
            .col_expr(Column::State, Expr::value(AuthKeyState::Used.word()))
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::State.eq(AuthKeyState::Open.word()))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .exec(self.db())
            .await?;
        Ok(used.rows_affected == 1)
    }

    /// Too many wrong entries; false if it was not open.
    pub async fn kill_auth_key(&self, id: AuthKeyId) -> Result<bool, StoreError> {
        let killed = Entity::update_many()
            .col_expr(Column::State, Expr::value(AuthKeyState::Dead.word()))
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::State.eq(AuthKeyState::Open.word()))
            .exec(self.db())
            .await?;
        Ok(killed.rows_affected == 1)
    }

    /// The login's open keys are replaced; their letters are returned, so that those which still wait can be withdrawn.
    pub async fn replace_auth_keys(&self, login: &Login) -> Result<Vec<LetterId>, StoreError> {
        self.replace(Column::Login.eq(login.id.as_str()).and(Column::Account.eq(login.account.to_string()))).await
    }

    /// The same for all logins of an account.
    pub async fn replace_auth_keys_of_account(&self, account: AccountId) -> Result<Vec<LetterId>, StoreError> {
        self.replace(Column::Account.eq(account.to_string())).await
    }

    async fn replace(&self, whose: Expr) -> Result<Vec<LetterId>, StoreError> {
        let replaced = Entity::update_many()
            .col_expr(Column::State, Expr::value(AuthKeyState::Replaced.word()))
            .filter(whose)
            .filter(Column::State.eq(AuthKeyState::Open.word()))
            .exec_with_returning(self.db())
            .await?;
        replaced.iter().map(|row| uuid(&row.letter, "letter id").map(LetterId)).collect()
    }

    /// As [`Store::auth_keys_of_login`], and nobody adds one until this transaction ends.
    pub async fn auth_keys_of_login(&self, login: &Login) -> Result<Window, StoreError> {
        self.hold_account(login.account).await?;
        window(self.db(), of_login(login), Column::CreatedAt).await
    }

    /// As [`Store::auth_keys_since`], and nobody adds one until this transaction ends.
    pub async fn auth_keys_since(&self, account: AccountId, since: Timestamp) -> Result<Window, StoreError> {
        self.hold_account(account).await?;
        window(self.db(), of_account_since(account, since), Column::CreatedAt).await
    }
}

/// Support codes are unique within a tenant only: the account tells the tenant.
fn of_login(login: &Login) -> Select<Entity> {
    Entity::find().filter(Column::Account.eq(login.account.to_string())).filter(Column::Login.eq(login.id.as_str()))
}

fn of_account_since(account: AccountId, since: Timestamp) -> Select<Entity> {
    Entity::find().filter(Column::Account.eq(account.to_string())).filter(Column::CreatedAt.gt(since.as_millis()))
}

async fn latest<C: ConnectionTrait>(db: &C, login: &Login) -> Result<Option<AuthKey>, StoreError> {
    let select = of_login(login).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
    only(db, select).await?.map(Model::read).transpose()
}

impl Model {
    fn of(key: &AuthKey) -> Self {
        Self {
            id: key.id.to_string(),
            login: key.login.to_string(),
            account: key.account.to_string(),
            mac: key.mac.clone(),
            reference: key.reference.clone(),
            tries: key.tries.into(),
            state: key.state.word().to_owned(),
            letter: key.letter.to_string(),
            created_at: key.created_at.as_millis(),
            expires_at: key.expires_at.as_millis(),
        }
    }

    fn read(self) -> Result<AuthKey, StoreError> {
        Ok(AuthKey {
            id: AuthKeyId(uuid(&self.id, "auth key id")?),
            login: LoginId::new(self.login),
            account: AccountId(uuid(&self.account, "account id")?),
            mac: self.mac,
            reference: self.reference,
            tries: count(self.tries, "tries")?,
            state: AuthKeyState::read(&self.state, "auth key state")?,
            letter: LetterId(uuid(&self.letter, "letter id")?),
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
        })
    }
}
