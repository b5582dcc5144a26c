//! Grants and what hangs on them.

use std::sync::Arc;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, IdenStatic, IntoActiveModel, Iterable,
    QueryFilter, QueryOrder, Select,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::domain::{
    clock::Timestamp,
    confirmation::Confirmation,
    grant::{AccessToken, AuthorizationCode, Grant, Origin, RefreshState, RefreshToken},
    ids::{AccountId, ClientId, GrantId, SessionId, TenantId},
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    scope::Scope,
    secret::TokenKey,
};

use super::{
    Store, StoreError, Tx,
    entity::{access_token, account, authorization_code, grant, refresh_token},
    purge::first_id_of,
    stored::{OPEN, REVOKED, USED, from_json, instant, json, millis, only, uuid},
};

impl Store {
    /// Cached.
    pub async fn grant(&self, id: GrantId) -> Result<Option<Arc<Grant>>, StoreError> {
        let load = async { only(self.reader(), by_id(id)).await?.map(grant::Model::read).transpose() };
        self.caches().grants.get_or_load(&id, load).await
    }

    /// Cached; a stale entry can only lead to a refusal.
    pub async fn authorization_code(&self, key: &TokenKey) -> Result<Option<Arc<AuthorizationCode>>, StoreError> {
        use authorization_code::{Column, Entity, Model};
        let select = Entity::find().filter(Column::Key.eq(key.as_str()));
        let load = async { only(self.reader(), select).await?.map(Model::read).transpose() };
        self.caches().codes.get_or_load(key, load).await
    }

    /// Cached. One that is not in memory comes with its grant and account by one statement: they are asked for next.
    pub async fn access_token(&self, key: &TokenKey) -> Result<Option<Arc<AccessToken>>, StoreError> {
        let caches = self.caches();
        let (grants, accounts) = (caches.grants.generation(), caches.accounts.generation());
        let load = async {
            let Some(row) = self.reader().query_all(&with_grant_and_account(key)).await?.pop() else { return Ok(None) };
            if let Some(grant) = grant::Model::from_query_result_optional(&row, "g_")? {
                let grant = grant.read()?;
                caches.grants.keep(grants, &grant.id.clone(), Arc::new(grant));
            }
            if let Some(account) = account::Model::from_query_result_optional(&row, "a_")? {
                let account = account.read()?;
                caches.accounts.keep(accounts, &account.id.clone(), Arc::new(account));
            }
            Ok(Some(access_token::Model::from_query_result(&row, "t_")?.read()?))
        };
        caches.access_tokens.get_or_load(key, load).await
    }

    /// Cached; a stale entry can only lead to a refusal.
    pub async fn refresh_token(&self, key: &TokenKey) -> Result<Option<Arc<RefreshToken>>, StoreError> {
        use refresh_token::{Column, Entity, Model};
        let select = Entity::find().filter(Column::Key.eq(key.as_str()));
        let load = async { only(self.reader(), select).await?.map(Model::read).transpose() };
        self.caches().refresh_tokens.get_or_load(key, load).await
    }

    /// What has not been revoked, the newest first.
    pub async fn grants_of_account(&self, account: AccountId) -> Result<Vec<Grant>, StoreError> {
        use grant::{Column, Entity, Model};
        let select = Entity::find()
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::RevokedAt.is_null())
            .order_by_desc(Column::CreatedAt);
        select.all(self.reader()).await?.into_iter().map(Model::read).collect()
    }
}

