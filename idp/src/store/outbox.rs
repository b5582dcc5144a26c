//! Mails that wait (SR-48): written with their cause, leased by one worker at a time.

use std::time::Duration;

use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, LetterId, LoginId, TenantId},
    outbox::{LetterStanding, LetterState, OutboxLetter},
    secret::Sealed,
};

use super::{
    Store, StoreError, Tx,
    entity::letter::{Column, Entity, Model},
    stored::{Word, count, instant, millis, only, uuid},
    transaction::window,
};

/// What became of a leased letter.
#[derive(Clone, Debug)]
pub struct LetterReport {
    pub state: LetterState,
    pub reply: Option<String>,
    /// When it is tried again, if its state lets it.
    pub next_attempt_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub erase_body: bool,
    pub now: Timestamp,
}

impl Store {
    pub async fn letter(&self, id: LetterId) -> Result<Option<OutboxLetter>, StoreError> {
        only(self.reader(), by_id(id)).await?.map(Model::read).transpose()
    }

    pub async fn letter_state(&self, id: LetterId) -> Result<Option<LetterStanding>, StoreError> {
        let select =
            by_id(id).select_only().columns([Column::State, Column::SentAt, Column::ChangedAt, Column::DelayedAt]);
        let row: Option<StandingRow> = select.into_tuple().all(self.reader()).await?.pop();
        row.map(|row| standing(&row)).transpose()
    }

