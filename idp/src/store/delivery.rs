//! What becomes of letters after they left, and how many went to one address.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::domain::{
    clock::Timestamp,
    delivery::Turn,
    ids::{AccountId, LetterId, TenantId},
    outbox::{LetterStanding, OutboxLetter},
};

use super::{
    Store, StoreError, Tx, Window,
    entity::letter::{Column, Entity, Model},
    outbox::{StandingRow, by_id, standing, waiting},
    stored::{Word, only},
    transaction::window,
};

impl Store {
    /// The newest letters of an account, the newest first.
    pub async fn letters_of_account(&self, account: AccountId, limit: u64) -> Result<Vec<OutboxLetter>, StoreError> {
        let select = Entity::find()
            .filter(Column::Account.eq(account.to_string()))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(limit);
        select.all(self.reader()).await?.into_iter().map(Model::read).collect()
    }

    /// What became of the newest letter of a kind.
    pub async fn latest_letter(&self, account: AccountId, kind: &str) -> Result<Option<LetterStanding>, StoreError> {
        let select = Entity::find()
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::Kind.eq(kind))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .select_only()
            .columns([Column::State, Column::SentAt, Column::ChangedAt, Column::DelayedAt]);
        let row: Option<StandingRow> = select.into_tuple().all(self.reader()).await?.pop();
        row.map(|row| standing(&row)).transpose()
    }

    /// Waiting letters that nobody is sending just now are due at once: these, or all. Says how many.
    pub async fn hurry_letters(&self, only: Option<&[LetterId]>, now: Timestamp) -> Result<u64, StoreError> {
        let mut update = Entity::update_many()
            .col_expr(Column::NextAttemptAt, Expr::value(now.as_millis()))
            .filter(waiting())
            .filter(Column::LeasedUntil.lte(now.as_millis()));
        if let Some(ids) = only {
            update = update.filter(Column::Id.is_in(ids.iter().map(ToString::to_string)));
        }
        Ok(update.exec(self.writer()).await?.rows_affected)
    }
}

impl Tx {
    pub async fn letter(&self, id: LetterId) -> Result<Option<OutboxLetter>, StoreError> {
        only(self.db(), by_id(id).lock_exclusive()).await?.map(Model::read).transpose()
    }

    /// Writes what a report made of a letter. Its body goes: whoever reports on it has it.
    pub async fn turn_letter(
        &self,
        seen: &OutboxLetter,
        turn: Turn,
        words: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut update = Entity::update_many()
            .col_expr(Column::Body, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::ChangedAt, Expr::value(at.as_millis()));
        if !words.is_empty() {
            update = update.col_expr(Column::LastReply, Expr::value(words));
        }
        update = match turn {
            Turn::To(state) => update.col_expr(Column::State, Expr::value(state.word())),
            Turn::Waits => update.col_expr(Column::DelayedAt, Expr::value(at.as_millis())),
        };
        let turned = update
            .filter(Column::Id.eq(seen.id.to_string()))
            .filter(Column::State.eq(seen.state.word()))
            .exec(self.db())
            .await?;
        if turned.rows_affected == 1 { Ok(()) } else { Err(self.stale()) }
    }

    /// The letters of a kind that went to one address, whoever's account it is. `indexes`: under every master key.
    pub async fn letters_to_since(
        &self,
        tenant: &TenantId,
        indexes: &[String],
        kind: &str,
        since: Timestamp,
    ) -> Result<Window, StoreError> {
        let select = Entity::find()
            .filter(Column::Tenant.eq(tenant.as_str()))
            .filter(Column::RecipientIndex.is_in(indexes))
            .filter(Column::Kind.eq(kind))
            .filter(Column::CreatedAt.gt(since.as_millis()));
        window(self.db(), select, Column::CreatedAt).await
    }
}
