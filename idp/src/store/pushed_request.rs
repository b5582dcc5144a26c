//! Authorization requests that clients have pushed: written by the group committer, used up with the answer (RFC 9126, SR-58).

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait, sea_query::Expr};

use crate::domain::{
    clock::Timestamp,
    ids::{ClientId, TenantId},
    pushed_request::PushedRequest,
    secret::TokenKey,
};

use super::{
    Store, StoreError, Tx,
    entity::pushed_request::{ActiveModel, Column, Entity, Model},
    stored::{OPEN, USED, from_json, json, only},
};

impl Store {
    /// Cached; whether it may still be answered is decided by the UPDATE that uses it up.
    pub async fn pushed_request(&self, key: &TokenKey) -> Result<Option<Arc<PushedRequest>>, StoreError> {
        let select = Entity::find().filter(Column::Key.eq(key.as_str()));
        let load = async { only(self.reader(), select).await?.map(Model::read).transpose() };
        self.caches().pushed_requests.get_or_load(key, load).await
    }
}

impl Tx {
    /// What a client has pushed since it is there, and nobody has answered, is answered no more. By key range.
    pub async fn end_pushed_requests_of_client(
        &self,
        tenant: &TenantId,
        client: &ClientId,
        since: Timestamp,
    ) -> Result<(), StoreError> {
        let ended = Entity::update_many()
            .col_expr(Column::State, Expr::value(USED))
            .filter(Column::Key.gte(TokenKey::floor(since).as_str()))
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::Client.eq(client.as_str()))
            .filter(Column::State.eq(OPEN))
            .exec_with_returning(self.db())
            .await?;
        self.changes().pushed_requests.extend(ended.into_iter().map(|row| TokenKey::from_stored(row.key)));
        Ok(())
    }

    /// False if it has been answered before.
    pub async fn consume_pushed_request(&self, key: &TokenKey) -> Result<bool, StoreError> {
        let used = consume(self.db(), [key]).await?;
        self.changes().pushed_requests.push(key.clone());
        Ok(!used.is_empty())
    }
}

/// Uses up those of these that are open. Its time to be opened does not count here: the browser has opened it.
pub async fn consume<C: ConnectionTrait>(
    db: &C,
    keys: impl IntoIterator<Item = &TokenKey>,
) -> Result<Vec<String>, StoreError> {
    let mut update = Entity::update_many()
        .col_expr(Column::State, Expr::value(USED))
        .filter(Column::Key.is_in(keys.into_iter().map(TokenKey::as_str)))
        .filter(Column::State.eq(OPEN))
        .into_query();
    update.returning_col(Column::Key);
    let used = db.query_all(&update).await?;
    Ok(used.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// The row of a request that has just been pushed.
pub fn row(pushed: &PushedRequest) -> Result<ActiveModel, StoreError> {
    let row = Model {
        key: pushed.key.as_str().to_owned(),
        tenant: pushed.tenant.to_string(),
        client: pushed.request.client.to_string(),
        request: json(&pushed.request, "pushed request")?,
        state: if pushed.used { USED } else { OPEN }.to_owned(),
        expires_at: pushed.expires_at.as_millis(),
    };
    Ok(row.into_active_model())
}

impl Model {
    fn read(self) -> Result<PushedRequest, StoreError> {
        Ok(PushedRequest {
            key: TokenKey::from_stored(self.key),
            tenant: TenantId::new(self.tenant),
            request: from_json(&self.request, "pushed request")?,
            expires_at: Timestamp::from_millis(self.expires_at),
            used: self.state != OPEN,
        })
    }
}