    /// Letters whose time has come and whose secret has not expired, for this worker alone until `lease` is over.
    /// Their `attempts` counts this one; it is also what tells this lease from a later one.
    pub async fn lease_letters(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<OutboxLetter>, StoreError> {
        let due = due(now).order_by_asc(Column::NextAttemptAt).limit(u64::from(limit));
        let due: Vec<(String, i64)> =
            due.select_only().columns([Column::Id, Column::Attempts]).into_tuple().all(self.reader()).await?;
        let mut leased = Vec::with_capacity(due.len());
        for (id, attempts) in due {
            // Whoever raises `attempts` first has it.
            let taken = Entity::update_many()
                .col_expr(Column::LeasedUntil, Expr::value(now.plus(lease).as_millis()))
                .col_expr(Column::Attempts, Expr::value(attempts + 1))
                .filter(Column::Id.eq(id))
                .filter(Column::Attempts.eq(attempts))
                .filter(waiting())
                .filter(Column::LeasedUntil.lte(now.as_millis()))
                .exec_with_returning(self.writer())
                .await?;
            leased.extend(taken.into_iter().map(Model::read).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(leased)
    }

    /// Gives back what a process that is gone had leased. Only where one process serves the database.
    pub async fn release_letters(&self) -> Result<(), StoreError> {
        let release = Entity::update_many().col_expr(Column::LeasedUntil, Expr::value(0_i64)).filter(waiting());
        release.exec(self.writer()).await?;
        Ok(())
    }

    /// False if the lease ran out and another worker took the letter, or it was withdrawn meanwhile.
    pub async fn finish_letter(&self, leased: &OutboxLetter, report: LetterReport) -> Result<bool, StoreError> {
        let mut update = Entity::update_many()
            .col_expr(Column::State, Expr::value(report.state.word()))
            .col_expr(Column::LastReply, Expr::value(report.reply))
            .col_expr(Column::NextAttemptAt, Expr::value(report.next_attempt_at.as_millis()))
            .col_expr(Column::SentAt, Expr::value(millis(report.sent_at)))
            .col_expr(Column::ChangedAt, Expr::value(report.now.as_millis()))
            .col_expr(Column::LeasedUntil, Expr::value(0_i64));
        if report.erase_body {
            update = update.col_expr(Column::Body, Expr::value(None::<Vec<u8>>));
        }
        let finished = update
            .filter(Column::Id.eq(leased.id.to_string()))
            .filter(Column::Attempts.eq(i64::from(leased.attempts)))
            .filter(waiting())
            .exec(self.writer())
            .await?;
        Ok(finished.rows_affected == 1)
    }

    /// Waiting letters whose secret has expired, and that nobody is sending just now, become `Expired` and lose their body;
    /// says which.
    pub async fn expire_letters(&self, now: Timestamp, limit: u32) -> Result<Vec<LetterId>, StoreError> {
        let over = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(waiting())
            .filter(Column::ExpiresAt.lte(now.as_millis()))
            .filter(Column::LeasedUntil.lte(now.as_millis()))
            .limit(u64::from(limit));
        let over: Vec<String> = over.into_tuple().all(self.reader()).await?;
        if over.is_empty() {
            return Ok(Vec::new());
        }
        let expired = expire(now)
            .filter(Column::Id.is_in(over))
            .filter(Column::LeasedUntil.lte(now.as_millis()))
            .exec_with_returning(self.writer())
            .await?;
        expired.iter().map(|row| uuid(&row.id, "letter id").map(LetterId)).collect()
    }

    /// What waits, the next one first.
    pub async fn waiting_letters(&self, limit: u64) -> Result<Vec<OutboxLetter>, StoreError> {
        let rows = Entity::find().filter(waiting()).order_by_asc(Column::NextAttemptAt).limit(limit);
        rows.all(self.reader()).await?.into_iter().map(Model::read).collect()
    }

    /// When the next waiting letter is due; it may be leased just now.
    pub async fn next_letter_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let select = Entity::find().select_only().column_as(Column::NextAttemptAt.min(), "due").filter(waiting());
        let due: Option<Option<i64>> = select.into_tuple().all(self.reader()).await?.pop();
        Ok(instant(due.flatten()))
    }
}

impl Tx {
    /// How many letters of a kind were written for an account; nobody adds one until this transaction ends.
    pub async fn letters_since(&self, account: AccountId, kind: &str, since: Timestamp) -> Result<u32, StoreError> {
        self.hold_account(account).await?;
        let select = Entity::find()
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::Kind.eq(kind))
            .filter(Column::CreatedAt.gt(since.as_millis()));
        Ok(window(self.db(), select, Column::CreatedAt).await?.count)
    }

    pub async fn insert_letter(&self, letter: &OutboxLetter) -> Result<(), StoreError> {
        Entity::insert(Model::of(letter).into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// A waiting letter of no more use becomes `Expired` and loses its body; false if it has left.
    pub async fn withdraw_letter(&self, id: LetterId, now: Timestamp) -> Result<bool, StoreError> {
        let withdrawn = expire(now).filter(Column::Id.eq(id.to_string())).exec(self.db()).await?;
        Ok(withdrawn.rows_affected == 1)
    }
}

/// State, and when it was sent, changed, delayed.
pub(super) type StandingRow = (String, Option<i64>, i64, Option<i64>);

pub(super) fn standing((state, sent_at, changed_at, delayed_at): &StandingRow) -> Result<LetterStanding, StoreError> {
    Ok(LetterStanding {
        state: LetterState::read(state, "letter state")?,
        sent_at: instant(*sent_at),
        changed_at: Timestamp::from_millis(*changed_at),
        is_delayed: delayed_at.is_some(),
    })
}

pub(super) fn by_id(id: LetterId) -> Select<Entity> {
    Entity::find().filter(Column::Id.eq(id.to_string()))
}

pub(super) fn waiting() -> Expr {
    Column::State.is_in(LetterState::WAITING.map(Word::word))
}

fn due(now: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(waiting())
        .filter(Column::NextAttemptAt.lte(now.as_millis()))
        .filter(Column::LeasedUntil.lte(now.as_millis()))
        .filter(Column::ExpiresAt.gt(now.as_millis()))
}

fn expire(now: Timestamp) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(LetterState::Expired.word()))
        .col_expr(Column::Body, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::ChangedAt, Expr::value(now.as_millis()))
        .filter(waiting())
}

impl Model {
    fn of(letter: &OutboxLetter) -> Self {
        Self {
            id: letter.id.to_string(),
            tenant: letter.tenant.to_string(),
            kind: letter.kind.clone(),
            login: letter.login.as_ref().map(ToString::to_string),
            account: letter.account.map(|account| account.to_string()),
            recipient: letter.recipient.0.clone(),
            body: letter.body.as_ref().map(|body| body.0.clone()),
            state: letter.state.word().to_owned(),
            attempts: letter.attempts.into(),
            next_attempt_at: letter.next_attempt_at.as_millis(),
            leased_until: 0,
            last_reply: letter.last_reply.clone(),
            created_at: letter.created_at.as_millis(),
            expires_at: letter.expires_at.as_millis(),
            sent_at: millis(letter.sent_at),
            changed_at: letter.created_at.as_millis(),
            delayed_at: millis(letter.delayed_at),
            recipient_index: letter.recipient_index.clone(),
        }
    }

    pub(super) fn read(self) -> Result<OutboxLetter, StoreError> {
        let account = self.account.map(|id| uuid(&id, "account id")).transpose()?;
        Ok(OutboxLetter {
            id: LetterId(uuid(&self.id, "letter id")?),
            tenant: TenantId::new(self.tenant),
            kind: self.kind,
            login: self.login.map(LoginId::new),
            account: account.map(AccountId),
            recipient: Sealed(self.recipient),
            recipient_index: self.recipient_index,
            body: self.body.map(Sealed),
            state: LetterState::read(&self.state, "letter state")?,
            attempts: count(self.attempts, "attempts")?,
            next_attempt_at: Timestamp::from_millis(self.next_attempt_at),
            last_reply: self.last_reply,
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            sent_at: instant(self.sent_at),
            delayed_at: instant(self.delayed_at),
        })
    }
}
