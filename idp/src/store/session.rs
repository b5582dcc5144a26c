//! Browser sessions.

use std::sync::Arc;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, Select,
    sea_query::Expr,
};

use crate::domain::{
    browser::Browser,
    clock::Timestamp,
    ids::{AccountId, LoginId, SessionId, TenantId},
    secret::TokenKey,
    session::Session,
};

use super::{
    Store, StoreError, Tx,
    entity::session::{Column, Entity, Model},
    stored::{from_json, instant, json, millis, only, uuid},
};

impl Store {
    /// Cached; ended ones are found too, the caller asks `is_live`.
    pub async fn session(&self, key: &TokenKey) -> Result<Option<Arc<Session>>, StoreError> {
        let select = Entity::find().filter(Column::Key.eq(key.as_str()));
        self.caches().sessions.get_or_load(key, find(self.reader(), select)).await
    }

    pub async fn session_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        find(self.reader(), by_id(id)).await
    }

    /// Those that have not been ended, the newest first.
    pub async fn sessions_of_account(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        let select = Entity::find()
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::EndedAt.is_null())
            .order_by_desc(Column::CreatedAt);
        select.all(self.reader()).await?.into_iter().map(Model::read).collect()
    }
}

impl Tx {
    pub async fn session_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        find(self.db(), by_id(id)).await
    }

    pub async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        Entity::insert(Model::of(session)?.into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// The same session under a new key and with new proofs; the old key is dead from then on (SR-2).
    /// False if the old key was dead already or its session has ended: nothing is written.
    pub async fn raise_session(&self, old: &TokenKey, session: &Session) -> Result<bool, StoreError> {
        let raised = Entity::update_many()
            .col_expr(Column::Key, Expr::value(session.key.as_str()))
            .col_expr(Column::Proofs, Expr::value(json(&session.proofs, "proofs")?))
            .col_expr(Column::UsedAt, Expr::value(session.used_at.as_millis()))
            .filter(Column::Key.eq(old.as_str()))
            .filter(Column::Id.eq(session.id.to_string()))
            .filter(Column::Account.eq(session.account.to_string()))
            .filter(Column::EndedAt.is_null())
            .exec(self.db())
            .await?;
        self.changes().sessions.extend([old.clone(), session.key.clone()]);
        Ok(raised.rows_affected == 1)
    }

    /// False if it had ended already.
    pub async fn end_session(&self, id: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(!self.end(Column::Id.eq(id.to_string()), at).await?.is_empty())
    }

    /// Ends all sessions of an account but one; says which.
    pub async fn end_sessions_of_account(
        &self,
        account: AccountId,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        let whose = Column::Account.eq(account.to_string());
        match except {
            Some(kept) => self.end(whose.and(Column::Id.ne(kept.to_string())), at).await,
            None => self.end(whose, at).await,
        }
    }

    async fn end(&self, which: Expr, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let ended = Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(at.as_millis()))
            .filter(which)
            .filter(Column::EndedAt.is_null())
            .exec_with_returning(self.db())
            .await?;
        self.changes().sessions.extend(ended.iter().map(|row| TokenKey::from_stored(row.key.clone())));
        ended.iter().map(|row| uuid(&row.id, "session id").map(SessionId)).collect()
    }
}

fn by_id(id: SessionId) -> Select<Entity> {
    Entity::find().filter(Column::Id.eq(id.to_string()))
}

async fn find<C: ConnectionTrait>(db: &C, select: Select<Entity>) -> Result<Option<Session>, StoreError> {
    only(db, select).await?.map(Model::read).transpose()
}

impl Model {
    fn of(session: &Session) -> Result<Self, StoreError> {
        Ok(Self {
            key: session.key.as_str().to_owned(),
            id: session.id.to_string(),
            tenant: session.tenant.to_string(),
            account: session.account.to_string(),
            proofs: json(&session.proofs, "proofs")?,
            login: session.login.as_ref().map(ToString::to_string),
            browser: session.browser.map(|browser| browser.to_string()),
            created_at: session.created_at.as_millis(),
            used_at: session.used_at.as_millis(),
            ended_at: millis(session.ended_at),
        })
    }

    fn read(self) -> Result<Session, StoreError> {
        Ok(Session {
            id: SessionId(uuid(&self.id, "session id")?),
            key: TokenKey::from_stored(self.key),
            tenant: TenantId::new(self.tenant),
            account: AccountId(uuid(&self.account, "account id")?),
            proofs: from_json(&self.proofs, "proofs")?,
            login: self.login.map(LoginId::new),
            // A name that is no longer known is no reason to lose a session.
            browser: self.browser.as_deref().and_then(Browser::from_text),
            created_at: Timestamp::from_millis(self.created_at),
            used_at: Timestamp::from_millis(self.used_at),
            ended_at: instant(self.ended_at),
        })
    }
}
