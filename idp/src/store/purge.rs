//! Removing what is of no more use, in small transactions (SR-94).

use std::time::Duration;

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, Func},
};

use crate::domain::{clock::Timestamp, grant::REFRESH_TOKEN_LIFETIME, outbox::LetterState, secret::TokenKey};

use super::{
    Store, StoreError,
    entity::{
        access_token, auth_key, authorization_code, device_code, grant, letter, login, one_time_url, pushed_request,
        refresh_token, registration_token, reset_request, session, stranger_ledger, used_token,
    },
    stored::Word,
};

/// Rows that one transaction removes, so that nobody waits long for the writer.
const BATCH: u64 = 500;
const HOUR: Duration = Duration::from_hours(1);
/// Daily limits count auth keys and one-time URLs, so none goes earlier.
const DAY: Duration = Duration::from_hours(24);

/// How long things are kept. Audit rows end by [`Store::drop_sealed_audit`]; codes and tokens by their own lifetimes.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Logins after their end, auth keys, one-time URLs and reset requests after they were made (at least a day).
    pub logins: Duration,
    /// Pushed requests after they were made: no shorter than a login may last.
    pub pushed_requests: Duration,
    /// Sessions after their key was made: no shorter than the longest that a session can live.
    pub sessions: Duration,
    /// Letters after they were made; their bodies go as soon as they are of no use.
    pub letters: Duration,
}

/// How many rows went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub rows: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { logins: DAY, pushed_requests: HOUR * 2, sessions: DAY * 2, letters: DAY * 30 }
    }
}

impl Store {
    /// Removes all that has ended.
    pub async fn purge(&self, now: Timestamp, retention: &Retention) -> Result<Purged, StoreError> {
        let tokens = self.purge_tokens(now).await?;
        let used = used_token::Column::ExpiresAt.lte(now.as_millis());
        let used = self.clear::<used_token::Entity>(used_token::Column::Key, used).await?;
        let logins = self.purge_logins(now, retention).await?;
        let opened = TokenKey::floor(now.minus(retention.pushed_requests));
        let pushed = pushed_request::Column::Key.lt(opened.as_str());
        let pushed = self.clear::<pushed_request::Entity>(pushed_request::Column::Key, pushed).await?;
        let sessions = TokenKey::floor(now.minus(retention.sessions));
        let sessions =
            self.clear::<session::Entity>(session::Column::Key, session::Column::Key.lt(sessions.as_str())).await?;
        let waiting = LetterState::WAITING.map(Word::word);
        let old = letter::Column::CreatedAt.lt(now.minus(retention.letters).as_millis());
        let letters =
            self.clear::<letter::Entity>(letter::Column::Id, old.and(letter::Column::State.is_not_in(waiting))).await?;
        let registration = registration_token::Column::ExpiresAt.lt(now.minus(DAY * 30).as_millis());
        let registration =
            self.clear::<registration_token::Entity>(registration_token::Column::Key, registration).await?;
        Ok(Purged { rows: tokens + used + logins + pushed + sessions + letters + registration })
    }

    /// By key range: the keys begin with the time of issue.
    async fn purge_tokens(&self, now: Timestamp) -> Result<u64, StoreError> {
        let hour_old = TokenKey::floor(now.minus(HOUR));
        let codes = authorization_code::Column::Key
            .lt(hour_old.as_str())
            .and(authorization_code::Column::ExpiresAt.lte(now.as_millis()));
        let access =
            access_token::Column::Key.lt(hour_old.as_str()).and(access_token::Column::ExpiresAt.lte(now.as_millis()));
        let devices =
            device_code::Column::Key.lt(hour_old.as_str()).and(device_code::Column::ExpiresAt.lte(now.as_millis()));
        let month_old = TokenKey::floor(now.minus(REFRESH_TOKEN_LIFETIME));
        let refresh = refresh_token::Column::Key
            .lt(month_old.as_str())
            .and(refresh_token::Column::ExpiresAt.lte(now.as_millis()));
        let last = now.minus(REFRESH_TOKEN_LIFETIME + DAY);
        let grants = grant::Column::Id.lt(first_id_of(last)).and(grant::Column::CreatedAt.lt(last.as_millis()));
        Ok(self.clear::<authorization_code::Entity>(authorization_code::Column::Key, codes).await?
            + self.clear::<device_code::Entity>(device_code::Column::Key, devices).await?
            + self.clear::<access_token::Entity>(access_token::Column::Key, access).await?
            + self.clear::<refresh_token::Entity>(refresh_token::Column::Key, refresh).await?
            + self.clear::<grant::Entity>(grant::Column::Id, grants).await?)
    }

    async fn purge_logins(&self, now: Timestamp, retention: &Retention) -> Result<u64, StoreError> {
        let over = now.minus(retention.logins).as_millis();
        let ended = Func::coalesce([Expr::col(login::Column::FinishedAt), Expr::col(login::Column::PressedAt)]);
        let logins = login::Column::BegunAt.lt(over).and(Expr::from(ended).lt(over));
        let made = now.minus(retention.logins.max(DAY)).as_millis();
        Ok(self.clear::<login::Entity>(login::Column::Id, logins).await?
            + self.clear::<auth_key::Entity>(auth_key::Column::Id, auth_key::Column::CreatedAt.lt(made)).await?
            + self
                .clear::<one_time_url::Entity>(one_time_url::Column::Key, one_time_url::Column::CreatedAt.lt(made))
                .await?
            + self
                .clear::<reset_request::Entity>(reset_request::Column::Key, reset_request::Column::CreatedAt.lt(made))
                .await?
            + self
                .clear::<stranger_ledger::Entity>(
                    stranger_ledger::Column::Key,
                    stranger_ledger::Column::ExpiresAt.lte(now.as_millis()),
                )
                .await?)
    }

    async fn clear<E: EntityTrait>(&self, key: E::Column, which: Expr) -> Result<u64, StoreError> {
        let mut gone = 0;
        loop {
            let some = E::find().select_only().column(key).filter(which.clone()).limit(BATCH).into_query();
            let removed = E::delete_many()
                .filter(key.in_subquery(some))
                .filter(which.clone())
                .exec(self.writer())
                .await?
                .rows_affected;
            gone += removed;
            if removed < BATCH {
                return Ok(gone);
            }
        }
    }
}

/// The smallest UUIDv7 of an instant (RFC 9562 §5.7), as it is stored.
pub(super) fn first_id_of(at: Timestamp) -> String {
    let millis = Ord::max(at.as_millis(), 0);
    format!("{:08x}-{:04x}", millis >> 16, millis & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entropy::{tests::Seeded, uuid};

    #[test]
    fn ids_of_later_instants_lie_behind_the_first_of_an_earlier_one() {
        let (earlier, later) = (Timestamp::from_seconds(1_800_000_000), Timestamp::from_seconds(1_800_000_001));
        let entropy = Seeded::new(3);
        assert!(uuid(&entropy, earlier).to_string() < first_id_of(later));
        assert!(uuid(&entropy, later).to_string() >= first_id_of(later));
    }
}
