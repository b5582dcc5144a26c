//! Clients that are still to be told of a session's end: written with that end, leased by one worker at a time.

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, ClientId, LogoutNoticeId, SessionId, Subject, TenantId},
    logout_notice::LogoutNotice,
};

use super::{
    Store, StoreError, Tx,
    entity::{
        grant,
        logout_notice::{Column, Entity, Model},
    },
    stored::{count, uuid},
};

impl Store {
    /// Notices whose time has come, the longest waiting first, without those for clients that have enough to do.
    pub async fn due_logout_notices(
        &self,
        now: Timestamp,
        busy: &[(TenantId, ClientId)],
        limit: u64,
    ) -> Result<Vec<LogoutNotice>, StoreError> {
        let busy = busy.iter().fold(Condition::any(), |any, (tenant, client)| {
            any.add(Column::Tenant.eq(tenant.as_str()).and(Column::Client.eq(client.as_str())))
        });
        let mut select = Entity::find().filter(Column::NextAttemptAt.lte(now.as_millis()));
        if !busy.is_empty() {
            select = select.filter(busy.not());
        }
        let due = select.order_by_asc(Column::NextAttemptAt).limit(limit).all(self.reader()).await?;
        due.into_iter().map(Model::read).collect()
    }

    /// This notice for this worker alone until `until`; none if another one has it.
    pub async fn lease_logout_notice(
        &self,
        due: &LogoutNotice,
        until: Timestamp,
    ) -> Result<Option<LogoutNotice>, StoreError> {
        // Whoever raises `attempts` first has it.
        let taken = Entity::update_many()
            .col_expr(Column::Attempts, Expr::value(i64::from(due.attempts) + 1))
            .col_expr(Column::NextAttemptAt, Expr::value(until.as_millis()))
            .filter(Column::Id.eq(due.id.to_string()))
            .filter(Column::Attempts.eq(i64::from(due.attempts)))
            .exec_with_returning(self.writer())
            .await?;
        taken.into_iter().next().map(Model::read).transpose()
    }

    pub async fn next_logout_notice_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let select = Entity::find().select_only().column_as(Column::NextAttemptAt.min(), "due");
        let due: Option<Option<i64>> = select.into_tuple().all(self.reader()).await?.pop();
        Ok(due.flatten().map(Timestamp::from_millis))
    }

    /// The lease is given back: again at `at`.
    pub async fn postpone_logout_notice(&self, leased: &LogoutNotice, at: Timestamp) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::NextAttemptAt, Expr::value(at.as_millis()))
            .filter(Column::Id.eq(leased.id.to_string()))
            .filter(Column::Attempts.eq(i64::from(leased.attempts)))
            .exec(self.writer())
            .await?;
        Ok(())
    }

    pub async fn remove_logout_notice(&self, leased: &LogoutNotice) -> Result<(), StoreError> {
        Entity::delete_many()
            .filter(Column::Id.eq(leased.id.to_string()))
            .filter(Column::Attempts.eq(i64::from(leased.attempts)))
            .exec(self.writer())
            .await?;
        Ok(())
    }
}

impl Tx {
    /// The clients that were given something in these sessions.
    pub async fn clients_of_sessions(
        &self,
        account: AccountId,
        sessions: &[SessionId],
    ) -> Result<BTreeSet<(SessionId, ClientId)>, StoreError> {
        let rows: Vec<(String, String)> = grant::Entity::find()
            .select_only()
            .columns([grant::Column::Session, grant::Column::Client])
            .filter(grant::Column::Account.eq(account.to_string()))
            .filter(grant::Column::Session.is_in(sessions.iter().map(ToString::to_string)))
            .into_tuple()
            .all(self.db())
            .await?;
        rows.into_iter()
            .map(|(session, client)| Ok((SessionId(uuid(&session, "session id")?), ClientId::new(client))))
            .collect()
    }

    pub async fn insert_logout_notice(&self, notice: &LogoutNotice) -> Result<(), StoreError> {
        Entity::insert(Model::of(notice).into_active_model()).exec_without_returning(self.db()).await?;
        Ok(())
    }
}

impl Model {
    fn of(notice: &LogoutNotice) -> Self {
        Self {
            id: notice.id.to_string(),
            tenant: notice.tenant.to_string(),
            client: notice.client.to_string(),
            subject: notice.subject.to_string(),
            session: notice.session.to_string(),
            attempts: i64::from(notice.attempts),
            next_attempt_at: notice.next_attempt_at.as_millis(),
            created_at: notice.created_at.as_millis(),
        }
    }

    fn read(self) -> Result<LogoutNotice, StoreError> {
        Ok(LogoutNotice {
            id: LogoutNoticeId(uuid(&self.id, "logout notice id")?),
            tenant: TenantId::new(self.tenant),
            client: ClientId::new(self.client),
            subject: Subject(self.subject.into()),
            session: SessionId(uuid(&self.session, "session id")?),
            attempts: count(self.attempts, "attempts")?,
            next_attempt_at: Timestamp::from_millis(self.next_attempt_at),
            created_at: Timestamp::from_millis(self.created_at),
        })
    }
}
