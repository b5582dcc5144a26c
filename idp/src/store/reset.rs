//! Reset requests: written for every address, looked up once by one worker (journeys J-09).

use std::time::Duration;

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use crate::domain::{
    clock::Timestamp,
    ids::{LoginId, TenantId},
    language::Language,
    reset::{ResetCode, ResetRequest, ResetState},
    secret::Sealed,
};

use super::{
    Store, StoreError, Tx,
    entity::reset_request::{Column, Entity, Model},
    stored::{Word, count, from_json, json, only},
    transaction::window,
};

impl Store {
    pub async fn reset_request(&self, key: &str) -> Result<Option<ResetRequest>, StoreError> {
        only(self.reader(), Entity::find().filter(Column::Key.eq(key))).await?.map(Model::read).transpose()
    }

    /// Requests that nobody has looked up, for this worker alone until `lease` is over.
    pub async fn lease_reset_requests(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u64,
    ) -> Result<Vec<ResetRequest>, StoreError> {
        let due = Entity::find()
            .select_only()
            .column(Column::Key)
            .filter(waiting(now))
            .filter(Column::LeasedUntil.lte(now.as_millis()))
            .order_by_asc(Column::CreatedAt)
            .limit(limit);
        let due: Vec<String> = due.into_tuple().all(self.reader()).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let leased = Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::value(now.plus(lease).as_millis()))
            .filter(Column::Key.is_in(due))
            .filter(waiting(now))
            .filter(Column::LeasedUntil.lte(now.as_millis()))
            .exec_with_returning(self.writer())
            .await?;
        leased.into_iter().map(Model::read).collect()
    }
}

impl Tx {
    pub async fn reset_request(&self, key: &str) -> Result<Option<ResetRequest>, StoreError> {
        only(self.db(), Entity::find().filter(Column::Key.eq(key))).await?.map(Model::read).transpose()
    }

    /// False if it is there already: the same press came twice.
    pub async fn insert_reset_request(&self, request: &ResetRequest) -> Result<bool, StoreError> {
        let rows = Entity::insert(Model::of(request)?.into_active_model())
            .on_conflict(OnConflict::column(Column::Key).do_nothing().to_owned())
            .exec_without_returning(self.db())
            .await?;
        Ok(rows == 1)
    }

    /// Writes down what became of a waiting request: its state, codes and expiry. False if somebody was faster.
    pub async fn answer_reset_request(&self, answered: &ResetRequest, now: Timestamp) -> Result<bool, StoreError> {
        let won = Entity::update_many()
            .col_expr(Column::State, Expr::value(answered.state.word()))
            .col_expr(Column::Codes, Expr::value(json(&answered.codes, "reset codes")?))
            .col_expr(Column::ExpiresAt, Expr::value(answered.expires_at.as_millis()))
            .filter(Column::Key.eq(answered.key.as_str()))
            .filter(waiting(now))
            .exec(self.db())
            .await?;
        Ok(won.rows_affected == 1)
    }

    /// How many mails this address was sent because somebody asked.
    pub async fn reset_mails_since(
        &self,
        tenant: &TenantId,
        address_indexes: &[String],
        since: Timestamp,
    ) -> Result<u32, StoreError> {
        let select = Entity::find()
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::AddressIndex.is_in(address_indexes))
            .filter(Column::State.eq(ResetState::Mailed.word()))
            .filter(Column::CreatedAt.gt(since.as_millis()));
        Ok(window(self.db(), select, Column::CreatedAt).await?.count)
    }

    /// Counts a try of a short code before it is compared, known address or not; none if there is no try left or it is too late.
    pub async fn spend_reset_code_try(
        &self,
        key: &str,
        max_tries: u32,
        now: Timestamp,
    ) -> Result<Option<ResetRequest>, StoreError> {
        let spent = Entity::update_many()
            .col_expr(Column::CodeTries, Expr::col(Column::CodeTries).add(1))
            .filter(Column::Key.eq(key))
            .filter(Column::CodeTries.lt(i64::from(max_tries)))
            .filter(Column::ExpiresAt.gt(now.as_millis()))
            .exec_with_returning(self.db())
            .await?;
        spent.into_iter().next().map(Model::read).transpose()
    }
}

fn waiting(now: Timestamp) -> Expr {
    Column::State.eq(ResetState::Waiting.word()).and(Column::ExpiresAt.gt(now.as_millis()))
}

impl Model {
    fn of(request: &ResetRequest) -> Result<Self, StoreError> {
        Ok(Self {
            key: request.key.clone(),
            tenant: request.tenant.to_string(),
            address: request.address.0.clone(),
            address_index: request.address_index.clone(),
            address_prefix: request.address_prefix.clone(),
            login: request.login.to_string(),
            language: request.language.word().to_owned(),
            state: request.state.word().to_owned(),
            codes: json(&request.codes, "reset codes")?,
            code_tries: request.code_tries.into(),
            leased_until: 0,
            created_at: request.created_at.as_millis(),
            expires_at: request.expires_at.as_millis(),
        })
    }

    fn read(self) -> Result<ResetRequest, StoreError> {
        Ok(ResetRequest {
            key: self.key,
            tenant: TenantId::new(self.tenant),
            address: Sealed(self.address),
            address_index: self.address_index,
            address_prefix: self.address_prefix,
            login: LoginId::new(self.login),
            language: Language::read(&self.language, "language")?,
            state: ResetState::read(&self.state, "reset state")?,
            codes: from_json::<Vec<ResetCode>>(&self.codes, "reset codes")?,
            code_tries: count(self.code_tries, "tries")?,
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
        })
    }
}
