//! Clients that are still to be told of a session's end: written with that end, leased by one worker at a time.

use std::{collections::BTreeSet, time::Duration};

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

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
    /// Notices whose time has come, for this worker alone until `lease` is over.
    pub async fn lease_logout_notices(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u64,
    ) -> Result<Vec<LogoutNotice>, StoreError> {
        let due = Entity::find()
            .filter(Column::NextAttemptAt.lte(now.as_millis()))
            .order_by_asc(Column::NextAttemptAt)
            .limit(limit)
            .all(self.reader())
            .await?;
        let mut leased = Vec::with_capacity(due.len());
        for row in due {
            // Whoever raises `attempts` first has it.
            let taken = Entity::update_many()
                .col_expr(Column::Attempts, Expr::value(row.attempts + 1))
                .col_expr(Column::NextAttemptAt, Expr::value(now.plus(lease).as_millis()))
                .filter(Column::Id.eq(row.id))
                .filter(Column::Attempts.eq(row.attempts))
                .exec_with_returning(self.writer())
                .await?;
            leased.extend(taken.into_iter().map(Model::read).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(leased)
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