impl Tx {
    pub async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        only(self.db(), by_id(id)).await?.map(grant::Model::read).transpose()
    }

    pub async fn insert_grant_and_code(&self, grant: &Grant, code: &AuthorizationCode) -> Result<(), StoreError> {
        let grant = grant::Model::of(grant)?.into_active_model();
        grant::Entity::insert(grant).exec_without_returning(self.db()).await?;
        let code = authorization_code::Model::of(code).into_active_model();
        authorization_code::Entity::insert(code).exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// All its tokens end with it. False if it was revoked already.
    pub async fn revoke_grant(&self, id: GrantId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(!self.revoke(grant::Column::Id.eq(id.to_string()), at).await?.is_empty())
    }

    /// The account leads to the grants faster than the session does.
    pub async fn revoke_grants_of_session(
        &self,
        account: AccountId,
        session: SessionId,
        at: Timestamp,
    ) -> Result<Vec<GrantId>, StoreError> {
        let account = grant::Column::Account.eq(account.to_string());
        self.revoke(account.and(grant::Column::Session.eq(session.to_string())), at).await
    }

    /// Every grant of an account but those of one session, also where the session itself is long gone.
    pub async fn revoke_grants_of_account(
        &self,
        account: AccountId,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<GrantId>, StoreError> {
        let whose = grant::Column::Account.eq(account.to_string());
        match except {
            Some(kept) => self.revoke(whose.and(grant::Column::Session.ne(kept.to_string())), at).await,
            None => self.revoke(whose, at).await,
        }
    }

    /// Whatever the client was given of this account, by whichever session.
    pub async fn revoke_grants_of_client(
        &self,
        account: AccountId,
        client: &ClientId,
        at: Timestamp,
    ) -> Result<Vec<GrantId>, StoreError> {
        let account = grant::Column::Account.eq(account.to_string());
        self.revoke(account.and(grant::Column::Client.eq(client.as_str())), at).await
    }

    /// Whatever a client was given by anybody since it is there. By key range: ids begin with the time they were made.
    pub async fn revoke_all_grants_of_client(
        &self,
        tenant: &TenantId,
        client: &ClientId,
        (since, at): (Timestamp, Timestamp),
    ) -> Result<Vec<GrantId>, StoreError> {
        let whose = grant::Column::Tenant.eq(tenant.as_str()).and(grant::Column::Client.eq(client.as_str()));
        self.revoke(whose.and(grant::Column::Id.gte(first_id_of(since))), at).await
    }

    async fn revoke(&self, which: Expr, at: Timestamp) -> Result<Vec<GrantId>, StoreError> {
        let revoked = grant::Entity::update_many()
            .col_expr(grant::Column::RevokedAt, Expr::value(at.as_millis()))
            .filter(which)
            .filter(grant::Column::RevokedAt.is_null())
            .exec_with_returning(self.db())
            .await?;
        let ids = revoked.iter().map(|row| uuid(&row.id, "grant id").map(GrantId));
        let ids: Vec<GrantId> = ids.collect::<Result<_, _>>()?;
        self.changes().grants.extend(ids.iter().copied());
        Ok(ids)
    }

    /// False if it is unknown or revoked already.
    pub async fn revoke_access_token(&self, key: &TokenKey) -> Result<bool, StoreError> {
        let revoked = access_token::Entity::update_many()
            .col_expr(access_token::Column::State, Expr::value(REVOKED))
            .filter(access_token::Column::Key.eq(key.as_str()))
            .filter(access_token::Column::State.eq(OPEN))
            .exec(self.db())
            .await?;
        self.changes().access_tokens.push(key.clone());
        Ok(revoked.rows_affected == 1)
    }
}

impl Tx {
    /// For a token that carries all that is known of it: a row says that it is over. Nothing if it is said already.
    pub async fn insert_revoked(&self, token: &AccessToken) -> Result<(), StoreError> {
        let row = access_token::Model { state: REVOKED.to_owned(), ..access_token::Model::of(token)? };
        access_token::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing()
            .exec_without_returning(self.db())
            .await?;
        self.changes().access_tokens.push(token.key.clone());
        Ok(())
    }
}

fn with_grant_and_account(key: &TokenKey) -> SelectStatement {
    let mut select = Query::select();
    for column in access_token::Column::iter() {
        select.expr_as(Expr::col((access_token::Entity, column)), format!("t_{}", column.as_str()));
    }
    for column in grant::Column::iter() {
        select.expr_as(Expr::col((grant::Entity, column)), format!("g_{}", column.as_str()));
    }
    for column in account::Column::iter() {
        select.expr_as(Expr::col((account::Entity, column)), format!("a_{}", column.as_str()));
    }
    let of_token = (access_token::Entity, access_token::Column::GrantId);
    let of_grant = (grant::Entity, grant::Column::Account);
    select
        .from(access_token::Entity)
        .left_join(grant::Entity, Expr::col((grant::Entity, grant::Column::Id)).equals(of_token))
        .left_join(account::Entity, Expr::col((account::Entity, account::Column::Id)).equals(of_grant))
        .and_where(Expr::col((access_token::Entity, access_token::Column::Key)).eq(key.as_str()))
        .take()
}

fn by_id(id: GrantId) -> Select<grant::Entity> {
    grant::Entity::find().filter(grant::Column::Id.eq(id.to_string()))
}

fn grant_id(text: &str) -> Result<GrantId, StoreError> {
    uuid(text, "grant id").map(GrantId)
}

impl grant::Model {
    pub(super) fn of(grant: &Grant) -> Result<Self, StoreError> {
        Ok(Self {
            id: grant.id.to_string(),
            tenant: grant.tenant.to_string(),
            client: grant.client.to_string(),
            account: grant.account.to_string(),
            session: grant.session.to_string(),
            terms: json(&grant.terms, "terms")?,
            created_at: grant.created_at.as_millis(),
            revoked_at: millis(grant.revoked_at),
        })
    }

    fn read(self) -> Result<Grant, StoreError> {
        Ok(Grant {
            id: grant_id(&self.id)?,
            tenant: TenantId::new(self.tenant),
            client: ClientId::new(self.client),
            account: AccountId(uuid(&self.account, "account id")?),
            session: SessionId(uuid(&self.session, "session id")?),
            terms: from_json(&self.terms, "terms")?,
            created_at: Timestamp::from_millis(self.created_at),
            revoked_at: instant(self.revoked_at),
        })
    }
}

impl authorization_code::Model {
    pub(super) fn of(code: &AuthorizationCode) -> Self {
        Self {
            key: code.key.as_str().to_owned(),
            grant_id: code.grant.to_string(),
            redirect_uri: code.redirect_uri.as_str().to_owned(),
            code_challenge: code.code_challenge.as_ref().map(ToString::to_string),
            dpop_jkt: code.dpop_jkt.clone(),
            state: if code.used { USED } else { OPEN }.to_owned(),
            expires_at: code.expires_at.as_millis(),
        }
    }

    fn read(self) -> Result<AuthorizationCode, StoreError> {
        let corrupt = |what| StoreError::Corrupt { what };
        let challenge = self.code_challenge.map(CodeChallenge::try_from).transpose();
        Ok(AuthorizationCode {
            key: TokenKey::from_stored(self.key),
            grant: grant_id(&self.grant_id)?,
            // Not registered anew: what may be registered can change, what a client was sent to cannot.
            redirect_uri: serde_json::from_value::<RedirectUri>(self.redirect_uri.into())
                .map_err(|_| corrupt("redirect URI"))?,
            code_challenge: challenge.map_err(|_| corrupt("code challenge"))?,
            dpop_jkt: self.dpop_jkt,
            expires_at: Timestamp::from_millis(self.expires_at),
            used: self.state != OPEN,
        })
    }
}

/// `cnf` as it is kept.
fn confirmed(by: Option<&Confirmation>) -> Result<Option<String>, StoreError> {
    by.map(|by| json(by, "confirmation")).transpose()
}

fn confirmation(kept: Option<&str>) -> Result<Option<Confirmation>, StoreError> {
    kept.map(|kept| from_json(kept, "confirmation")).transpose()
}

impl access_token::Model {
    pub(super) fn of(token: &AccessToken) -> Result<Self, StoreError> {
        let (grant_id, tenant, client) = match &token.origin {
            Origin::Grant(grant) => (Some(grant.to_string()), None, None),
            Origin::Client(tenant, client) => (None, Some(tenant.to_string()), Some(client.to_string())),
        };
        Ok(Self {
            key: token.key.as_str().to_owned(),
            grant_id,
            tenant,
            client,
            scope: token.scope.to_string(),
            audience: token.audience.clone(),
            confirmation: confirmed(token.confirmation.as_ref())?,
            state: if token.revoked { REVOKED } else { OPEN }.to_owned(),
            created_at: token.created_at.as_millis(),
            expires_at: token.expires_at.as_millis(),
        })
    }

    fn read(self) -> Result<AccessToken, StoreError> {
        let origin = match (self.grant_id, self.tenant, self.client) {
            (Some(grant), None, None) => Origin::Grant(grant_id(&grant)?),
            (None, Some(tenant), Some(client)) => Origin::Client(TenantId::new(tenant), ClientId::new(client)),
            _ => return Err(StoreError::Corrupt { what: "access token origin" }),
        };
        Ok(AccessToken {
            key: TokenKey::from_stored(self.key),
            origin,
            scope: Scope::parse(&self.scope),
            audience: self.audience,
            confirmation: confirmation(self.confirmation.as_deref())?,
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            revoked: self.state != OPEN,
        })
    }
}

impl refresh_token::Model {
    pub(super) fn of(token: &RefreshToken) -> Result<Self, StoreError> {
        let (state, successor) = match &token.state {
            RefreshState::Open => (OPEN, None),
            RefreshState::Used { successor } => (USED, Some(successor.as_str().to_owned())),
            RefreshState::Revoked => (REVOKED, None),
        };
        Ok(Self {
            key: token.key.as_str().to_owned(),
            grant_id: token.grant.to_string(),
            confirmation: confirmed(token.confirmation.as_ref())?,
            state: state.to_owned(),
            successor,
            expires_at: token.expires_at.as_millis(),
        })
    }

    fn read(self) -> Result<RefreshToken, StoreError> {
        let state = match (self.state.as_str(), self.successor) {
            (OPEN, None) => RefreshState::Open,
            (USED, Some(successor)) => RefreshState::Used { successor: TokenKey::from_stored(successor) },
            (REVOKED, _) => RefreshState::Revoked,
            _ => return Err(StoreError::Corrupt { what: "refresh token state" }),
        };
        Ok(RefreshToken {
            key: TokenKey::from_stored(self.key),
            grant: grant_id(&self.grant_id)?,
            confirmation: confirmation(self.confirmation.as_deref())?,
            expires_at: Timestamp::from_millis(self.expires_at),
            state,
        })
    }
}
